"""Meetings to come stand in the way of deleting what they need."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tortoise.queryset import QuerySet

from errors import Invalid
from models.meeting.meeting import Meeting
from models.meeting.standing import ACTIVE


async def check_none_to_come(
    meetings: QuerySet[Meeting], *, zone: ZoneInfo, field: tuple[str, ...], now: datetime
) -> None:
    """Refuses Invalid, with how many there are and when the first one is, where any of the meetings has its time and
    has not ended."""
    to_come = meetings.filter(status__in=ACTIVE, end__gt=now)
    first = await to_come.order_by("start").first()
    if first is None:
        return
    number, day = await to_come.count(), first.start.astimezone(zone).date().isoformat()
    if number == 1:
        raise Invalid(f"A meeting to come, on {day}, needs this: move or cancel it first.", field=field)
    raise Invalid(
        f"{number} meetings to come need this, the first on {day}: move or cancel them first.", field=field
    )
