"""Masks of minutes against sets of minutes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.intervals import Interval
from scheduling.timeline import Span, at_least, clear, count, counts_at, erode, positions, runs

ORIGIN = datetime(2026, 6, 1, tzinfo=UTC)
SPAN = Span(ORIGIN, 300)
moderately = settings(max_examples=80, derandomize=True)
masks = st.integers(0, SPAN.full)
ranges = st.lists(st.tuples(st.integers(-20, 320), st.integers(-20, 320)), max_size=8)


def bits(mask: int) -> set[int]:
    return {index for index in range(mask.bit_length()) if mask >> index & 1}


@moderately
@given(ranges)
def test_a_mask_holds_the_minutes_of_its_ranges_and_no_others(pairs: list[tuple[int, int]]) -> None:
    within = {minute for start, end in pairs for minute in range(max(start, 0), min(end, 300))}
    mask = SPAN.mask(pairs)
    assert bits(mask) == within == set(positions(mask))
    assert SPAN.mask(runs(mask)) == mask


@moderately
@given(masks, st.integers(1, 120))
def test_erosion_leaves_the_minutes_from_which_on_all_are_set(mask: int, length: int) -> None:
    minutes = bits(mask)
    assert bits(erode(mask, length)) == {m for m in minutes if minutes.issuperset(range(m, m + length))}


@moderately
@given(st.one_of(st.just(0), masks), st.integers(0, 120), st.integers(1, 320))
def test_clear_are_the_minutes_around_which_nothing_is_closed_and_nothing_lies_outside(
    closed: int, before: int, length: int
) -> None:
    open_ = set(range(300)) - bits(closed)
    around = {m: range(m - before, m - before + length) for m in range(300)}
    expected = {m for m, minutes in around.items() if open_.issuperset(minutes)}
    assert bits(clear(closed, before, length, full=SPAN.full)) == expected


@moderately
@given(st.lists(masks, max_size=12), st.integers(0, 14))
def test_a_sliced_count_is_the_number_of_masks_that_hold_the_minute(several: list[int], wanted: int) -> None:
    totals = [sum(mask >> minute & 1 for mask in several) for minute in range(300)]
    slices = count(several)
    assert counts_at(slices, range(300)) == totals
    enough = {minute for minute, total in enumerate(totals) if total >= wanted}
    assert bits(at_least(slices, wanted, full=SPAN.full)) == enough


@pytest.mark.parametrize(
    ("start", "end", "touched"),
    [(0, 120, {0, 1}), (59, 61, {0, 1}), (30, 150, {0, 1, 2}), (60, 60, set()), (-30, 1, {0})],
)
def test_busy_time_takes_every_minute_that_it_touches_if_only_for_a_second(
    start: int, end: int, touched: set[int]
) -> None:
    interval = Interval(ORIGIN + timedelta(seconds=start), ORIGIN + timedelta(seconds=end))
    assert bits(SPAN.touched([interval])) == touched


def test_a_mask_comes_back_as_intervals() -> None:
    hour = Interval(ORIGIN, ORIGIN + timedelta(hours=1))
    last = Interval(ORIGIN + timedelta(hours=4), SPAN.end)
    assert SPAN.intervals(SPAN.touched([last, hour])) == (hour, last)


def test_a_span_begins_on_a_whole_minute_in_utc() -> None:
    for origin in (ORIGIN.replace(second=1), ORIGIN.replace(tzinfo=None)):
        with pytest.raises(ValueError, match="UTC"):
            Span(origin, 1)
