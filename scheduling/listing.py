"""The form in which bookable times are listed, hundreds at once for every question, so with as little ado as there
can be: the moment of a minute and its text are made when they are first needed, and kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from scheduling.kept import Kept

MOST_KEPT = 100_000


# A tuple because it is made in a quarter of the time that a frozen dataclass takes.
class Slot(NamedTuple):
    """A bookable time, and how many agents could be given it."""

    start: datetime
    end: datetime
    agent_count: int


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


# An origin is the same all day and for all organizations.
@lru_cache(maxsize=4)
def moments_from(origin: datetime) -> Mapping[int, datetime]:
    """The moment that lies so many minutes after the origin."""
    return Kept(lambda index: origin + timedelta(0, index * 60), most=MOST_KEPT)


@lru_cache(maxsize=4)
def texts_from(origin: datetime) -> Mapping[int, str]:
    """The same moment in ISO 8601, as `datetime.isoformat` writes it."""
    moments = moments_from(origin)
    return Kept(lambda index: moments[index].isoformat(), most=MOST_KEPT)
