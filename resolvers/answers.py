"""Attendees say whether they come."""

from __future__ import annotations

from models.meeting.answering import respond
from resolvers.context import Info
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.meetings import RespondToMeetingInput


@refusals_as_values
async def respond_to_meeting(info: Info, input: RespondToMeetingInput) -> Payload:
    keys, now = info.context.world.keys, info.context.now()
    place = await respond(input.token, input.response, keys=keys, now=now)
    return Payload(response=place.response)
