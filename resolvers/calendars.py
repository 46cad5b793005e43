"""Agents' calendars: connecting, refreshing and disconnecting them."""

from __future__ import annotations

from starlette.datastructures import UploadFile

from errors import Invalid, NotAllowed, NotFound
from models.agent.agent import Agent
from models.calendar.connecting import connect_feed, connect_file, disconnect_calendar
from models.calendar.refreshing import request_refresh
from resolvers import ids
from resolvers.context import Info
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.calendars import CalendarConnectionInput, ConnectCalendarFeedInput

LARGEST_FILE = 10 * 1_048_576
"""In bytes, as of a feed."""


@refusals_as_values
async def connect_calendar_feed(info: Info, input: ConnectCalendarFeedInput) -> Payload:
    agent, now = await _own(info, input.agent_id), info.context.now()
    if input.url is not None and input.file is None:
        keys = info.context.world.keys
        connected = await connect_feed(agent, name=input.name, url=input.url, keys=keys, now=now)
    elif input.file is not None and input.url is None:
        content = await _content(input.file)
        connected = await connect_file(agent, name=input.name, content=content, now=now)
    else:
        raise Invalid("Give the feed's address or a file, and not both.", field=("url",))
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


def was_disconnected(root: Payload) -> bool:
    return root.disconnected is True


async def _own(info: Info, agent_id: str) -> Agent:
    """The viewer, as the agent whose calendar it is; nobody connects, sees or takes away another's."""
    actor = info.context.agent()
    key = ids.decode(agent_id, "Agent", field=("agentId",))
    agent = await Agent.get_or_none(id=key, organization_id=actor.organization_id)
    if agent is None:
        raise NotFound("There is no such agent.", field=("agentId",))
    if agent.id != actor.agent.id:
        raise NotAllowed("An agent connects their own calendars.")
    return agent


async def _content(file: UploadFile) -> bytes:
    content = await file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise Invalid("A calendar file has 10 MB at most.", field=("file",))
    return content
