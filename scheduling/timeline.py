"""A span of minutes as one Python int: bit i is the minute that begins i minutes after the span's origin.

All arithmetic of availability is AND, OR and shifts of such masks, which CPython does 30 bits at a time in C.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import compress
from operator import itemgetter
from struct import unpack

from scheduling.intervals import Interval
from scheduling.kept import Kept

MINUTE = timedelta(minutes=1)
MINUTES_A_DAY = 1440
WORD = 64


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
        since = moment - self.origin  # by its parts, which is faster than to divide a timedelta
        return since.days * MINUTES_A_DAY + since.seconds // 60

    def ceil(self, moment: datetime) -> int:
        """The index of the first minute that begins at or after the moment; may be outside the span."""
        before = self.origin - moment
        return -(before.days * MINUTES_A_DAY + before.seconds // 60)

    def before(self, index: int) -> int:
        """The mask of the span's minutes before the index, which may lie anywhere."""
        return ones(min(max(index, 0), self.minutes))

    def range(self, start: int, end: int) -> int:
        """The mask of the span's minutes from `start` up to `end`."""
        return self.before(end) ^ self.before(min(start, end))

    def touched(self, busy: Iterable[Interval]) -> int:
        """The mask of the minutes that the intervals touch, if only by a second: right for busy time."""
        return self.mask([(self.floor(one.start), self.ceil(one.end)) for one in busy if not one.is_empty])

    def mask(self, ranges: Iterable[tuple[int, int]]) -> int:
        """The mask of index ranges, in any order, overlapping, and partly outside as they like.

        The bits of [a, b) are 2**b - 2**a; so disjoint ranges, however many, are a single subtraction of
        the sum of their starts from the sum of their ends.
        """
        ordered = sorted(ranges)
        if not ordered:
            return 0
        size, reached = self.minutes // 8 + 1, 0
        starts, ends = bytearray(size), bytearray(size)
        for start, end in ordered:
            if start < reached:
                start = reached
            if end > self.minutes:
                end = self.minutes
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
    """The indices of the set bits, ascending.

    It goes by words of 64 minutes, passing over the many empty ones; of the others, starts on a grid make only
    a few that differ, so the bits of each are kept. (`mask & -mask` copies the whole number at every step.)
    """
    size = -(-mask.bit_length() // WORD)
    words = unpack(f"<{size}Q", mask.to_bytes(8 * size, "little"))
    return [WORD * at + bit for at in compress(range(size), words) for bit in _bits[words[at]]]


_bits: Kept[int, tuple[int, ...]] = Kept(
    lambda word: tuple(bit for bit in range(WORD) if word >> bit & 1), most=4096
)


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


def clear(closed: int, before: int, length: int, *, full: int) -> int:
    """The minutes s of which none of the `length` minutes from s - `before` on is closed."""
    open_ = erode(full ^ closed, length) if closed else full >> (length - 1)
    return (open_ << before) & full


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
    if not slices or not indices:
        return [0] * len(indices)
    # Digits are counted from the right, and the sentinel sees to it that there are enough of them. The one at
    # its end is asked for once too often, for of a single index no tuple would be made.
    sentinel = 1 << (max(indices) + 1)
    digits = itemgetter(*(~index for index in indices), -1)
    columns = zip(*(digits(bin(bits | sentinel)) for bits in reversed(slices)), strict=True)
    return [_number[column] for column in columns][:-1]


# A team has few counts that differ, however many starts.
_number: Kept[tuple[str, ...], int] = Kept(lambda column: int("".join(column), 2), most=4096)
