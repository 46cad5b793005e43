"""An organization always has an administrator who can sign in: without one, nobody could set anything up again."""

from __future__ import annotations

from errors import Invalid
from models.agent.agent import Agent
from models.transactions import Transaction, key_of
from models.words import Role


async def hold_administrators(tx: Transaction, organization_id: int) -> None:
    """Have who is an administrator change one at a time, until the transaction ends: of two who would each make the
    other the last one, the second sees what the first did. Comes before any row is locked."""
    await tx.lock(key_of("administrators", organization_id))


async def check_others(agent: Agent) -> None:
    """Refuses Invalid where the agent is the last active administrator; `hold_administrators` comes before."""
    others = Agent.of(agent.organization_id).exclude(id=agent.id)
    if agent.role is not Role.ADMINISTRATOR or not agent.is_active:
        return
    if not await others.filter(role=Role.ADMINISTRATOR, is_active=True).exists():
        raise Invalid("This is the last administrator: make somebody else one first.", field=("agentId",))
