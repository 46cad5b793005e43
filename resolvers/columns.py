"""The days of an availability, as columns of what clients are told of them: hundreds of slots, asked for all day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from models.availability.engine import Answer
from realtime.columns import ByName, Columns
from scheduling.availability import SlotDay, SlotTexts
from scheduling.hours import Dates

_COLUMNS = {"start": "starts", "end": "ends", "agent_count": "agent_counts", "seats_left": "seats_left"}


def days_of(answer: Answer, asked: Dates) -> Columns:
    """The days of the asked dates that have slots, for `SlotDay`."""
    return columns_of(answer.texts(asked), rows=lambda: answer.days(asked))


def columns_of(texts: Sequence[SlotTexts], *, rows: Callable[[], Iterable[SlotDay]]) -> Columns:
    """Days, for `SlotDay`; the `rows` say the same."""

    def by_name(name: str) -> Sequence[Any] | None:
        match name:
            case "date":
                return [day.day for day in texts]
            case "slots":
                return [_slots_of(day) for day in texts]
        return None

    return Columns(by_name, rows)


def _slots_of(day: SlotTexts) -> ByName:
    def by_name(name: str) -> Sequence[Any] | None:
        return getattr(day, _COLUMNS[name], None) if name in _COLUMNS else None

    return by_name
