"""A span of minutes as one Python int: bit i is the minute that begins i minutes after the span's origin.

All arithmetic of availability is AND, OR and shifts of such masks, which CPython does 30 bits at a time in C.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from scheduling.intervals import Interval

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Span:
    """`minutes` minutes from `origin` on, an aware UTC time on a whole minute."""

    origin: datetime
    minutes: int

    def __post_init__(self) -> None:
        if self.origin.tzinfo is not UTC or self.origin.second or self.origin.microsecond:
            raise ValueError("a span begins on a whole minute in UTC")
        if self.minutes < 1:
            raise ValueError("a span has at least one minute")

    @property
    def end(self) -> datetime:
        return self.origin + self.minutes * MINUTE

    @property
    def full(self) -> int:
        return ones(self.minutes)

    def covers(self, other: "Span") -> bool:
        return self.origin <= other.origin and other.end <= self.end

    def moment(self, index: int) -> datetime:
        return self.origin + timedelta(0, index * 60)

    def floor(self, moment: datetime) -> int:
        """The index of the minute in which the moment lies; may be outside the span."""
        return (moment - self.origin) // MINUTE

    def ceil(self, moment: datetime) -> int:
        """The index of the first minute that begins at or after the moment; may be outside the span."""
        return -((self.origin - moment) // MINUTE)

    def before(self, index: int) -> int:
        """The mask of the span's minutes before the index, which may lie anywhere."""
        return ones(min(max(index, 0), self.minutes))

    def range(self, start: int, end: int) -> int:
        """The mask of the span's minutes from `start` up to `end`."""
        return self.before(end) & ~self.before(start)

    def touched(self, busy: Iterable[Interval]) -> int:
        """The mask of the minutes that the intervals touch, if only by a second: right for busy time."""
        return self.mask((self.floor(one.start), self.ceil(one.end)) for one in busy if not one.is_empty)

    def covered(self, open_: Iterable[Interval]) -> int:
        """The mask of the whole minutes within the intervals: right for free time. Merge touching ones
        first."""
        return self.mask((self.ceil(one.start), self.floor(one.end)) for one in open_)

    def mask(self, ranges: Iterable[tuple[int, int]]) -> int:
        """The mask of index ranges, in any order, overlapping, and partly outside as they like.

        The bits of [a, b) are 2**b - 2**a; so disjoint ranges, however many, are a single subtraction of
        the sum of their starts from the sum of their ends.
        """
        starts, ends = bytearray(self.minutes // 8 + 1), bytearray(self.minutes // 8 + 1)
        reached = 0
        for start, end in sorted(ranges):
            start, end = max(start, reached), min(end, self.minutes)
            if start < end:
                starts[start >> 3] |= 1 << (start & 7)
                ends[end >> 3] |= 1 << (end & 7)
                reached = end
        return int.from_bytes(ends, "little") - int.from_bytes(starts, "little")

    def intervals(self, mask: int) -> tuple[Interval, ...]:
        return tuple(Interval(self.moment(start), self.moment(end)) for start, end in runs(mask))


@lru_cache(maxsize=512)
def ones(length: int) -> int:
    """The mask of the first `length` minutes."""
    return (1 << length) - 1


def positions(mask: int) -> list[int]:
    """The indices of the set bits, ascending. Searching the binary text beats `mask & -mask` by far:
    every step of that copies the whole number."""
    text = bin(mask)[:1:-1]
    found: list[int] = []
    at = text.find("1")
    while at >= 0:
        found.append(at)
        at = text.find("1", at + 1)
    return found


def runs(mask: int) -> list[tuple[int, int]]:
    """The maximal ranges of set bits, ascending: a bit differs from its neighbour exactly at their borders."""
    borders = iter(positions(mask ^ (mask << 1)))
    return list(zip(borders, borders, strict=True))


def first(mask: int) -> int | None:
    return (mask & -mask).bit_length() - 1 if mask else None


def erode(mask: int, length: int) -> int:
    """The minutes from which on `length` (at least 1) minutes are all set: each step doubles the width
    checked."""
    width = 1
    while width * 2 <= length:
        mask &= mask >> width
        width *= 2
    return mask & (mask >> (length - width))


def count(masks: Iterable[int]) -> tuple[int, ...]:
    """How many of the masks hold each minute, bit-sliced: the k-th result has bit k of every minute's count.

    Full adders on whole masks: three of one weight become one of that weight and one of the next.
    """
    slices: list[int] = []
    level = list(masks)
    while level:
        carries: list[int] = []
        while len(level) > 2:
            a, b, c = level.pop(), level.pop(), level.pop()
            half = a ^ b
            level.append(half ^ c)
            carries.append((a & b) | (half & c))
        if len(level) == 2:
            a, b = level
            level = [a ^ b]
            carries.append(a & b)
        slices.append(level[0])
        level = carries
    return tuple(slices)


def at_least(slices: Sequence[int], wanted: int, *, full: int) -> int:
    """The minutes whose bit-sliced count is `wanted` or more."""
    if wanted >> len(slices):
        return 0
    reached = full
    for weight, bits in enumerate(slices):
        reached = bits & reached if wanted >> weight & 1 else bits | reached
    return reached


def counts_at(slices: Sequence[int], indices: Sequence[int]) -> list[int]:
    """The bit-sliced counts of some minutes as numbers."""
    totals = [0] * len(indices)
    beyond = 1 << (max(indices, default=0) + 1)
    for weight, bits in enumerate(slices):
        text = bin(bits | beyond)[:1:-1]
        for number, index in enumerate(indices):
            if text[index] == "1":
                totals[number] += 1 << weight
    return totals
