"""Calls: who provides them, and which meetings get one by themselves."""

from __future__ import annotations

import strawberry

from models.words import MeetingProvider


@strawberry.type(
    description="Whether meetings by VIDEO get their call by themselves. Where it is switched off, or its provider is"
    " taken away, all of it is forgotten; calls that were made stay."
)
class VirtualMeetingAutomation:
    enabled: bool
    provider: MeetingProvider | None = strawberry.field(description="Null: the organization's default one.")
    has_password: bool = strawberry.field(description="Whether one joins a call with a password.")
    invite_attendees: bool = strawberry.field(
        description="Whether those whom a guest brings along are told of the call, too."
    )
    send_ics: bool = strawberry.field(description="Whether the calendar file comes with the news of the call.")
