"""The form in which bookable times are listed, hundreds at once for every question, so with as little ado as there
can be: the moment of a minute and its text are made when they are first needed, and kept."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from scheduling.hours import days_of
from scheduling.kept import Kept
from scheduling.timeline import Span

T = TypeVar("T")
MOST_KEPT = 100_000


# A tuple, because a frozen dataclass takes three times as long to make.
class Slot(NamedTuple):
    """A bookable time, how many agents could be given it, and the most seats that one booking could have."""

    start: datetime
    end: datetime
    agent_count: int
    seats_left: int = 1


@dataclass(frozen=True, slots=True)
class SlotDay:
    """The slots that start on one date of the guest's zone."""

    day: date
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class SlotTexts:
    """The same as a `SlotDay`, column by column and in ISO 8601: what is written to a client as it is."""

    day: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    agent_counts: tuple[int, ...]
    seats_left: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Starts of the span, as ascending indices, and for each what a `Slot` says of it."""

    span: Span
    starts: Sequence[int]
    agent_counts: Sequence[int]
    seats_left: Sequence[int]
    duration_minutes: int

    def slots(self) -> tuple[Slot, ...]:
        columns = *self._times(moments_from(self.span.origin)), self.agent_counts, self.seats_left
        return tuple(map(_slot, zip(*columns, strict=True)))

    def days(self, zone: ZoneInfo) -> tuple[SlotDay, ...]:
        """The slots by the zone's dates; dates without any are left out."""
        slots = self.slots()
        return tuple([SlotDay(day, slots[part]) for day, part in self._parts(zone)])

    def texts(self, zone: ZoneInfo) -> tuple[SlotTexts, ...]:
        """What `days` lists, as texts in columns."""
        starts, ends = self._times(texts_from(self.span.origin))
        counts, seats = tuple(self.agent_counts), tuple(self.seats_left)
        return tuple(
            [
                SlotTexts(day.isoformat(), starts[part], ends[part], counts[part], seats[part])
                for day, part in self._parts(zone)
            ]
        )

    def _times(self, shown: Mapping[int, T]) -> tuple[tuple[T, ...], tuple[T, ...]]:
        """The starts and the ends as they are to be shown."""
        ends = [start + self.duration_minutes for start in self.starts]
        return tuple(map(shown.__getitem__, self.starts)), tuple(map(shown.__getitem__, ends))

    def _parts(self, zone: ZoneInfo) -> Iterator[tuple[date, slice]]:
        """Each of the zone's dates on which there are starts, and which of them."""
        reached = 0
        for day, _, end in days_of(self.span, zone):
            began, reached = reached, bisect_left(self.starts, end, reached)
            if began < reached:
                yield day, slice(began, reached)


# What `Slot._make` does, but for a check that `zip` has made, and its cost.
_slot = partial(tuple.__new__, Slot)


# An origin is the same all day and for all organizations.
@lru_cache(maxsize=4)
def moments_from(origin: datetime) -> Mapping[int, datetime]:
    """The moment that lies so many minutes after the origin."""
    return Kept(lambda index: origin + timedelta(0, index * 60), most=MOST_KEPT)


@lru_cache(maxsize=4)
def texts_from(origin: datetime) -> Mapping[int, str]:
    """The same moment in ISO 8601, as clients are told moments in UTC."""
    moments = moments_from(origin)
    return Kept(lambda index: moments[index].isoformat().replace("+00:00", "Z"), most=MOST_KEPT)
