"""Recurrence rules of series."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from errors import Invalid
from models.meeting.recurrence import MOST_OCCURRENCES, occurrences

ROME = ZoneInfo("Europe/Rome")
MONDAY_AT_NINE = datetime(2027, 3, 1, 9, tzinfo=ROME)


def starts(rule: str, *, start: datetime = MONDAY_AT_NINE, zone: ZoneInfo = ROME) -> list[str]:
    return [
        f"{moment.astimezone(zone):%a %d.%m. %H:%M}" for moment in occurrences(rule, start=start, zone=zone)
    ]


def test_every_week_is_at_the_same_time_of_the_guests_clock() -> None:
    found = occurrences("FREQ=WEEKLY;COUNT=5", start=MONDAY_AT_NINE, zone=ROME)
    assert [moment.hour for moment in found] == [8, 8, 8, 8, 7]  # summer time begins on the 28th
    assert starts("FREQ=WEEKLY;COUNT=5")[-1] == "Mon 29.03. 09:00"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;COUNT=3", ["Mon 01.03. 09:00", "Tue 02.03. 09:00", "Wed 03.03. 09:00"]),
        ("RRULE:FREQ=DAILY;INTERVAL=2;COUNT=2", ["Mon 01.03. 09:00", "Wed 03.03. 09:00"]),
        ("freq=weekly;byday=mo,th;count=3", ["Mon 01.03. 09:00", "Thu 04.03. 09:00", "Mon 08.03. 09:00"]),
        ("FREQ=MONTHLY;BYDAY=1MO;COUNT=2", ["Mon 01.03. 09:00", "Mon 05.04. 09:00"]),
        ("FREQ=WEEKLY;UNTIL=20270308", ["Mon 01.03. 09:00", "Mon 08.03. 09:00"]),
        ("FREQ=WEEKLY;UNTIL=20270308T080000Z", ["Mon 01.03. 09:00", "Mon 08.03. 09:00"]),
        ("FREQ=WEEKLY;UNTIL=20270308T075959Z", ["Mon 01.03. 09:00"]),
        ("FREQ=WEEKLY;UNTIL=20270308T085959", ["Mon 01.03. 09:00"]),
        ("FREQ=YEARLY;COUNT=2", ["Mon 01.03. 09:00", "Wed 01.03. 09:00"]),
    ],
)
def test_a_rule_gives_its_starts(rule: str, expected: list[str]) -> None:
    assert starts(rule) == expected


def test_a_leap_day_comes_every_four_years() -> None:
    leap = datetime(2028, 2, 29, 9, tzinfo=ROME)
    assert [moment.year for moment in occurrences("FREQ=YEARLY;COUNT=3", start=leap, zone=ROME)] == [
        2028,
        2032,
        2036,
    ]


def test_a_time_that_the_clock_skips_is_meant_by_the_offset_before() -> None:
    found = occurrences("FREQ=DAILY;COUNT=2", start=datetime(2027, 3, 27, 2, 30, tzinfo=ROME), zone=ROME)
    assert found[1] == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "rule",
    [
        *("", "never", "FREQ", "FREQ=", "COUNT=3", "FREQ=HOURLY;COUNT=3", "FREQ=WEEKLY", "FREQ=WEEKLY;COUNT=0"),
        *("FREQ=WEEKLY;COUNT=3;UNTIL=20270401", "FREQ=WEEKLY;COUNT=x", "FREQ=DAILY;FREQ=DAILY;COUNT=2"),
        *("FREQ=DAILY;COUNT=2;BYHOUR=9,10", "FREQ=DAILY;COUNT=2;INTERVAL=0", "FREQ=WEEKLY;BYDAY=XX;COUNT=2"),
        *("FREQ=WEEKLY;UNTIL=soon", "FREQ=WEEKLY;UNTIL=20271301", "FREQ=WEEKLY;COUNT=3\nFREQ=DAILY;COUNT=3"),
        *("FREQ=MONTHLY;BYDAY=99MO;COUNT=2", "FREQ=YEARLY;BYDAY=-99MO;COUNT=2"),
        *("FREQ=YEARLY;BYMONTH=13;BYDAY=1MO;COUNT=2", "FREQ=DAILY;UNTIL=00010101T000000+1400"),
        "FREQ=DAILY;COUNT=2;" + "BYMONTH=1,2,3" * 100,
    ],
)
def test_what_is_no_rule_of_a_series_is_refused(rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        starts(rule)
    assert refused.value.field == ("recurrence",)


def test_a_rule_that_does_not_give_its_start_is_refused() -> None:
    with pytest.raises(Invalid, match="not one that the recurrence gives"):
        starts("FREQ=WEEKLY;BYDAY=TU;COUNT=3")


def test_a_rule_that_matches_nothing_is_refused() -> None:
    with pytest.raises(Invalid, match="not one that the recurrence gives"):
        starts("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3")


def test_a_series_has_an_end_near_enough() -> None:
    assert len(starts(f"FREQ=DAILY;COUNT={MOST_OCCURRENCES}")) == MOST_OCCURRENCES
    for rule in (f"FREQ=DAILY;COUNT={MOST_OCCURRENCES + 1}", "FREQ=DAILY;UNTIL=99991231"):
        with pytest.raises(Invalid, match="at most 52"):
            starts(rule)


@given(
    st.text(alphabet="FREQ=DAILYWKMONTHBSP;,+-0123456789\n", max_size=60), st.datetimes(timezones=st.just(UTC))
)
@example("FREQ=WEEKLY;COUNT=2;BYDAY=99MO", MONDAY_AT_NINE)
@example("FREQ=DAILY;COUNT=99999999999999999999", MONDAY_AT_NINE)
@example("FREQ=YEARLY;COUNT=2", datetime(9998, 3, 1, tzinfo=UTC))
def test_any_text_is_a_rule_or_refused(text: str, at: datetime) -> None:
    start = at.replace(microsecond=0)
    with suppress(Invalid):
        assert occurrences(text, start=start, zone=ZoneInfo("UTC"))[0] == start
