"""Secret calendars: where agents and guests have their meetings in a calendar program."""

from __future__ import annotations

from models.actor import AgentActor, GuestActor
from models.agent.agent import Agent
from models.calendar.feed import Reader, calendar_url
from models.calendar.renewing import renew_calendar, revoke_calendar
from models.contact.contact import Contact
from resolvers import ids
from resolvers.context import Info
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.calendars import CalendarFeedInput


async def url_of_agent(info: Info, root: Agent) -> str | None:
    actor = info.context.actor
    return await _url(info, root) if isinstance(actor, AgentActor) and actor.agent.id == root.id else None


async def url_of_guest(info: Info, root: Contact) -> str | None:
    """Not for who holds a manage link: that was given to whoever booked, in whatever name."""
    actor = info.context.actor
    is_own = isinstance(actor, GuestActor) and actor.is_verified and root.id in actor.contact_ids
    return await _url(info, root) if is_own else None


@refusals_as_values
async def renew(info: Info, input: CalendarFeedInput) -> Payload:
    return await _answer(info, await renew_calendar(_agent_id(input), actor=info.context.known()))


@refusals_as_values
async def revoke(info: Info, input: CalendarFeedInput) -> Payload:
    return await _answer(info, await revoke_calendar(_agent_id(input), actor=info.context.known()))


def _agent_id(input: CalendarFeedInput) -> int | None:
    return None if input.agent_id is None else ids.decode(input.agent_id, "Agent", field=("agentId",))


async def _answer(info: Info, reader: Reader) -> Payload:
    url = await (url_of_agent(info, reader) if isinstance(reader, Agent) else url_of_guest(info, reader))
    return Payload(calendar_url=url)


async def _url(info: Info, reader: Reader) -> str | None:
    world = info.context.world
    return await calendar_url(reader, keys=world.keys, public_url=world.public_url)
