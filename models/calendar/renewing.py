"""Secret calendars get new addresses, or none: by those whose they are, and by administrators."""

from __future__ import annotations

from errors import NotAllowed, NotFound
from models.actor import AgentActor, KnownActor
from models.agent.agent import Agent
from models.audit.auditing import audit
from models.calendar.feed import Reader, renew_feed, revoke_feed
from models.transactions import transaction
from models.words import Role


async def renew_calendar(agent_id: int | None, *, actor: KnownActor) -> Reader:
    """Give the agent, or the actor, a new address: whoever has the one before reads nothing any more.

    Refuses NotFound, and NotAllowed to whoever is neither the agent nor an administrator, and to guests who have not
    shown that they are who they say.
    """
    async with transaction() as tx:
        reader = await _reader(agent_id, actor)
        await renew_feed(tx, reader)
        if isinstance(actor, AgentActor):
            await audit(tx, "renewCalendarFeed", reader, actor=actor, address="renewed")
    return reader


async def revoke_calendar(agent_id: int | None, *, actor: KnownActor) -> Reader:
    """Take the address away. Refuses as `renew_calendar` does."""
    async with transaction() as tx:
        reader = await _reader(agent_id, actor)
        await revoke_feed(tx, reader)
        if isinstance(actor, AgentActor):
            await audit(tx, "revokeCalendarFeed", reader, actor=actor, address="revoked")
    return reader


async def _reader(agent_id: int | None, actor: KnownActor) -> Reader:
    if not isinstance(actor, AgentActor):
        if agent_id is not None or not actor.is_verified:
            raise NotAllowed("Sign in with your address to manage your calendar.")
        return actor.contact
    if agent_id in (None, actor.agent.id):
        return actor.agent
    if actor.agent.role is not Role.ADMINISTRATOR:
        raise NotAllowed("Only administrators manage the calendars of others.", field=("agentId",))
    agent = await Agent.of(actor.organization_id).get_or_none(id=agent_id)
    if agent is None:
        raise NotFound("There is no such agent.", field=("agentId",))
    return agent
