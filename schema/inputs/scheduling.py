"""Inputs about time: what slots are wanted, and an agent's hours."""

from __future__ import annotations

from datetime import date as date_
from datetime import datetime

import strawberry

from models.words import MeetingType
from schema.enums import ENUMS
from schema.scalars import Locale, TimeZone

assert ENUMS  # they are told to Strawberry before any input names them


@strawberry.input(description='What slots are wanted: a link ("acme/anna"), or an agent or a service by id.')
class SlotTargetInput:
    link: str | None = None
    agent_id: strawberry.ID | None = None
    service_id: strawberry.ID | None = None
    subject_id: strawberry.ID | None = None
    office_id: strawberry.ID | None = None
    meeting_type: MeetingType | None = None
    language: Locale | None = None
    duration_minutes: int | None = strawberry.field(
        default=None, description="Whole minutes; the organization's default duration when null."
    )
    seats: int | None = strawberry.field(
        default=1, description="Of a group meeting: for the guest, those whom they bring along, and others."
    )


@strawberry.input(description="The slots of some dates, as seen from a time zone.")
class SlotsInput(SlotTargetInput):
    from_: date_ = strawberry.field(name="from", description="The first date, in `timeZone`.")
    to: date_ = strawberry.field(description="The last date, included; at most 62 days.")
    time_zone: TimeZone
    rescheduling_meeting_id: strawberry.ID | None = strawberry.field(
        default=None, description="That meeting's own time counts as free."
    )


@strawberry.input(description="Takes a free slot for some minutes, for a guest to fill the form in.")
class HoldSlotInput:
    slots: SlotTargetInput
    start: datetime
    idempotency_key: str | None = strawberry.field(
        default=None, description="The same key with the same input returns the first hold, while it lasts."
    )


@strawberry.input
class ReleaseHoldInput:
    token: str
