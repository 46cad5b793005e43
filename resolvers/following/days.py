"""The days of an answer, as those who follow it know them; and what is different about them.

A client's cursor is what it knows: a digest of each day's slots. So nothing is kept for whoever is away, and whoever
comes back, to whatever process, is told exactly of the days that are others by then.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import blake2b

from realtime.columns import Columns
from realtime.sharing import Renderings
from resolvers.columns import columns_of
from scheduling.hours import Dates
from scheduling.listing import Slot, SlotDay, SlotTexts

_DIGEST_BYTES = 6  # of two other lists of slots, one in 2**48 would be taken for this one
_NO_SLOTS = bytes(_DIGEST_BYTES)


@dataclass(frozen=True, slots=True, eq=False)
class SlotsChanged:
    """What is told: the days that are others, of which one may have no slots any more, and what is known with them."""

    days: Columns
    cursor: str
    renderings: Renderings = field(default_factory=dict, repr=False)


class Days:
    """The asked dates, in order, with the slots of those that have any."""

    def __init__(self, asked: Dates, texts: Sequence[SlotTexts], *, before: Days | None = None) -> None:
        """Days that are as they were `before` are shared with those, as somebody may still hold them."""
        known = {} if before is None else before.by_day
        self.asked = asked
        self.by_day: Mapping[str, SlotTexts] = {
            one.day: known[one.day] if known.get(one.day) == one else one for one in texts
        }

    @cached_property
    def cursor(self) -> str:
        return urlsafe_b64encode(b"".join(_digest(self.by_day.get(day)) for day in self._dates())).decode()

    def since(self, known: Days | str) -> SlotsChanged | None:
        """What is different for whoever knew those days, or what the cursor says; None where nothing is. Whose cursor
        cannot be of these dates knows nothing."""
        if isinstance(known, Days):
            changed = [day for day in self._dates() if self.by_day.get(day) != known.by_day.get(day)]
        else:
            changed = self._unlike(known)
        return SlotsChanged(_columns([self._texts(day) for day in changed]), self.cursor) if changed else None

    def _unlike(self, cursor: str) -> list[str]:
        dates, known = list(self._dates()), _read(cursor)
        if len(known) != len(dates):
            return dates
        return [
            day for day, digest in zip(dates, known, strict=True) if digest != _digest(self.by_day.get(day))
        ]

    def _texts(self, day: str) -> SlotTexts:
        return self.by_day.get(day) or SlotTexts(day, (), (), (), ())

    def _dates(self) -> Iterator[str]:
        first, last = self.asked.first, self.asked.last
        assert first is not None and last is not None
        return ((first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1))


def _digest(texts: SlotTexts | None) -> bytes:
    if texts is None:
        return _NO_SLOTS
    return blake2b(repr(texts).encode(), digest_size=_DIGEST_BYTES).digest()


def _read(cursor: str) -> list[bytes]:
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii"))
    except ValueError:
        return []
    return [raw[at : at + _DIGEST_BYTES] for at in range(0, len(raw), _DIGEST_BYTES)]


def _columns(texts: Sequence[SlotTexts]) -> Columns:
    return columns_of(texts, rows=lambda: [_day(one) for one in texts])


def _day(texts: SlotTexts) -> SlotDay:
    columns = zip(texts.starts, texts.ends, texts.agent_counts, texts.seats_left, strict=True)
    slots = (Slot(_moment(start), _moment(end), agents, seats) for start, end, agents, seats in columns)
    return SlotDay(date.fromisoformat(texts.day), tuple(slots))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
