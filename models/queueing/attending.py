"""Agents come to their desks, and leave them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from errors import NotAllowed
from models.actor import AgentActor
from models.agent.agent import Agent
from models.agent.heartbeat import keep_alive
from models.organization.service import ServiceMember
from models.queueing.counting import queue_changed
from models.queueing.later import flow_later
from models.queueing.leaving import leave_offers
from models.transactions import Transaction, transaction
from models.words import OfferKind, Presence
from realtime.events import Passing, PassingKind, mention, presence_topic


async def set_presence(presence: Presence, *, actor: AgentActor, now: datetime) -> None:
    """Keep whether the agent is at their desk, and that they are heard of. What waits in their services comes to who
    has come; who leaves takes no part in offers any more, and what was offered to them alone goes to others, or back.
    To say the same again changes nothing else. Refuses NotAllowed to API keys, at which nobody sits."""
    if actor.key_id is not None:
        raise NotAllowed("An API key is never at a desk.")
    async with transaction():
        await _keep(actor.agent, presence, now=now)
        if presence is not Presence.OFFLINE:
            await keep_alive([actor.agent.id], now=now)


async def leave_desk(agent: Agent, *, now: datetime) -> None:
    """Have the agent be gone, who works here no more."""
    await _keep(agent, Presence.OFFLINE, now=now)


async def _keep(agent: Agent, presence: Presence, *, now: datetime) -> None:
    async with transaction() as tx:
        if await _differs(tx, agent, presence, now=now):
            await has_become(tx, agent, presence, now=now)


async def _differs(tx: Transaction, agent: Agent, presence: Presence, *, now: datetime) -> bool:
    """Keep it, and whether it was another one; what was to come back does so no more. The row is held from here on,
    also where nothing is changed: nobody offers them anything meanwhile, and nobody takes them for gone."""
    kept = await tx.rows(
        "INSERT INTO agent_presence (organization_id, agent_id, presence, since) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (agent_id) DO UPDATE SET presence = excluded.presence, since = excluded.since, lapsed = NULL"
        " WHERE agent_presence.presence <> excluded.presence RETURNING xmax = 0 AS is_new",
        agent.organization_id, agent.id, presence.value, now,
    )  # fmt: skip
    if not kept:
        await tx.rows(
            "UPDATE agent_presence SET lapsed = NULL WHERE agent_id = %s AND lapsed IS NOT NULL", agent.id
        )
        return False
    return presence is not Presence.OFFLINE or not kept[0]["is_new"]


async def has_become(tx: Transaction, agent: Agent, presence: Presence, *, now: datetime) -> None:
    """What comes of it that the agent's presence, which the caller has just changed, is another one now."""
    await _tell(agent)
    if presence is Presence.ONLINE:
        await flow_later(tx, agent_id=agent.id)
    else:
        await leave_offers(tx, agent.id, kinds=tuple(OfferKind), now=now)


async def _tell(agent: Agent) -> None:
    """Colleagues hear of it, and how many are there for a queue."""
    mention(Passing(presence_topic(agent.organization_id), PassingKind.PRESENCE_CHANGED, agent.id))
    for member in await ServiceMember.filter(agent_id=agent.id):
        queue_changed(member.service_id)


async def still_online(tx: Transaction, agent_ids: Collection[int], *, alone: bool = False) -> list[int]:
    """Those of the agents who are at their desks, and do not leave them before the transaction ends. With `alone`
    nobody else who asks for that gets them meanwhile, either."""
    rows = await tx.rows(
        "SELECT agent_id FROM agent_presence WHERE agent_id = ANY(%s) AND presence = 'ONLINE' ORDER BY agent_id"
        f" FOR {'NO KEY UPDATE' if alone else 'SHARE'}",
        list(agent_ids),
    )
    return [row["agent_id"] for row in rows]
