"""Agents' calendars: connecting, refreshing and disconnecting them."""

from __future__ import annotations

from hashlib import sha256

from starlette.datastructures import UploadFile

from errors import Invalid, NotAllowed
from models.actor import AgentActor
from models.agent.agent import Agent
from models.calendar.connecting import connect_feed, connect_file, disconnect_calendar
from models.calendar.delivering import CalendarEventState
from models.calendar.refreshing import request_refresh
from models.meeting.meeting import Meeting
from resolvers import ids
from resolvers.agents import colleague
from resolvers.context import Info
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.calendars import CalendarConnectionInput, ConnectCalendarFeedInput

LARGEST_FILE = 10 * 1_048_576
"""In bytes, as of a feed."""


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
