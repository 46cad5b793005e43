"""Who comes to a meeting, and whether it was held."""

from __future__ import annotations

from collections.abc import Sequence

from models.agent.agent import Agent
from models.contact.contact import Contact
from models.meeting import arriving, ending
from models.meeting.arriving import Arrival
from models.meeting.changing import Change
from models.meeting.meeting import Meeting
from resolvers import actors, ids
from resolvers.context import Info
from resolvers.own import part_in
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.meetings import MeetingActionInput


@refusals_as_values
async def join_meeting(info: Info, input: MeetingActionInput) -> Payload:
    key, change = _named(input)
    came = await arriving.arrive(key, change, actor=await part_in(info, key), now=info.context.now())
    return Payload(meeting=came)


@refusals_as_values
async def complete_meeting(info: Info, input: MeetingActionInput) -> Payload:
    key, change = _named(input)
    held = await ending.complete(key, change, actor=info.context.agent(), now=info.context.now())
    return Payload(meeting=held)


@refusals_as_values
async def mark_no_show(info: Info, input: MeetingActionInput) -> Payload:
    key, change = _named(input)
    missed = await ending.mark_no_show(key, change, actor=info.context.agent(), now=info.context.now())
    return Payload(meeting=missed)


async def arrivals(info: Info, root: Meeting) -> Sequence[Arrival]:
    return await info.context.loaders.arrivals_of_meeting.load(root.id)


async def party(info: Info, root: Arrival) -> Agent | Contact | None:
    return await actors.party(info, root.agent_id, root.contact_id)


def _named(input: MeetingActionInput) -> tuple[int, Change]:
    key = ids.decode(input.meeting_id, "Meeting", field=("meetingId",))
    return key, Change(expected_version=input.expected_version, reason=input.reason)
