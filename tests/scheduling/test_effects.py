"""What each rule took of the time that was asked about."""

from datetime import date

from scheduling.hours import Dates
from scheduling.rules import Rule
from tests.scheduling.cases import (
    MONDAY,
    agent,
    answer,
    interval,
    question,
)


def test_each_rule_says_how_many_minutes_it_took_and_what_was_left() -> None:
    busy = (interval("2026-06-01 10:00", "2026-06-01 10:15"),)
    effects = answer(question(), agent(busy=busy)).effects(Dates(MONDAY, MONDAY))
    told = {one.rule: (one.removed_minutes, one.remaining_minutes) for one in effects}
    assert told[Rule.HOURS] == (1440 - 91, 91)
    assert told[Rule.CALENDAR_BUSY] == (44, 47)
    assert told[Rule.SLOT_GRID] == (44, 3)


def test_a_month_that_is_past_or_beyond_the_horizon_is_explained_too() -> None:
    availability = answer(question(), agent())
    past = availability.effects(Dates(date(2020, 1, 1), date(2020, 1, 31)))
    assert (past[0].rule, past[0].removed_minutes, past[0].remaining_minutes) == (
        Rule.MINIMUM_NOTICE,
        31 * 1440,
        0,
    )
    far = {one.rule: one.removed_minutes for one in availability.effects(Dates(date(9999, 12, 1), date.max))}
    assert far[Rule.BOOKING_HORIZON] == 31 * 1440
