"""How soon, how late and how often: each rule refuses a start of its own."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from errors import LimitReached, OutsideAvailability, TimeRefused, TooFarAhead, TooSoon
from scheduling.agenda import Counted
from scheduling.hours import Dates, Topic
from scheduling.question import GuestLimits
from scheduling.rules import Rule
from tests.scheduling.cases import (
    MONDAY,
    NEW_YORK,
    ROME,
    agent,
    answer,
    at,
    question,
    shown,
)


@pytest.mark.parametrize(
    ("now", "notice", "soonest"),
    [
        ("11:59:59", 60, "13:00"),
        ("12:00:00", 60, "13:00"),
        ("12:00:01", 60, "13:01"),
        ("11:59:59", 0, "12:00"),
    ],
)
def test_notice_is_rounded_up_to_the_next_whole_minute(now: str, notice: int, soonest: str) -> None:
    q = question(f"2026-06-01 {now}", notice_minutes=notice, interval_minutes=1)
    assert shown(answer(q, agent("09:00-18:00")))[0] == soonest


@pytest.mark.parametrize(
    ("start", "asked", "rule", "refusal"),
    [
        ("2026-05-31 09:00", {}, Rule.MINIMUM_NOTICE, TooSoon),
        ("2020-01-01 09:00", {}, Rule.MINIMUM_NOTICE, TooSoon),
        ("2026-06-01 09:00", {"notice_minutes": 600}, Rule.MINIMUM_NOTICE, TooSoon),
        ("2026-06-01 09:00", {"earliest_day": 1}, Rule.EARLIEST_DAY, TooSoon),
        ("2026-07-03 09:00", {}, Rule.BOOKING_HORIZON, TooFarAhead),
        ("2099-07-03 09:00", {}, Rule.BOOKING_HORIZON, TooFarAhead),
        ("2026-06-01 09:00", {"link_dates": Dates(date(2026, 6, 2))}, Rule.LINK_DATES, OutsideAvailability),
        ("2026-06-01 13:00", {}, Rule.HOURS, OutsideAvailability),
        ("2026-06-06 09:00", {"weekends_closed": True}, Rule.WEEKEND, OutsideAvailability),
        ("2026-06-01 09:00", {"max_per_day": 1}, Rule.DAILY_LIMIT, LimitReached),
        ("2026-06-03 09:00", {"max_per_week": 1}, Rule.WEEKLY_LIMIT, LimitReached),
        (
            "2026-06-01 09:00",
            {"guest_limits": GuestLimits(full_agents=frozenset({1}))},
            Rule.GUEST_LIMIT,
            LimitReached,
        ),
    ],
)
def test_a_start_is_refused_by_its_rule(
    start: str, asked: dict[str, Any], rule: Rule, refusal: type[TimeRefused]
) -> None:
    decision = answer(question(**asked), agent(counted=(Counted(7, MONDAY),))).decide(at(start, ROME))
    assert not decision.bookable
    assert decision.reason is rule
    assert isinstance(decision.refused, refusal)
    assert rule in {one.rule for one in decision.refusals}


def test_without_those_rules_the_same_starts_are_bookable() -> None:
    availability = answer(question(), agent(counted=(Counted(7, MONDAY),)))
    for start in ("2026-06-01 09:00", "2026-06-06 09:00", "2026-06-03 09:00", "2026-07-02 09:00"):
        assert availability.decide(at(start, ROME)).bookable


def test_weekends_are_those_of_the_organizations_zone_wherever_the_agent_is() -> None:
    q = question(weekends_closed=True, duration_minutes=60, interval_minutes=30)
    availability = answer(q, agent("00:00-00:00", NEW_YORK))
    friday, saturday, sunday, monday = (MONDAY + timedelta(days=days) for days in (4, 5, 6, 7))
    assert shown(availability, friday)[-1] == "23:00"
    assert availability.decide(at("2026-06-05 23:30", ROME)).reason is Rule.WEEKEND
    assert (shown(availability, saturday), shown(availability, sunday)) == ([], [])
    assert shown(availability, monday)[0] == "00:00"
    assert at("2026-06-08 00:00", ROME).astimezone(NEW_YORK).date() == sunday
    assert shown(answer(replace(q, weekends_closed=False), agent("09:00-10:00")), saturday) == ["09:00"]


def test_a_naive_start_is_not_understood() -> None:
    with pytest.raises(ValueError, match="aware"):
        answer(question(), agent()).decide(datetime(2026, 6, 1, 9))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("topic", "is_full"),
    [
        (Topic(subject=1, meeting_type="VIDEO"), True),
        (Topic(office=4, subject=1, meeting_type="VIDEO"), True),
        (Topic(subject=2, meeting_type="VIDEO"), False),
        (Topic(subject=1, meeting_type="PHONE"), False),
        (Topic(), False),
    ],
)
@pytest.mark.parametrize("cap", ["max_per_day", "max_per_week"])
def test_only_meetings_of_the_same_kind_count_for_a_limit(cap: str, topic: Topic, *, is_full: bool) -> None:
    counted = (Counted(7, MONDAY, subject=1, meeting_type="VIDEO"),)
    asked: dict[str, Any] = {cap: 1, "topic": topic}
    assert bool(shown(answer(question(**asked), agent(counted=counted)))) is not is_full


def test_a_week_counts_from_its_monday_also_where_that_lies_before_what_was_prepared() -> None:
    sunday = "2026-06-07 08:00"
    q = question(sunday, max_per_week=1)
    assert q.span().origin > at("2026-06-03 00:00")
    held = agent(counted=(Counted(7, MONDAY),))
    assert shown(answer(q, held), date(2026, 6, 7)) == []
    assert shown(answer(q, held), date(2026, 6, 8)) == ["09:00", "09:30", "10:00", "10:30"]
