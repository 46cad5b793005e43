"""Confirming, accepting and declining meetings."""

from __future__ import annotations

from models.meeting import deciding
from models.meeting.changing import Change
from resolvers import ids
from resolvers.context import Info
from resolvers.own import part_in
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.meetings import MeetingActionInput


@refusals_as_values
async def confirm_meeting(info: Info, input: MeetingActionInput) -> Payload:
    id, now = _meeting_id(input), info.context.now()
    return Payload(meeting=await deciding.confirm(id, _change(input), actor=await part_in(info, id), now=now))


@refusals_as_values
async def accept_meeting(info: Info, input: MeetingActionInput) -> Payload:
    id, now = _meeting_id(input), info.context.now()
    return Payload(meeting=await deciding.accept(id, _change(input), actor=info.context.agent(), now=now))


@refusals_as_values
async def decline_meeting(info: Info, input: MeetingActionInput) -> Payload:
    id, now = _meeting_id(input), info.context.now()
    return Payload(meeting=await deciding.decline(id, _change(input), actor=info.context.agent(), now=now))


def _meeting_id(input: MeetingActionInput) -> int:
    return ids.decode(input.meeting_id, "Meeting", field=("meetingId",))


def _change(input: MeetingActionInput) -> Change:
    return Change(expected_version=input.expected_version, reason=input.reason)
