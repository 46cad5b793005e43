"""How far rows are read around the times that are asked about: as far as a rule can reach, and no less."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from models.actor import Public
from models.agent.agent import Agent
from models.agent.hours import set_week_template
from models.availability.engine import Request, ask_engine
from models.availability.target import Target
from models.claim import Claim
from models.words import MeetingType
from scheduling.hours import WeeklyWindow, Window
from scheduling.rules import Rule
from tests.builders import MONDAY, a_service
from tests.models.meeting.teams import a_planned_subject, booked, target_of

ALWAYS = tuple(WeeklyWindow(weekday, Window(time(), time())) for weekday in range(7))
MIDNIGHT = (MONDAY + timedelta(days=1)).replace(hour=0)
"""Of UTC: from here on another day is looked at."""


async def why_not(target: Target, start: datetime, *, now: datetime) -> Rule | None:
    request = Request(target=target, guest_zone=target.organization.zone, actor=Public())
    return (await ask_engine(request, now=now, turns=False)).availability.decide(start).reason


async def test_a_buffer_reaches_back_over_midnight_to_a_meeting_that_nobody_is_given(anna: Agent) -> None:
    anna = await set_week_template(anna, ALWAYS)
    service = await a_service(await anna.organization, anna, assign_on_booking=False)
    subject = await a_planned_subject(
        [anna], buffer_before_minutes=60, slot_interval_minutes=15, minimum_notice_minutes=0
    )
    target = await target_of(service, subject_id=subject.id)
    await booked(target, MIDNIGHT - timedelta(hours=1))
    soon, now = MIDNIGHT + timedelta(minutes=15), MIDNIGHT + timedelta(minutes=5)
    assert await why_not(target, soon, now=MIDNIGHT - timedelta(minutes=5)) is Rule.MEETING
    assert await why_not(target, soon, now=now) is Rule.MEETING
    assert await why_not(target, soon + timedelta(minutes=15), now=now) is None


async def test_the_last_week_that_can_be_booked_counts_to_its_end(anna: Agent) -> None:
    """Such as by what was booked while one could book further ahead."""
    subject = await a_planned_subject([anna], max_per_agent_per_week=1, bookable_days_ahead=7)
    target = await target_of(anna, subject_id=subject.id)
    last_day = MONDAY.replace(hour=9) + timedelta(days=7)
    for days in (6, 7):
        start = last_day + timedelta(days=days)
        claim = await Claim.create(
            organization_id=anna.organization_id,
            agent=anna,
            starts_at=start,
            ends_at=start + timedelta(minutes=30),
            subject_id=subject.id,
            meeting_type=MeetingType.VIDEO,
        )
        expected = Rule.WEEKLY_LIMIT if days == 6 else None
        assert await why_not(target, last_day, now=MONDAY) is expected
        await claim.delete()
