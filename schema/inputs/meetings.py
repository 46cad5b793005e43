"""Inputs about meetings."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models.words import AttendeeResponse, OnConflict
from schema.inputs.scheduling import SlotTargetInput
from schema.scalars import JSON, Locale, TimeZone


@strawberry.input(description="What a guest says of themselves.")
class GuestInput:
    name: str
    time_zone: TimeZone
    email: str | None = None
    phone: str | None = strawberry.field(default=None, description="With its country code: +39 …")
    locale: Locale | None = None
    custom_fields: JSON | None = strawberry.field(
        default=None, description="An object of texts, numbers and booleans; kept with a contact that is new."
    )


@strawberry.input(description="Somebody the guest brings along.")
class AttendeeInput:
    name: str
    email: str


@strawberry.input(description="Public, or by an agent on a guest's behalf.")
class BookMeetingInput:
    slots: SlotTargetInput
    start: datetime
    guest: GuestInput
    hold_token: str | None = strawberry.field(
        default=None, description="Of a hold of this very time: the hold becomes the meeting."
    )
    title: str | None = strawberry.field(
        default=None, description="Of a group meeting, which others will read, only agents choose it."
    )
    notes: str | None = None
    attendees: list[AttendeeInput] | None = strawberry.field(
        default=None,
        description="Whom the guest brings along; each is told by mail once the meeting is to take place, and asked"
        " whether they come. In a group meeting each takes a seat. At most 50; 10, of who has not signed in.",
    )
    conversation_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="A conversation of the guest's that the meeting belongs to, instead of a new one.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="The same key with the same input returns the first outcome."
    )


@strawberry.input(description="Meetings at every start that a recurrence rule gives, each decided by itself.")
class BookSeriesInput:
    slots: SlotTargetInput
    start: datetime = strawberry.field(description="The first one; the rule must give it.")
    recurrence: str = strawberry.field(
        description='RFC 5545, such as "FREQ=WEEKLY;COUNT=6", on the guest\'s clock: DAILY, WEEKLY, MONTHLY or YEARLY,'
        " with COUNT or UNTIL; at most 12 starts, and 52 of an agent."
    )
    guest: GuestInput
    title: str | None = None
    on_conflict: OnConflict | None = strawberry.field(
        default=OnConflict.SKIP,
        description="What becomes of a start that cannot be had: it is left out, the nearest one that can be had is"
        " booked instead, or nothing is booked at all.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="The same key with the same input returns the first outcome."
    )


@strawberry.input
class MeetingActionInput:
    meeting_id: strawberry.ID
    expected_version: int | None = strawberry.field(
        default=None, description="The version that the caller saw; refused as STALE if there is a newer one."
    )
    reason: str | None = None


@strawberry.input(
    description="The agent who gets the meeting; of several who have it together, in place of the agent who asks."
)
class ReassignMeetingInput:
    meeting_id: strawberry.ID
    agent_id: strawberry.ID
    expected_version: int | None = None
    reason: str | None = None


@strawberry.input(description="Another start, another duration, or both.")
class RescheduleMeetingInput:
    meeting_id: strawberry.ID
    expected_version: int | None = None
    start: datetime | None = None
    duration_minutes: int | None = None
    reason: str | None = None


@strawberry.input
class RespondToMeetingInput:
    token: str = strawberry.field(description="Of the link in the attendee's mail: what stands behind its #.")
    response: AttendeeResponse
