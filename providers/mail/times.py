"""Times as a letter says them: the reader's own clock, with its zone and offset named."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

# Not strftime's: its names follow the process's locale, and a letter's language is the reader's.
_WEEKDAYS = {"en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")}
_MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    )
}


@dataclass(frozen=True, slots=True)
class When:
    """A span of time in words: its day, its hours, its zone."""

    day: str
    hours: str
    zone: str

    def __str__(self) -> str:
        """`Tuesday 1 December 2026, 10:00–10:30 (Europe/Rome, UTC+01:00)`."""
        return f"{self.day}, {self.hours} ({self.zone})"


def when(start: datetime, end: datetime, *, zone: str, language: str) -> When:
    """The span from aware `start` to `end` on the clocks of `zone`.

    An end on another day names its day; where the clocks are set in between, both offsets are said.
    """
    begins, ends = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    first, last = f"{begins:%H:%M}", f"{ends:%H:%M}"
    if ends.date() != begins.date():
        first, last = f"{first} ", f" {_day(ends, language=language)}, {last}"
    if begins.utcoffset() == ends.utcoffset():
        return When(_day(begins, language=language), f"{first}–{last}", f"{zone}, {_offset(begins)}")
    hours = f"{first.strip()} {_offset(begins)} – {last.strip()} {_offset(ends)}"
    return When(_day(begins, language=language), hours, zone)


def _day(moment: datetime, *, language: str) -> str:
    weekday, month = _WEEKDAYS[language][moment.weekday()], _MONTHS[language][moment.month - 1]
    return f"{weekday} {moment.day} {month} {moment.year}"


def _offset(moment: datetime) -> str:
    minutes = (moment.utcoffset() or timedelta()) // timedelta(minutes=1)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"
