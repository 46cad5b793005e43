"""One VEVENT as times: when it is, how it repeats, and whether it counts."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from icalendar.prop import vDuration

from providers.calendars.ics.components import Component
from providers.calendars.ics.lines import Property
from providers.calendars.ics.zones import Zones
from providers.calendars.protocol import Fault
from scheduling.intervals import Interval

Moment = date | datetime  # a date, a time in no zone yet, or an aware time
Period = tuple[Moment, Moment | timedelta]

MAX_DATES = 20_000
_TIME = re.compile(r"([0-9]{8}T[0-9]{4})([0-9]{2})?(Z?)")


class Unread(Exception):
    """This event's time cannot be read."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Event:
    """A VEVENT's time, aware; whole days run from midnight. On the wall of `zone` it repeats."""

    uid: str
    sequence: int
    zone: tzinfo
    start: datetime
    end: datetime
    all_day: bool
    exact: bool  # lasts hours by the clock, not until a time on the wall
    counts: bool
    rules: tuple[str, ...] = ()
    added: tuple[Moment | Period, ...] = ()
    excluded: tuple[Moment, ...] = ()
    replaces: Moment | None = None  # the RECURRENCE-ID
    and_future: bool = False

    @property
    def repeats(self) -> bool:
        return bool(self.rules or self.added)

    @property
    def own_time(self) -> Interval:
        return Interval.between(self.start, self.end)


def event_of(component: Component, *, zones: Zones, counts: bool) -> Event:
    """The component read; raises Unread. A broken exception date is ignored: the time stays busy."""
    try:
        return _event_of(component, zones, counts)
    except (ValueError, TypeError, OverflowError, ArithmeticError) as error:
        raise Unread(Fault.BROKEN) from error


def _event_of(component: Component, zones: Zones, counts: bool) -> Event:
    begins = component.get("DTSTART")
    if begins is None:
        raise Unread(Fault.BROKEN)
    first = moment_of(begins.value, begins, zones)
    zone = first.tzinfo if isinstance(first, datetime) and first.tzinfo is not None else zones.default
    start = placed(first, zone)
    end, exact = _end(component, first, start, zones)
    if end.astimezone(UTC) < start.astimezone(UTC):
        raise Unread(Fault.ENDS_BEFORE_IT_STARTS)
    replaced = component.get("RECURRENCE-ID")
    uid = component.get("UID")
    return Event(
        uid=uid.value if uid else "",
        sequence=_number(component.get("SEQUENCE")),
        zone=zone,
        start=start,
        end=end,
        all_day=not isinstance(first, datetime),
        exact=exact,
        counts=counts,
        rules=tuple(line.value for line in component.every("RRULE") if line.value),
        added=_listed(component, "RDATE", zones),
        excluded=tuple(one for one in _listed(component, "EXDATE", zones) if not isinstance(one, tuple)),
        replaces=moment_of(replaced.value, replaced, zones) if replaced else None,
        and_future=replaced is not None and replaced.parameters.get("RANGE", "").upper() == "THISANDFUTURE",
    )


def moment_of(text: str, line: Property, zones: Zones) -> Moment:
    """A DATE or DATE-TIME in its zone, naive if it floats. With VALUE=DATE only the date is read."""
    text = text.strip().upper()
    if len(text) == 8 or line.parameters.get("VALUE", "").upper() == "DATE":
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError("neither a date nor a time")
    moment = datetime.strptime(found[1] + (found[2] or "00"), "%Y%m%dT%H%M%S")  # noqa: DTZ007
    if found[3]:
        return moment.replace(tzinfo=UTC)
    tzid = line.parameters.get("TZID")
    return moment.replace(tzinfo=zones.find(tzid)) if tzid else moment


def placed(moment: Moment, zone: tzinfo) -> datetime:
    """The moment as an aware time: a date from its midnight, a floating time on the zone's wall."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(), tzinfo=zone)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _end(component: Component, first: Moment, start: datetime, zones: Zones) -> tuple[datetime, bool]:
    """The end, and whether it is hours after the start (RFC 5545, 3.3.6) rather than a time on the wall."""
    whole_day = not isinstance(first, datetime)
    ends, lasts = component.get("DTEND"), component.get("DURATION")
    if ends is not None:
        last = moment_of(ends.value, ends, zones)
        # Some programs write a day's own date as its end.
        if whole_day and last == first:
            return start + timedelta(days=1), False
        return placed(last, start.tzinfo or zones.default), False
    if lasts is not None:
        return _after(start, lasts.value.strip().upper())
    return (start + timedelta(days=1) if whole_day else start), False


def _after(start: datetime, duration: str) -> tuple[datetime, bool]:
    length: timedelta = vDuration.from_ical(duration)  # type: ignore[no-untyped-call]
    if "D" in duration or "W" in duration:
        return start + length, False
    return (start.astimezone(UTC) + length).astimezone(start.tzinfo), True


def _listed(component: Component, name: str, zones: Zones) -> tuple[Moment | Period, ...]:
    found: list[Moment | Period] = []
    for line in component.every(name):
        for text in line.value.split(","):
            if len(found) >= MAX_DATES:
                raise Unread(Fault.TOO_MANY_REPETITIONS)
            _append(found, text, line, zones)
    return tuple(found)


def _append(found: list[Moment | Period], text: str, line: Property, zones: Zones) -> None:
    try:
        found.append(period_of(text, line, zones) if "/" in text else moment_of(text, line, zones))
    except (ValueError, OverflowError):
        return


def period_of(text: str, line: Property, zones: Zones) -> Period:
    begins, _, ends = text.partition("/")
    if "P" in ends.upper():
        length: timedelta = vDuration.from_ical(ends.strip().upper())  # type: ignore[no-untyped-call]
        return moment_of(begins, line, zones), length
    return moment_of(begins, line, zones), moment_of(ends, line, zones)


def interval_of(text: str, line: Property, zones: Zones) -> Interval:
    """A PERIOD as busy time; raises Unread."""
    try:
        begins, ends = period_of(text, line, zones)
        start = placed(begins, zones.default)
        end = start.astimezone(UTC) + ends if isinstance(ends, timedelta) else placed(ends, zones.default)
        return Interval.between(start, end)
    except (ValueError, OverflowError) as error:
        raise Unread(Fault.BROKEN) from error


def _number(line: Property | None) -> int:
    try:
        return int(line.value[:9]) if line else 0
    except ValueError:
        return 0
