"""Intervals against sets of minutes."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.intervals import Interval, clip, intersect, merge, subtract

ORIGIN = datetime(2026, 6, 1, tzinfo=UTC)
moderately = settings(max_examples=80, derandomize=True)


def of(start: int, end: int) -> Interval:
    return Interval(ORIGIN + timedelta(minutes=start), ORIGIN + timedelta(minutes=end))


several = st.lists(st.builds(lambda a, n: of(a, a + n), st.integers(0, 60), st.integers(0, 20)), max_size=8)


def minutes(intervals: Iterable[Interval]) -> set[datetime]:
    return {
        one.start + timedelta(minutes=m)
        for one in intervals
        for m in range(int(one.length.total_seconds() // 60))
    }


@moderately
@given(several, several)
def test_the_algebra_of_intervals_is_that_of_their_minutes(left: list[Interval], right: list[Interval]) -> None:
    results = {
        merge(left): minutes(left),
        intersect(left, right): minutes(left) & minutes(right),
        subtract(left, right): minutes(left) - minutes(right),
        clip(left, of(10, 50)): minutes(left) & minutes([of(10, 50)]),
    }
    for result, expected in results.items():
        assert minutes(result) == expected
        assert all(one.end < other.start for one, other in pairwise(result))
        assert not any(one.is_empty for one in result)


def test_touching_intervals_do_not_overlap_and_an_empty_one_overlaps_nothing() -> None:
    assert not of(0, 10).overlaps(of(10, 20))
    assert of(0, 10).overlaps(of(9, 20))
    assert not of(0, 10).overlaps(of(5, 5))


def test_only_times_in_utc_that_are_in_order_make_an_interval() -> None:
    london = ZoneInfo("Europe/London")
    for bad in (ORIGIN.replace(tzinfo=None), ORIGIN.replace(month=1, tzinfo=london)):
        with pytest.raises(ValueError, match="UTC"):
            Interval(bad, ORIGIN)
    with pytest.raises(ValueError, match="end before"):
        of(1, 0)
    assert Interval.between(ORIGIN.astimezone(london), ORIGIN) == of(0, 0)
    with pytest.raises(ValueError, match="aware"):
        Interval.between(ORIGIN.replace(tzinfo=None), ORIGIN)
