"""Free slots."""

from __future__ import annotations

from datetime import date as date_
from datetime import datetime

import strawberry

from scheduling import availability
from schema.field import ALL, resolved_by
from schema.node import UserError
from schema.scalars import TimeZone


@strawberry.type(description="A time that can be booked.")
class Slot:
    shared = ALL
    start: datetime
    end: datetime
    agent_count: int = strawberry.field(description="How many agents could be given it.")
    seats_left: int


def _date(root: availability.SlotDay) -> date_:
    return root.day


@strawberry.type(description="The slots that start on one date.")
class SlotDay:
    shared = ALL
    date: date_ = resolved_by(_date, shared=ALL)
    slots: list[Slot]


@strawberry.type(description="The slots of the dates asked for. Days without slots are left out.")
class Slots:
    time_zone: TimeZone
    duration_minutes: int
    days: list[SlotDay]
    next_available: datetime | None = strawberry.field(
        description="The first bookable start from the first asked date on, also behind the last one."
    )
    total: int
    cursor: str = strawberry.field(
        description="Follow them from here on: `slotEvents` with this as `after` tells of every day that changes."
    )


@strawberry.type(
    description="Days whose slots are others now: these stand in place of those that were known. Of one that has none"
    " any more the list is empty."
)
class SlotsChanged:
    shared = ALL
    days: list[SlotDay]
    cursor: str = strawberry.field(
        description="All that is known with it: come back with it as `after`, and be told of every day that differs."
    )


@strawberry.type(description="A slot that is taken for some minutes: nobody else can book it.")
class Hold:
    token: str = strawberry.field(description="For `bookMeeting` and `releaseHold`.")
    start: datetime
    end: datetime
    expires_at: datetime = strawberry.field(description="From then on it is in nobody's way.")


@strawberry.type
class HoldSlotPayload:
    hold: Hold | None
    alternatives: list[Slot] = strawberry.field(
        description="The nearest bookable slots, where the wanted one cannot be had."
    )
    errors: list[UserError]


@strawberry.type
class ReleaseHoldPayload:
    released: bool = strawberry.field(
        description="False where there was nothing to release: it had expired, or was released or used before."
    )
    errors: list[UserError]
