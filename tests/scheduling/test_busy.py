"""What is taken: calendars, meetings, holds and the buffers between them."""

from datetime import timedelta
from typing import Any

import pytest

from errors import SlotTaken
from scheduling.agenda import Claim, ClaimKind, Counted
from scheduling.hours import DateOverride
from scheduling.rules import Rule
from tests.scheduling.cases import (
    MONDAY,
    ROME,
    agent,
    answer,
    at,
    interval,
    meeting,
    question,
    shown,
)


@pytest.mark.parametrize(
    ("start", "end", "starts"),
    [
        ("2026-06-01 09:30", "2026-06-01 10:00", ["09:00", "10:00", "10:30"]),
        ("2026-06-01 09:30", "2026-06-01 09:30", ["09:00", "09:30", "10:00", "10:30"]),
        ("2026-06-01 09:59:59", "2026-06-01 10:00:01", ["09:00", "10:30"]),
        ("2026-06-01 00:00", "2026-06-02 00:00", []),
        ("2026-05-01 00:00", "2026-06-01 09:30", ["09:30", "10:00", "10:30"]),
    ],
)
def test_busy_time_takes_each_minute_that_it_touches(start: str, end: str, starts: list[str]) -> None:
    assert shown(answer(question(), agent(busy=(interval(start, end),)))) == starts


@pytest.mark.parametrize(
    ("known", "rule"),
    [
        ({"busy": (interval("2026-06-01 09:00", "2026-06-01 09:30"),)}, Rule.CALENDAR_BUSY),
        ({"claims": (meeting(5, "2026-06-01 09:00", "2026-06-01 09:30"),)}, Rule.MEETING),
        (
            {"claims": (Claim(5, ClaimKind.HOLD, interval("2026-06-01 09:00", "2026-06-01 09:30")),)},
            Rule.HOLD,
        ),
        ({"claims": (meeting(5, "2026-06-01 08:00", "2026-06-01 08:50", buffer=15),)}, Rule.BUFFER),
    ],
)
def test_what_is_taken_is_refused_as_taken_until_it_is_free(known: dict[str, Any], rule: Rule) -> None:
    decision = answer(question(), agent(**known)).decide(at("2026-06-01 09:00", ROME))
    assert decision.reason is rule
    assert isinstance(decision.refused, SlotTaken)
    until = at("2026-06-01 09:05" if rule is Rule.BUFFER else "2026-06-01 09:30", ROME)
    assert decision.refusals[0].until == until


def test_between_two_meetings_there_is_room_for_one_that_touches_both() -> None:
    both = (
        meeting(5, "2026-06-01 09:00", "2026-06-01 09:30"),
        meeting(6, "2026-06-01 10:00", "2026-06-01 10:30"),
    )
    assert shown(answer(question(), agent(claims=both))) == ["09:30", "10:30"]
    assert shown(answer(question(duration_minutes=31), agent(claims=both))) == []


def test_meetings_that_touch_do_not_conflict_and_buffers_of_both_lie_between_them() -> None:
    taken = (meeting(5, "2026-06-01 09:30", "2026-06-01 10:00", buffer=5),)
    assert shown(answer(question(interval_minutes=5), agent("09:00-11:00", claims=taken))) == (
        ["10:05", "10:10", "10:15", "10:20", "10:25", "10:30"]
    )
    q = question(interval_minutes=5, buffer_before_minutes=10)
    assert shown(answer(q, agent("09:00-11:00", claims=taken))) == ["10:15", "10:20", "10:25", "10:30"]


def test_a_buffer_refuses_until_there_is_room_for_it() -> None:
    taken = (meeting(5, "2026-06-01 08:00", "2026-06-01 08:50", buffer=15),)
    q = question(buffer_before_minutes=20)
    refusal = answer(q, agent(claims=taken)).decide(at("2026-06-01 09:00", ROME)).refusals[0]
    assert (refusal.rule, refusal.until) == (Rule.BUFFER, at("2026-06-01 09:25", ROME))


def test_buffers_may_lie_outside_the_hours() -> None:
    q = question(buffer_before_minutes=60, buffer_after_minutes=60)
    decision = answer(q, agent("09:00-09:30")).decide(at("2026-06-01 09:00", ROME))
    assert decision.bookable
    assert decision.time == interval("2026-06-01 09:00", "2026-06-01 09:30")
    assert decision.claimed == interval("2026-06-01 08:00", "2026-06-01 10:30")


def test_a_calendar_that_is_not_known_blocks_only_if_asked_to() -> None:
    unknown = agent(calendars_known=False)
    assert shown(answer(question(), unknown)) == ["09:00", "09:30", "10:00", "10:30"]
    strict = answer(question(unknown_calendars_block=True), unknown)
    assert shown(strict) == []
    assert strict.decide(at("2026-06-01 09:00", ROME)).reason is Rule.CALENDAR_UNKNOWN


def test_a_meeting_that_is_moved_gives_its_own_time_and_its_place_in_the_limits_back() -> None:
    held = agent(claims=(meeting(5, "2026-06-01 09:00", "2026-06-01 10:00"),), counted=(Counted(5, MONDAY),))
    assert shown(answer(question(max_per_day=1), held)) == []
    moving = question(max_per_day=1, excluded_claims=frozenset({5}))
    assert shown(answer(moving, held)) == ["09:00", "09:30", "10:00", "10:30"]


def test_the_nearest_alternatives_come_first_and_the_next_start_may_be_days_away() -> None:
    taken = (meeting(5, "2026-06-01 09:30", "2026-06-01 10:00"),)
    availability = answer(question(), agent(claims=taken))
    wanted = at("2026-06-01 09:30", ROME)
    alternatives = [slot.start.astimezone(ROME).strftime("%H:%M") for slot in availability.nearest(wanted, 3)]
    assert alternatives == ["09:00", "10:00", "10:30"]
    away = tuple(DateOverride(MONDAY + timedelta(days=day)) for day in range(20))
    assert answer(question(), agent(overrides=away)).next_after(wanted) == at("2026-06-21 09:00", ROME)
