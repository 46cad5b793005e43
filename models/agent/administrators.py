"""An organization always has an administrator who can sign in: without one, nobody could set anything up again. And
managers who have offices are not left without: they would manage everything."""

from __future__ import annotations

from errors import Invalid
from models.agent.agent import Agent
from models.transactions import Transaction, key_of
from models.words import Role


async def hold_rights(tx: Transaction, organization_id: int) -> None:
    """Have roles, and the offices of managers, change one at a time until the transaction ends: of two who would each
    leave the other administrator the last one, or take one of the last two offices, the second sees what the first
    did. Comes before any row is locked."""
    await tx.lock(key_of("rights", organization_id))


async def check_others(agent: Agent) -> None:
    """Refuses Invalid where the agent is the last active administrator; `hold_rights` comes before."""
    others = Agent.of(agent.organization_id).exclude(id=agent.id)
    if agent.role is not Role.ADMINISTRATOR or not agent.is_active:
        return
    if not await others.filter(role=Role.ADMINISTRATOR, is_active=True).exists():
        raise Invalid("This is the last administrator: make somebody else one first.", field=("agentId",))


async def check_bounds(agent: Agent) -> None:
    """Refuses Invalid where the agent is a manager of offices, who is to have none any more: without any they would
    manage the whole organization. `hold_rights` comes before."""
    if agent.role is Role.MANAGER and await agent.offices.all().exists():
        raise Invalid(
            "Without an office they would manage everything: name another one, or make them an agent first.",
            field=("officeIds",),
        )
