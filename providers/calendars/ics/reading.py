"""A calendar file read to busy time: event by event, so that a broken one never hides the rest."""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo

from errors import ProviderRejected
from providers.calendars.ics.components import Component, calendars_of
from providers.calendars.ics.events import Event, Unread, event_of, interval_of
from providers.calendars.ics.series import taken_by
from providers.calendars.ics.verdict import period_takes_time, takes_time
from providers.calendars.ics.zones import Zones
from providers.calendars.protocol import BusyPolicy, BusyReading, Fault, Unreadable
from scheduling.intervals import Interval, clip

_ESCAPED = re.compile(r"\\([\\;,nN])")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What one reading may take; what goes beyond is reported, and the rest counts."""

    bytes: int = 10 * 1024 * 1024
    events: int = 50_000
    occurrences: int = 100_000
    cpu_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose calendar it is, and what of it counts. `zone` is for what floats, where the calendar names none."""

    zone: tzinfo
    policy: BusyPolicy
    owner: str | None = None
    limits: ReadingLimits = ReadingLimits()

    def read(self, data: bytes, *, window: Interval) -> BusyReading:
        """The busy time in the window. Takes CPU time: call it off the event loop. Raises ProviderRejected."""
        if len(data) > self.limits.bytes:
            raise ProviderRejected("The calendar file is too large.")
        work = _Work(self, window)
        calendars = calendars_of(data)
        for calendar in calendars:
            work.collect(calendar)
        busy = clip(work.taken(), window)
        return BusyReading(
            busy=busy,
            name=next(filter(None, map(_name, calendars)), None),
            unreadable=tuple(Unreadable(fault, events) for fault, events in sorted(work.faults.items())),
            guessed_zones=work.guessed,
        )


class _Work:
    """One reading under way."""

    def __init__(self, reader: Reader, window: Interval) -> None:
        self.faults: Counter[Fault] = Counter()
        self.guessed = 0
        self._reader = reader
        self._window = window
        self._ends_at = time.thread_time() + reader.limits.cpu_seconds
        self._events: dict[str | int, list[Event]] = defaultdict(list)  # by UID
        self._count = 0
        self._periods: list[Interval] = []

    def collect(self, calendar: Component) -> None:
        """Take in what the calendar holds, without expanding it."""
        zones = Zones(calendar, default=self._reader.zone, window=self._window)
        cancelled = calendar.text("METHOD") == "CANCEL"
        for part in calendar.parts:
            if part.name not in ("VEVENT", "VFREEBUSY"):
                continue
            self._count += 1
            if self._count > self._reader.limits.events or self._is_spent():
                self.faults[Fault.TOO_MANY_EVENTS] += 1
            elif part.cut_off:
                self.faults[Fault.CUT_OFF] += 1
            elif part.name == "VEVENT":
                self._collect_event(part, zones, cancelled=cancelled)
            else:
                self._collect_periods(part, zones)

    def taken(self) -> list[Interval]:
        """The busy time around the window, unmerged."""
        taken = [one for one in self._periods if one.overlaps(self._window)]
        for events in self._events.values():
            if self._is_spent() or len(taken) >= self._reader.limits.occurrences:
                self.faults[Fault.TOO_MANY_EVENTS] += len(events)
                continue
            taken.extend(self._occurrences(events, room=self._reader.limits.occurrences - len(taken)))
        return taken

    def _occurrences(self, events: list[Event], *, room: int) -> Iterator[Interval]:
        for one in taken_by(events, window=self._window, report=self._report):
            if room <= 0:
                self.faults[Fault.TOO_MANY_REPETITIONS] += 1
                return
            if one.overlaps(self._window):
                room -= 1
                yield one

    def _collect_event(self, part: Component, zones: Zones, *, cancelled: bool) -> None:
        counts = not cancelled and takes_time(part, policy=self._reader.policy, owner=self._reader.owner)
        guesses = zones.guesses
        try:
            event = event_of(part, zones=zones, counts=counts)
        except Unread as unread:
            self.faults[unread.fault] += 1
            return
        self.guessed += zones.guesses > guesses
        self._events[event.uid or self._count].append(event)

    def _collect_periods(self, part: Component, zones: Zones) -> None:
        """Take in a VFREEBUSY's busy periods; those that can be read, if not all can."""
        lines = [line for line in part.every("FREEBUSY") if period_takes_time(line, self._reader.policy)]
        texts = [(text, line) for line in lines for text in line.value.split(",") if text]
        for text, line in texts:
            try:
                self._periods.append(interval_of(text, line, zones))
            except Unread as unread:
                self.faults[unread.fault] += 1

    def _report(self, fault: Fault) -> None:
        self.faults[fault] += 1

    def _is_spent(self) -> bool:
        return time.thread_time() > self._ends_at


def _name(calendar: Component) -> str | None:
    """What the calendar is called, on one line (RFC 7986, 5.1, and what programs wrote before it)."""
    found = calendar.get("NAME") or calendar.get("X-WR-CALNAME")
    if found is None:
        return None
    plain = _ESCAPED.sub(lambda match: " " if match[1] in "nN" else match[1], found.value)
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())[:_LONGEST_NAME] or None
