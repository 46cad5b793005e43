"""Half-open intervals of time in UTC, and the little algebra on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The time from `start` up to, and not including, `end`; empty where they are equal.

    Both must carry `datetime.UTC` itself: subtraction within a zone that has summer time counts wall-clock
    hours, so a zone that merely happens to be at offset 0 is refused with ValueError, as a naive time is.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is not UTC or self.end.tzinfo is not UTC:
            raise ValueError("an interval needs aware times in UTC")
        if self.end < self.start:
            raise ValueError("an interval cannot end before it starts")

    @classmethod
    def between(cls, start: datetime, end: datetime) -> "Interval":
        """The interval of two aware times of any zone; refuses naive ones with ValueError."""
        if start.utcoffset() is None or end.utcoffset() is None:
            raise ValueError("an interval needs aware times")
        return cls(start.astimezone(UTC), end.astimezone(UTC))

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def is_empty(self) -> bool:
        return self.start == self.end

    def overlaps(self, other: "Interval") -> bool:
        """Whether they share a moment; touching ones do not, and an empty one shares none."""
        return max(self.start, other.start) < min(self.end, other.end)

    def covers(self, other: "Interval") -> bool:
        return self.start <= other.start and other.end <= self.end

    def widened(self, *, before: timedelta = timedelta(), after: timedelta = timedelta()) -> "Interval":
        return Interval(self.start - before, self.end + after)


def merge(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same time as the fewest intervals, in order: overlapping and touching ones joined, empty ones
    gone."""
    merged: list[Interval] = []
    for interval in sorted(one for one in intervals if not one.is_empty):
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return tuple(merged)


def intersect(left: Iterable[Interval], right: Iterable[Interval]) -> tuple[Interval, ...]:
    """The time that lies in both, merged."""
    ours, theirs = merge(left), merge(right)
    common: list[Interval] = []
    i = j = 0
    while i < len(ours) and j < len(theirs):
        if ours[i].overlaps(theirs[j]):
            common.append(Interval(max(ours[i].start, theirs[j].start), min(ours[i].end, theirs[j].end)))
        if ours[i].end <= theirs[j].end:
            i += 1
        else:
            j += 1
    return tuple(common)


def subtract(whole: Iterable[Interval], removed: Iterable[Interval]) -> tuple[Interval, ...]:
    """The time of `whole` that lies in none of `removed`, merged."""
    holes = merge(removed)
    left: list[Interval] = []
    for interval in merge(whole):
        start = interval.start
        for hole in holes:
            if not hole.overlaps(interval):
                continue
            if start < hole.start:
                left.append(Interval(start, hole.start))
            start = hole.end
        if start < interval.end:
            left.append(Interval(start, interval.end))
    return tuple(left)


def clip(intervals: Iterable[Interval], within: Interval) -> tuple[Interval, ...]:
    """The time of the intervals that lies in `within`, merged."""
    return intersect(intervals, (within,))
