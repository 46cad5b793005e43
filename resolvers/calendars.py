"""Agents' calendars: connecting, refreshing and disconnecting them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from starlette.datastructures import UploadFile
from strawberry import ID
from tortoise.expressions import Subquery
from tortoise.queryset import ValuesQuery

from errors import Forbidden, Invalid, NotAllowed
from models.actor import AgentActor
from models.agent.agent import Agent
from models.calendar.connecting import connect_feed, connect_file, disconnect_calendar
from models.calendar.connection import CalendarConnection
from models.calendar.delivering import CalendarEventState
from models.calendar.refreshing import request_refresh
from models.meeting.meeting import Meeting
from models.organization.authority import authority_of
from models.organization.service import ServiceMember
from resolvers import ids
from resolvers.agents import colleague
from resolvers.context import Info
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.calendars import CalendarConnectionInput, ConnectCalendarFeedInput

LARGEST_FILE = 10 * 1_048_576
"""In bytes, as of a feed."""


@dataclass(frozen=True, slots=True)
class ExternalCalendar:
    """A calendar of a connected account, and what it is used for."""

    id: str
    name: str
    is_primary: bool = True
    is_own: bool = True
    counts_as_busy: bool = True
    receives_meetings: bool = False
    show_on_team_view: bool = False
    show_recurring: bool = False


def calendars_of(root: CalendarConnection) -> list[ExternalCalendar]:
    """A feed is one calendar, which is only read, and read for nothing but when its agent is busy."""
    return [ExternalCalendar(id=str(root.id), name=root.account)]


async def synchronised_calendars(
    info: Info, office_id: ID | None = None, service_id: ID | None = None
) -> list[Agent]:
    """Those of the agents whom the viewer sets up who have connected a calendar, by name."""
    actor = info.context.agent()
    try:
        authority = await authority_of(actor)
    except NotAllowed as refusal:
        raise Forbidden(refusal.message) from None
    rows = Agent.of(actor.organization_id).filter(calendar_connections__id__isnull=False)
    if authority.offices is not None:
        rows = rows.filter(id__in=Subquery(_at(authority.offices)))
    if office_id is not None:
        rows = rows.filter(id__in=Subquery(_at([ids.sought(office_id, "Office") or 0])))
    if service_id is not None:
        members = ServiceMember.filter(service_id=ids.sought(service_id, "Service"))
        rows = rows.filter(id__in=Subquery(members.values("agent_id")))
    return await rows.distinct().order_by("name", "id")


def _at(offices: Iterable[int]) -> ValuesQuery[Any]:
    return Agent.filter(offices__id__in=list(offices)).values("id")


@refusals_as_values
async def connect_calendar_feed(info: Info, input: ConnectCalendarFeedInput) -> Payload:
    actor, agent, now = info.context.agent(), await _own(info, input.agent_id), info.context.now()
    if (input.url is None) == (input.file is None):
        raise Invalid("Give the feed's address or a file, and not both.", field=("url",))
    content = None if input.file is None else await _content(input.file)
    asked = repr((agent.id, input.name, input.url, content and sha256(content).hexdigest()))
    once = once_of(
        info.context, "connectCalendarFeed", input, organization_id=agent.organization_id, asked=asked
    )
    if content is not None:
        connected = await connect_file(agent, name=input.name, content=content, now=now, once=once, actor=actor)
    else:
        keys, url = info.context.world.keys, input.url or ""
        connected = await connect_feed(
            agent, name=input.name, url=url, keys=keys, now=now, once=once, actor=actor
        )
    return Payload(connection=connected)


@refusals_as_values
async def refresh(info: Info, input: CalendarConnectionInput) -> Payload:
    key = ids.decode(input.connection_id, "CalendarConnection", field=("connectionId",))
    return Payload(connection=await request_refresh(key, actor=info.context.agent(), now=info.context.now()))


@refusals_as_values
async def disconnect(info: Info, input: CalendarConnectionInput) -> Payload:
    key = ids.decode(input.connection_id, "CalendarConnection", field=("connectionId",))
    await disconnect_calendar(key, actor=info.context.agent())
    return Payload(disconnected=True)


async def events_of_meeting(info: Info, root: Meeting) -> list[CalendarEventState]:
    """To guests there are none: agents' calendars are no business of theirs."""
    if not isinstance(info.context.actor, AgentActor):
        return []
    return await info.context.loaders.calendar_events_of_meeting.load(root.id)


async def agent_of_event(info: Info, root: CalendarEventState) -> Agent | None:
    return await info.context.loaders.agents.load(root.agent_id)


def was_disconnected(root: Payload) -> bool:
    return root.disconnected is True


async def _own(info: Info, agent_id: str) -> Agent:
    """The viewer, as the agent whose calendar it is; nobody connects, sees or takes away another's."""
    actor, agent = info.context.agent(), await colleague(info, agent_id)
    if agent.id != actor.agent.id:
        raise NotAllowed("An agent connects their own calendars.")
    return agent


async def _content(file: UploadFile) -> bytes:
    content = await file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise Invalid("A calendar file has 10 MB at most.", field=("file",))
    return content
