"""An answer to a question that is followed, and for how long it holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.availability.sight import Sight
from resolvers.following.days import Days

_MINUTE, _MILLISECOND = timedelta(minutes=1), timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Found:
    """An answer: for how long it holds by the clock, what of the schedules it depends on, and whose they are. One that
    `is_own` depends on more, such as on what a guest may book yet; of which nobody tells but by some change."""

    days: Days
    organization_id: int
    until: datetime
    topics: frozenset[str]
    is_own: bool = False


Ask = Callable[[Sight, Days | None], Awaitable[Found]]
"""Works the answer out, as of a sight, and given the days as they were before; refuses whatever its `slots` would."""


def until(now: datetime, other: datetime | None) -> datetime:
    """For how long an answer holds: the engine asks after whole minutes that have begun, and their very first moment
    is one of its own."""
    began = (now - _MILLISECOND).replace(second=0, microsecond=0)
    minute = began + _MINUTE + _MILLISECOND
    return minute if other is None else min(minute, other)
