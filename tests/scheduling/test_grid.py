"""Where meetings start: the grid, the length, and the windows that hold them."""

from datetime import time, timedelta

import pytest

from errors import OutsideAvailability
from scheduling.hours import DateOverride, WeeklyWindow, Window
from scheduling.prepared import prepare
from scheduling.rules import Rule
from scheduling.timeline import Span, runs
from tests.scheduling.cases import (
    MONDAY,
    ROME,
    agent,
    answer,
    at,
    interval,
    question,
    shown,
)


@pytest.mark.parametrize(
    ("hours", "duration", "interval_", "starts"),
    [
        ("09:00-10:00", 8, 8, ["09:00", "09:08", "09:16", "09:24", "09:32", "09:40", "09:48"]),
        ("09:00-10:30", 60, 15, ["09:00", "09:15", "09:30"]),
        ("09:00-10:00", 60, 30, ["09:00"]),
        ("09:00-09:59", 60, 30, []),
        ("09:10-10:15", 30, 30, ["09:10", "09:40"]),
    ],
)
def test_starts_lie_on_the_grid_and_the_last_slot_may_end_with_the_window(
    hours: str, duration: int, interval_: int, starts: list[str]
) -> None:
    q = question(duration_minutes=duration, interval_minutes=interval_)
    assert shown(answer(q, agent(hours))) == starts


def test_the_grid_does_not_move_with_what_is_busy_or_with_notice() -> None:
    q = question("2026-06-01 09:05", duration_minutes=20, notice_minutes=10)
    busy = (interval("2026-06-01 09:35", "2026-06-01 09:40"),)
    assert shown(answer(q, agent("09:00-11:00", busy=busy))) == ["10:00", "10:30"]


def test_a_start_between_the_grid_is_refused_and_so_is_one_with_seconds() -> None:
    availability = answer(question(), agent())
    for text in ("2026-06-01 09:07", "2026-06-01 09:30:01"):
        decision = availability.decide(at(text, ROME))
        assert decision.reason is Rule.SLOT_GRID
        assert isinstance(decision.refused, OutsideAvailability)
    assert availability.decide(at("2026-06-01 09:30", ROME)).bookable


def test_windows_that_adjoin_across_midnight_hold_a_slot_of_ninety_minutes() -> None:
    week = tuple(
        WeeklyWindow(day, Window(*edges))
        for day in range(7)
        for edges in [(time(22), time()), (time(), time(1))]
    )
    q = question(duration_minutes=90, interval_minutes=60)
    assert shown(answer(q, agent(week=week))) == ["22:00", "23:00"]
    assert answer(q, agent(week=week)).decide(at("2026-06-01 23:00", ROME)).bookable


def test_a_window_that_crosses_midnight_belongs_to_the_date_on_which_it_starts() -> None:
    week = (WeeklyWindow(MONDAY.weekday(), Window(time(23), time(1))),)
    tuesday = MONDAY + timedelta(days=1)
    day_off = (DateOverride(tuesday),)
    availability = answer(question(), agent(week=week, overrides=day_off))
    assert shown(availability) == ["23:00", "23:30"]
    assert shown(availability, tuesday) == ["00:00", "00:30"]
    assert shown(answer(question(), agent(week=week, overrides=(DateOverride(MONDAY),))), tuesday) == []


def test_hours_that_began_before_the_prepared_time_are_open_in_it() -> None:
    span = Span(at("2026-06-01 00:00"), 1440)
    (layer,) = prepare(agent("20:00-03:00"), span).opening.layers
    assert runs(layer.open) == [(0, 60), (18 * 60, 1440)]


def test_hours_round_the_clock_begin_their_grid_anew_each_midnight() -> None:
    availability = answer(question(duration_minutes=25, interval_minutes=25), agent("00:00-00:00"))
    for day in range(4):
        assert shown(availability, MONDAY + timedelta(days=day))[:2] == ["00:00", "00:25"]


def test_an_override_replaces_the_hours_of_its_date_only() -> None:
    override = DateOverride(MONDAY, (Window(time(14), time(15)),))
    availability = answer(question(), agent("09:00-10:00", overrides=(override,)))
    assert shown(availability) == ["14:00", "14:30"]
    assert shown(availability, MONDAY + timedelta(days=1)) == ["09:00", "09:30"]
    assert availability.decide(at("2026-06-01 09:00", ROME)).reason is Rule.DATE_OVERRIDE
