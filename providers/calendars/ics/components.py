"""From content lines to the components that say something about time, however badly they are closed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from errors import ProviderRejected
from providers.calendars.ics.lines import Property, content_lines, name_of, property_of

MAX_DEPTH = 8

# Nothing else of a calendar is looked at: no title, no place, no guest but its owner.
_READ = frozenset(
    (
        *("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "FREEBUSY"),
        *("UID", "SEQUENCE", "STATUS", "TRANSP", "ATTENDEE", "X-MICROSOFT-CDO-BUSYSTATUS"),
        *("TZID", "TZOFFSETFROM", "TZOFFSETTO", "X-LIC-LOCATION"),
        *("METHOD", "NAME", "X-WR-CALNAME", "X-WR-TIMEZONE", "TIMEZONE-ID"),
    )
)
_KEPT = frozenset({"VEVENT", "VFREEBUSY", "VTIMEZONE", "STANDARD", "DAYLIGHT"})
_TOP = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY"})


@dataclass(slots=True)
class Component:
    name: str
    properties: list[Property] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)
    cut_off: bool = False

    def get(self, name: str) -> Property | None:
        """The first property of the name."""
        return next(self.every(name), None)

    def every(self, name: str) -> Iterator[Property]:
        return (one for one in self.properties if one.name == name)

    def text(self, name: str) -> str:
        """The first property's value in capitals, or nothing."""
        found = self.get(name)
        return found.value.upper() if found else ""


class _Assembly:
    """Builds the tree: a calendar's components do not nest, so a new one ends one that was never ended."""

    def __init__(self) -> None:
        self.calendars: list[Component] = []
        self._open: list[Component] = []

    def begin(self, name: str) -> None:
        if name == "VCALENDAR":
            self._open.clear()
        elif name in _TOP:
            self._open[:] = self.calendars[-1:]
        if len(self._open) >= MAX_DEPTH:
            return
        component = Component(name)
        if name == "VCALENDAR":
            self.calendars.append(component)
        elif self._open and name in _KEPT:
            self._open[-1].parts.append(component)
        self._open.append(component)

    def end(self, name: str) -> None:
        depth = next((i for i, one in enumerate(self._open) if one.name == name), None)
        if depth is not None:
            del self._open[depth:]

    def put(self, line: str) -> None:
        found = property_of(line) if self._open else None
        if found is not None:
            self._open[-1].properties.append(found)

    def finish(self) -> list[Component]:
        for component in self._open[1:]:
            component.cut_off = True
        return self.calendars


def calendars_of(data: bytes) -> list[Component]:
    """The calendars in the file, at least one; raises ProviderRejected, saying what the file is instead."""
    assembly = _Assembly()
    for line in content_lines(data):
        name = name_of(line)
        if name == "BEGIN":
            assembly.begin(line.partition(":")[2].strip().upper())
        elif name == "END":
            assembly.end(line.partition(":")[2].strip().upper())
        elif name in _READ:
            assembly.put(line)
    calendars = assembly.finish()
    if not calendars:
        raise ProviderRejected(_instead(data))
    return calendars


def _instead(data: bytes) -> str:
    if not data.strip():
        return "The calendar file is empty."
    if b"<html" in data[:4096].lower() or b"<!doctype" in data[:4096].lower():
        return "The address leads to a web page, not to a calendar file."
    return "The file is not an iCalendar file."
