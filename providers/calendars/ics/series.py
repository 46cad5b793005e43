"""Events of one UID expanded to their occurrences, on the wall of the zone where they repeat.

The library is handed naive wall times: given aware ones it recognises a date to leave out by its UTC time or its
wall time, and so leaves out too much of what repeats several times a day.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta

import icalendar
from icalendar.prop import vDDDLists, vDDDTypes
from recurring_ical_events import EventAdapter, Series

from providers.calendars.ics.events import Event, Moment, Period, Unread
from providers.calendars.ics.rules import admitted
from providers.calendars.protocol import Fault
from scheduling.intervals import Interval

_MARGIN = timedelta(days=1)
_INDEX = "X-INDEX"


def taken_by(
    events: Sequence[Event], *, window: Interval, report: Callable[[Fault], None]
) -> Iterator[Interval]:
    """The busy occurrences of one UID's events around the window.

    What cannot be expanded is reported and counts on its own dates. Of several revisions the newest counts;
    all of them if they do not say which is newest, as programs exist that give one UID to everything.
    """
    replacing = _newest_of_each(event for event in events if event.replaces is not None)
    leading = _newest(event for event in events if event.replaces is None)
    if not leading:
        yield from _own_times(replacing)
    for event in leading:
        try:
            yield from _occurrences(event, replacing, window)
        except Unread as unread:
            report(unread.fault)
            yield from _own_times((event, *replacing))
        except Exception:  # whatever a library makes of a stranger's file, the other events count
            report(Fault.BAD_REPETITION)
            yield from _own_times((event, *replacing))
        replacing = ()


def _newest(events: Iterable[Event]) -> list[Event]:
    found = list(events)
    newest = max((event.sequence for event in found), default=0)
    unique = {(one.start, one.end, one.rules): one for one in found if one.sequence == newest}
    return list(unique.values())


def _newest_of_each(events: Iterable[Event]) -> tuple[Event, ...]:
    newest: dict[Moment | None, Event] = {}
    for event in sorted(events, key=lambda one: one.sequence):
        newest[event.replaces] = event
    return tuple(newest.values())


def _own_times(events: Iterable[Event]) -> Iterator[Interval]:
    return (event.own_time for event in events if event.counts)


def _occurrences(event: Event, replacing: Sequence[Event], window: Interval) -> Iterator[Interval]:
    if not event.repeats and not replacing:
        yield from _own_times((event,))
        return
    known = (event, *replacing)
    start, end = _on_the_wall(window.start, event) - _MARGIN, _on_the_wall(window.end, event) + _MARGIN
    latest = end + max((_brought_forward(one, event) for one in replacing), default=timedelta())
    components = [_component(one, index, master=event, until=latest) for index, one in enumerate(known)]
    for occurrence in Series([EventAdapter(component) for component in components]).between(start, end):
        found = occurrence.as_component(False)
        one = known[int(found[_INDEX])]
        if one.counts:
            yield _interval(found["DTSTART"].dt, found["DTEND"].dt, one, master=event)


def _component(event: Event, index: int, *, master: Event, until: datetime) -> icalendar.Event:
    component = icalendar.Event()
    start = _on_the_wall(event.start, master)
    length = event.own_time.length if _is_exact(event, master) else _on_the_wall(event.end, master) - start
    component["UID"] = "one"
    component[_INDEX] = str(index)
    component["SEQUENCE"] = event.sequence
    component["DTSTART"] = vDDDTypes(start)
    component["DTEND"] = vDDDTypes(start + length)
    if event is master:
        component["RRULE"] = [admitted(rule, event=event, until=until) for rule in event.rules]
        component["RDATE"] = vDDDLists([_added(one, master) for one in event.added])
        component["EXDATE"] = vDDDLists([_excluded(one, master) for one in event.excluded])
    elif event.replaces is not None:
        component["RECURRENCE-ID"] = replaced = vDDDTypes(_instance(event.replaces, master))
        if event.and_future:
            replaced.params["RANGE"] = "THISANDFUTURE"
    return component


def _is_exact(event: Event, master: Event) -> bool:
    """Whether it lasts by the clock; so does what a repeated hour makes end before it starts on the wall."""
    return event.exact or _on_the_wall(event.end, master) < _on_the_wall(event.start, master)


def _interval(start: datetime, end: datetime, event: Event, *, master: Event) -> Interval:
    begins = start.replace(tzinfo=master.zone).astimezone(UTC)
    ends = end.replace(tzinfo=master.zone).astimezone(UTC)
    if ends < begins or _is_exact(event, master):
        ends = begins + (end - start)
    return Interval(begins, ends)


def _on_the_wall(moment: datetime, event: Event) -> datetime:
    return moment.astimezone(event.zone).replace(tzinfo=None)


def _instance(moment: Moment, master: Event) -> datetime:
    """The wall time of the occurrence that is meant, even if a date names a timed one, or a time a whole day."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time() if master.all_day else master.start.time())
    wall = moment if moment.tzinfo is None else _on_the_wall(moment, master)
    return datetime.combine(wall, time()) if master.all_day else wall


def _excluded(moment: Moment, master: Event) -> Moment:
    """A date leaves out all of a timed event's occurrences on it."""
    if not isinstance(moment, datetime) and not master.all_day:
        return moment
    return _instance(moment, master)


def _added(one: Moment | Period, master: Event) -> datetime | tuple[datetime, timedelta]:
    if not isinstance(one, tuple):
        return _instance(one, master)
    begins = _instance(one[0], master)
    length = one[1] if isinstance(one[1], timedelta) else _instance(one[1], master) - begins
    return begins, max(length, timedelta())


def _brought_forward(event: Event, master: Event) -> timedelta:
    """By how much a change of all that follows moves it to earlier: so much further the rule is expanded."""
    if not event.and_future or event.replaces is None:
        return timedelta()
    return max(_instance(event.replaces, master) - _on_the_wall(event.start, master), timedelta())
