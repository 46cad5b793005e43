"""Opening hours: weekly windows and dates that override them, in local time, made into UTC date by date.

A window's edge is the first moment at which the local clock shows its time or a later one. So an edge that a
summer-time jump skips is the moment of the jump, an edge that occurs twice is the first of the two, and a whole
day has the 23, 24 or 25 hours that it has. Edges in order stay in order, and windows that adjoin still adjoin.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from scheduling.intervals import Interval
from scheduling.timeline import Span

DAY = timedelta(days=1)
MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class Topic:
    """What a meeting is about and how it is held; None where that is not said."""

    office: int | None = None
    subject: int | None = None
    meeting_type: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a window is open for; None means any."""

    office: int | None = None
    subjects: frozenset[int] | None = None
    meeting_types: frozenset[str] | None = None

    def admits(self, topic: Topic) -> bool:
        """A window of an office serves that office, and whoever asks for no office in particular. A window of
        some subjects or meeting types offers only those, so nothing to a meeting that names none."""
        return (
            (self.office is None or topic.office in (None, self.office))
            and (self.subjects is None or topic.subject in self.subjects)
            and (self.meeting_types is None or topic.meeting_type in self.meeting_types)
        )


ANYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Window:
    """Open from `start` to `end` of the local clock. `end` at or before `start` is on the next date, so that
    00:00 to 00:00 is the whole day. The window belongs to the date on which it starts."""

    start: time
    end: time
    scope: Scope = ANYTHING

    def on(self, day: date, zone: ZoneInfo) -> Interval:
        """The window of that date in UTC; empty where the clock skips all of it."""
        return Interval(*self.edges(day, zone))

    def edges(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        last = day + DAY if self.end <= self.start else day
        return moment_of(day, self.start, zone), moment_of(last, self.end, zone)


@dataclass(frozen=True, slots=True)
class WeeklyWindow:
    """A window of every week; `weekday` counts from Monday, 0."""

    weekday: int
    window: Window


@dataclass(frozen=True, slots=True)
class DateOverride:
    """The windows of one date instead of its weekly ones; none is a day off. A window of the day before that
    crosses midnight is not touched: it belongs to the day before."""

    day: date
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates from `first` to `last`, both included; None is without bound."""

    first: date | None = None
    last: date | None = None

    def include(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@lru_cache(maxsize=65536)
def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first moment at which the zone's clock shows that date and time or a later one, in UTC."""
    wall = datetime.combine(day, at, zone)
    earlier, later = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    # PEP 495: the two readings of a skipped time come in reverse, and the jump lies between them.
    return earlier if earlier <= later else _jump(zone, after=later, until=earlier)


def _jump(zone: ZoneInfo, *, after: datetime, until: datetime) -> datetime:
    offset = after.astimezone(zone).utcoffset()
    while until - after > timedelta(seconds=1):
        middle = after + (until - after) // timedelta(seconds=2) * timedelta(seconds=1)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            until = middle
    return until


def today(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which the date begins, which need not be 00:00."""
    return moment_of(day, MIDNIGHT, zone)


@lru_cache(maxsize=1024)
def days_of(span: Span, zone: ZoneInfo) -> tuple[tuple[date, int, int], ...]:
    """The zone's dates that meet the span, each with the indices of its first minute and its end; a first and a
    last one may reach outside. A date that the zone skipped is left out."""
    days: list[tuple[date, int, int]] = []
    day, start = today(span.origin, zone), span.floor(midnight(today(span.origin, zone), zone))
    while start < span.minutes:
        end = span.floor(midnight(day + DAY, zone))
        if start < end:
            days.append((day, start, end))
        day, start = day + DAY, end
    return tuple(days)


def windows_by_date(
    week: Iterable[WeeklyWindow], overrides: Iterable[DateOverride], days: Dates
) -> Iterator[tuple[date, tuple[Window, ...], tuple[Window, ...]]]:
    """Each date with its weekly windows and with the windows that hold, which an override may replace."""
    if days.first is None or days.last is None:
        raise ValueError("windows need both a first and a last date")
    weekly: list[list[Window]] = [[] for _ in range(7)]
    for one in week:
        weekly[one.weekday].append(one.window)
    replaced = {override.day: override.windows for override in overrides}
    for number in range((days.last - days.first).days + 1):
        day = days.first + number * DAY
        usual = tuple(weekly[day.weekday()])
        yield day, usual, replaced.get(day, usual)
