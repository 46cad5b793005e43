"""Time zones that a calendar defines for itself: a VTIMEZONE's rules (RFC 5545, 3.6.5) as a tzinfo.

icalendar keeps such zones in a table of the whole process, by name, so that one feed's "Customized Time Zone"
would become everybody's. Here a zone belongs to the reading that made it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from dateutil.rrule import rrulestr
from icalendar.prop import vUTCOffset

from providers.calendars.ics.components import Component
from scheduling.intervals import Interval

# Once a year is what zones do. Other frequencies would let a file ask for millions of onsets.
_PART = r"(?:FREQ=YEARLY|INTERVAL=1|WKST=\w\w|BYMONTH=\d+|BYDAY=[-+]?\d?\w\w|BYMONTHDAY=[-+\d,]+)"
_YEARLY = re.compile(rf"{_PART}(?:;{_PART})*")
_UNTIL = re.compile(r"UNTIL=(\d{8})(?:T(\d{6})Z?)?;?")
_MARGIN_YEARS = 2
_MAX_ONSETS = 200


@dataclass(frozen=True, slots=True, order=True)
class _Onset:
    at: datetime  # UTC, naive
    before: timedelta
    after: timedelta


class ObservedZone(tzinfo):
    """A zone that changes its offset at the given onsets, in order; between them as PEP 495 has it."""

    def __init__(self, onsets: list[_Onset]) -> None:
        self._onsets = onsets
        self._utc = [onset.at for onset in onsets]
        # Unfolded wall time takes the later offset once both a gap and a repeated hour are behind it.
        self._wall = [onset.at + max(onset.before, onset.after) for onset in onsets]
        self._wall_folded = [onset.at + min(onset.before, onset.after) for onset in onsets]

    def utcoffset(self, dt: datetime | None) -> timedelta:
        if dt is None:
            return self._onsets[0].before
        return self._offset(self._wall_folded if dt.fold else self._wall, dt.replace(tzinfo=None))

    def dst(self, dt: datetime | None) -> timedelta:
        return timedelta()

    def tzname(self, dt: datetime | None) -> str:
        return "custom"

    def fromutc(self, dt: datetime) -> datetime:
        utc = dt.replace(tzinfo=None)
        local = (utc + self._offset(self._utc, utc)).replace(tzinfo=self)
        return local if local.utcoffset() == local.replace(tzinfo=None) - utc else local.replace(fold=1)

    def _offset(self, times: list[datetime], time: datetime) -> timedelta:
        index = bisect_right(times, time.replace(fold=0))
        return self._onsets[index - 1].after if index else self._onsets[0].before


def observed_zone(component: Component, *, window: Interval) -> tzinfo | None:
    """The zone as it is around the window; None if no observance of it can be read."""
    onsets: list[_Onset] = []
    for part in component.parts:
        try:
            onsets.extend(_onsets(part, window))
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
    return ObservedZone(sorted(onsets)) if onsets else None


def _onsets(part: Component, window: Interval) -> Iterator[_Onset]:
    before, after = _offset_of(part, "TZOFFSETFROM"), _offset_of(part, "TZOFFSETTO")
    start = part.get("DTSTART")
    if start is None or before is None or after is None:
        return
    first = _wall(start.value)
    yield _Onset(first - before, before, after)
    for rule in part.every("RRULE"):
        for wall in _repeated(rule.value.upper(), first, before, window):
            yield _Onset(wall - before, before, after)
    dates = [text for line in part.every("RDATE") for text in line.value.split(",")]
    for text in dates[:_MAX_ONSETS]:
        yield _Onset(_wall(text.partition("/")[0]) - before, before, after)


def _repeated(rule: str, first: datetime, before: timedelta, window: Interval) -> list[datetime]:
    """The onsets by a yearly rule in the years around the window; UNTIL is in UTC."""
    until = _UNTIL.search(rule)
    rule = _UNTIL.sub("", rule).rstrip(";")
    if not _YEARLY.fullmatch(rule):
        return []
    low = window.start.replace(tzinfo=None) - timedelta(days=366 * _MARGIN_YEARS)
    high = window.end.replace(tzinfo=None) + timedelta(days=366 * _MARGIN_YEARS)
    if until is not None:
        last = datetime.strptime(until[1] + (until[2] or "235959"), "%Y%m%d%H%M%S") + before  # noqa: DTZ007
        low, high = min(low, last - timedelta(days=366)), min(high, last)
    # Programs say "since 1601"; a rule without a count is the same counted from a later year.
    since = first.replace(year=max(first.year, low.year), day=min(first.day, 28))
    since = max(since.replace(month=1, day=1), first)
    return list(rrulestr(rule + _anchor(rule, first), dtstart=since).between(low, high, inc=True))[:_MAX_ONSETS]


def _anchor(rule: str, first: datetime) -> str:
    """What the rule takes from its start, said, as the start is moved."""
    if "BYDAY=" in rule or "BYMONTHDAY=" in rule:
        return ""
    month = "" if "BYMONTH=" in rule else f";BYMONTH={first.month}"
    return f"{month};BYMONTHDAY={first.day}"


def _wall(text: str) -> datetime:
    text = text.strip().upper().rstrip("Z")
    return datetime.strptime(text if "T" in text else text + "T000000", "%Y%m%dT%H%M%S")  # noqa: DTZ007


def _offset_of(part: Component, name: str) -> timedelta | None:
    found = part.get(name)
    if found is None:
        return None
    offset: timedelta = vUTCOffset.from_ical(found.value)  # type: ignore[no-untyped-call]
    return offset if abs(offset) < timedelta(hours=24) else None
