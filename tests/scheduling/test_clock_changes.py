"""Days on which the clock changes, and places whose clocks are far apart."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduling.hours import Dates, Window
from scheduling.intervals import Interval
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
    ("zone", "day", "hours"),
    [
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Europe/London", "2026-03-29", 23),
        ("Europe/London", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("America/Santiago", "2026-09-06", 23),
        ("America/Santiago", "2026-04-04", 25),
        ("Asia/Kathmandu", "2026-03-08", 24),
        ("Pacific/Kiritimati", "2026-03-08", 24),
    ],
)
def test_a_day_open_round_the_clock_has_the_hours_that_the_day_has(zone: str, day: str, hours: float) -> None:
    place, asked = ZoneInfo(zone), date.fromisoformat(day)
    now = datetime.combine(asked, time(12), UTC) - timedelta(days=3)
    q = question(now.isoformat(), now_zone=UTC, guest_zone=place, organization_zone=place, duration_minutes=15)
    listed = answer(replace(q, interval_minutes=15), agent("00:00-00:00", place)).total(Dates(asked, asked))
    assert listed == hours * 4


@pytest.mark.parametrize(
    ("zone", "day", "starts"),
    [
        ("America/New_York", "2026-03-08", ["01:00", "01:30", "03:00", "03:30"]),
        (
            "America/New_York",
            "2026-11-01",
            ["01:00", "01:30", "01:00", "01:30", "02:00", "02:30", "03:00", "03:30"],
        ),
        ("Europe/London", "2026-03-29", ["02:00", "02:30", "03:00", "03:30"]),
        (
            "Europe/London",
            "2026-10-25",
            ["01:00", "01:30", "01:00", "01:30", "02:00", "02:30", "03:00", "03:30"],
        ),
        ("Australia/Lord_Howe", "2026-10-04", ["01:00", "01:30", "02:30", "03:00", "03:30"]),
        ("Australia/Lord_Howe", "2026-04-05", ["01:00", "01:30", "01:30", "02:00", "02:30", "03:00", "03:30"]),
        ("America/Santiago", "2026-09-06", ["01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]),
    ],
)
def test_hours_across_a_change_of_the_clock_keep_the_grid_in_elapsed_time(
    zone: str, day: str, starts: list[str]
) -> None:
    place, asked = ZoneInfo(zone), date.fromisoformat(day)
    now = datetime.combine(asked, time(12), UTC) - timedelta(days=3)
    q = question(now.isoformat(), now_zone=UTC, guest_zone=place, organization_zone=place)
    assert shown(answer(q, agent("01:00-04:00", place)), asked, place) == starts


def test_a_window_edge_that_the_clock_skips_is_the_moment_of_the_jump() -> None:
    q = question("2026-03-07 12:00", guest_zone=NEW_YORK)
    asked = date(2026, 3, 8)
    assert shown(answer(q, agent("02:20-04:00", NEW_YORK)), asked, NEW_YORK) == ["03:00", "03:30"]
    assert shown(answer(q, agent("00:30-02:20", NEW_YORK)), asked, NEW_YORK) == ["00:30", "01:00", "01:30"]
    assert shown(answer(q, agent("02:00-03:00", NEW_YORK)), asked, NEW_YORK) == []


def test_a_window_edge_that_occurs_twice_is_the_first_of_the_two() -> None:
    window = Window(time(1, 30), time(3)).on(date(2026, 11, 1), NEW_YORK)
    assert window == Interval(at("2026-11-01 05:30"), at("2026-11-01 08:00"))
    window = Window(time(0), time(1, 30)).on(date(2026, 11, 1), NEW_YORK)
    assert window == Interval(at("2026-11-01 04:00"), at("2026-11-01 05:30"))


def test_santiagos_evening_that_repeats_its_last_hour_is_open_for_both() -> None:
    santiago = ZoneInfo("America/Santiago")
    window = Window(time(22), time(0)).on(date(2026, 4, 4), santiago)
    assert window.length == timedelta(hours=3)


@pytest.mark.parametrize(
    ("now", "notice", "soonest"),
    [
        ("2026-03-08 00:30", 120, "03:30"),
        ("2026-03-07 12:00", 24 * 60, "13:00"),
        ("2026-11-01 00:30", 120, "01:30"),
        ("2026-10-31 12:00", 24 * 60, "11:00"),
    ],
)
def test_notice_counts_elapsed_hours_on_days_that_lack_one_or_have_one_more(
    now: str, notice: int, soonest: str
) -> None:
    q = question(now, now_zone=NEW_YORK, guest_zone=NEW_YORK, notice_minutes=notice)
    first = answer(q, agent("00:00-00:00", NEW_YORK)).next_after(q.now)
    assert first is not None
    assert first - q.now == timedelta(minutes=notice)
    assert first.astimezone(NEW_YORK).strftime("%H:%M") == soonest


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_busy_day_of_23_or_25_hours_takes_that_date_and_no_other(day: str) -> None:
    asked = date.fromisoformat(day)
    midnights = [at(f"{asked + timedelta(days=number)} 00:00", ROME) for number in (0, 1)]
    q = question(f"{asked - timedelta(days=2)} 12:00")
    availability = answer(q, agent("00:00-00:00", busy=(Interval(*midnights),)))
    listed = [availability.total(Dates(*[asked + timedelta(days=number)] * 2)) for number in (-1, 0, 1)]
    assert listed == [48, 0, 48]


def test_a_guest_in_pago_pago_sees_new_yorks_hours_on_their_own_clock_and_date() -> None:
    pago_pago = ZoneInfo("Pacific/Pago_Pago")
    q = question(now_zone=NEW_YORK, guest_zone=pago_pago)
    assert shown(answer(q, agent("09:00-10:00", NEW_YORK)), MONDAY, pago_pago) == ["02:00", "02:30"]
    late = answer(q, agent("20:00-08:00", NEW_YORK))
    assert shown(late, MONDAY, pago_pago)[:2] == ["00:00", "00:30"]
    assert shown(late, MONDAY, pago_pago)[-2:] == ["23:00", "23:30"]


def test_a_host_in_honolulu_is_offered_to_brussels_on_the_evening_of_the_same_date() -> None:
    honolulu, brussels = ZoneInfo("Pacific/Honolulu"), ZoneInfo("Europe/Brussels")
    q = question(now_zone=honolulu, guest_zone=brussels)
    assert shown(answer(q, agent("08:00-09:00", honolulu)), MONDAY, brussels) == ["20:00", "20:30"]


def test_kathmandus_quarter_hours_stay_on_the_agents_grid() -> None:
    q = question(duration_minutes=60, interval_minutes=60)
    starts = shown(answer(q, agent("09:00-12:00", ZoneInfo("Asia/Kathmandu"))), MONDAY, ZoneInfo("UTC"))
    assert starts == ["03:15", "04:15", "05:15"]


@pytest.mark.parametrize("guest", ["Pacific/Pago_Pago", "Pacific/Kiritimati"])
def test_the_last_day_is_bookable_to_its_end_in_both_zones(guest: str) -> None:
    zone = ZoneInfo(guest)
    availability = answer(question(guest_zone=zone, days_ahead=2), agent("00:00-00:00"))
    now = at("2026-06-01 00:00", ROME)
    ends = [
        datetime.combine(now.astimezone(one).date() + timedelta(days=3), time(), one) for one in (zone, ROME)
    ]
    last = max(ends) - timedelta(minutes=30)
    assert availability.decide(last).bookable
    assert availability.decide(max(ends)).reason is Rule.BOOKING_HORIZON
    assert availability.next_after(max(ends)) is None
