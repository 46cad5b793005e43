"""VTIMEZONE components (RFC 5545 §3.6.5), made from the IANA zone in the shape that calendar programs read.

Outlook knows one STANDARD and one DAYLIGHT with a yearly rule each and ignores RDATE, so a zone that keeps a
yearly rule in the years around the date is written so; any other zone is written change by change. `icalendar`
can make a VTIMEZONE too, but gives the onset of summer time in the time after it, where the RFC counts from
the time before: an hour late.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAY = timedelta(days=1)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Change:
    """A moment at which a zone's clocks are set: `onset` is on the clock before it, as iCalendar counts."""

    onset: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer_time: bool


@lru_cache(maxsize=256)
def vtimezone(zone: ZoneInfo, *, year: int) -> Timezone:
    """The zone's definition, right for every moment of `year` and of the year after."""
    component = Timezone()
    component.add("TZID", zone.key)
    first = datetime(year - 1, 1, 1, tzinfo=UTC)
    changes = list(_changes(zone, first=first, last=datetime(year + 2, 1, 2, tzinfo=UTC)))
    rules = _yearly_rules(changes)
    if rules:
        for change, rule in rules:
            component.add_component(_observance(change, daylight=change.after > change.before, rule=rule))
        return component
    component.add_component(_observance(_state(zone, first), daylight=False))
    for change in changes:
        component.add_component(_observance(change, daylight=change.is_summer_time))
    return component


def _changes(zone: ZoneInfo, *, first: datetime, last: datetime) -> Iterator[Change]:
    days = [first + _DAY * n for n in range((last - first).days + 1)]
    for before, after in pairwise(days):
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            yield _change_between(zone, before=before, after=after)


def _change_between(zone: ZoneInfo, *, before: datetime, after: datetime) -> Change:
    offset = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _offset(zone, middle) == offset else (before, middle)
    local = after.astimezone(zone)
    return Change(
        onset=(after + offset).replace(tzinfo=None),
        before=offset,
        after=_offset(zone, after),
        name=local.tzname() or zone.key,
        is_summer_time=bool(local.dst()),
    )


def _state(zone: ZoneInfo, moment: datetime) -> Change:
    offset = _offset(zone, moment)
    onset = (moment + offset).replace(tzinfo=None)
    name = moment.astimezone(zone).tzname() or zone.key
    return Change(onset=onset, before=offset, after=offset, name=name, is_summer_time=False)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _yearly_rules(changes: list[Change]) -> list[tuple[Change, dict[str, str | int]]]:
    """The first change of each direction and its rule, where clocks go forth and back once a year by rules."""
    forth, back = changes[0::2], changes[1::2]
    if len(changes) != 6 or (forth[0].before, forth[0].after) != (back[0].after, back[0].before):
        return []
    forth_rule, back_rule = _rule(forth), _rule(back)
    return [(forth[0], forth_rule), (back[0], back_rule)] if forth_rule and back_rule else []


def _rule(changes: list[Change]) -> dict[str, str | int] | None:
    first = changes[0]
    if len({(c.onset.month, c.onset.weekday(), c.onset.time(), c.before, c.after) for c in changes}) != 1:
        return None
    if all(c.onset.day > monthrange(c.onset.year, c.onset.month)[1] - 7 for c in changes):
        week = -1
    elif len({(c.onset.day - 1) // 7 for c in changes}) == 1:
        week = (first.onset.day - 1) // 7 + 1
    else:
        return None
    return {
        "FREQ": "YEARLY",
        "BYMONTH": first.onset.month,
        "BYDAY": f"{week}{_WEEKDAYS[first.onset.weekday()]}",
    }


def _observance(
    change: Change, *, daylight: bool, rule: dict[str, str | int] | None = None
) -> TimezoneDaylight | TimezoneStandard:
    observance = TimezoneDaylight() if daylight else TimezoneStandard()
    observance.add("DTSTART", change.onset)
    observance.add("TZOFFSETFROM", change.before)
    observance.add("TZOFFSETTO", change.after)
    observance.add("TZNAME", change.name)
    if rule:
        observance.add("RRULE", rule)
    return observance
