"""Coming to meetings and ending them, at fixed times."""

from __future__ import annotations

from datetime import datetime, timedelta

from errors import Refused
from models.actor import KnownActor
from models.agent.agent import Agent
from models.meeting.arriving import arrive
from models.meeting.changing import Change
from models.meeting.ending import complete, mark_no_show
from models.meeting.meeting import Meeting, MeetingChange
from tests.builders import acting, guest_of
from tests.models.meeting.holding import NINE

AT_NINE = NINE
OPENS = NINE - timedelta(minutes=15)
WAITED = NINE + timedelta(minutes=15)
OVER = NINE + timedelta(minutes=30)


async def try_to_come(
    meeting: Meeting, *, as_: KnownActor | None = None, now: datetime = NINE, change: Change | None = None
) -> Meeting | Refused:
    """As the guest, where nobody else is named."""
    actor = as_ or await guest_of(meeting)
    try:
        return await arrive(meeting.id, change or Change(), actor=actor, now=now)
    except Refused as refused:
        return refused


async def try_to_complete(
    meeting: Meeting, *, by: Agent, now: datetime = NINE, change: Change | None = None
) -> Meeting | Refused:
    try:
        return await complete(meeting.id, change or Change(), actor=acting(by), now=now)
    except Refused as refused:
        return refused


async def try_to_miss(
    meeting: Meeting, *, by: Agent, now: datetime = WAITED, change: Change | None = None
) -> Meeting | Refused:
    """Say that the guest has not come."""
    try:
        return await mark_no_show(meeting.id, change or Change(), actor=acting(by), now=now)
    except Refused as refused:
        return refused


async def kinds(meeting: Meeting) -> list[str]:
    """What the history of the meeting tells."""
    return [change.kind.value for change in await MeetingChange.filter(meeting_id=meeting.id).order_by("id")]
