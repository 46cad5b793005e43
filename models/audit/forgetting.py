"""What the audit tells of an agent who is gone: what was done, and no more how they could be reached or looked."""

from __future__ import annotations

import orjson

from models.agent.agent import Agent
from models.audit.telling import HIDDEN, node
from models.transactions import Transaction

# A calendar may be known by an address of its owner's.
_PERSONAL = {"Agent": ("email", "avatarUrl"), "CalendarConnection": ("account",)}
_SIDES = ("before", "after")


async def forget_addresses(tx: Transaction, agent: Agent) -> None:
    """Hide the agent's addresses and picture in all that was kept of changing them, and the names of their calendars;
    part of deleting the agent, whose row is held."""
    await tx.rows(
        f"UPDATE audit_entry SET detail = {_hiding('Agent')}"
        " WHERE organization_id = %s AND target_kind = 'Agent' AND target_id = %s",
        agent.organization_id, agent.id,
    )  # fmt: skip
    await tx.rows(
        f"UPDATE audit_entry SET detail = {_hiding('CalendarConnection')}"
        " WHERE organization_id = %s AND target_kind = 'CalendarConnection'"
        " AND %s::jsonb IN (detail #> '{before,agentId}', detail #> '{after,agentId}')",
        agent.organization_id, orjson.dumps(node("Agent", agent.id)).decode(),
    )  # fmt: skip


def _hiding(kind: str) -> str:
    """The detail without what is personal in it. What was not told is not told now."""
    hidden = "detail"
    for name in _PERSONAL[kind]:
        for side in _SIDES:
            hidden = f"jsonb_set({hidden}, '{{{side},{name}}}', '\"{HIDDEN}\"', false)"
    return hidden
