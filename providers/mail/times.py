"""Times as a letter says them: the reader's own clock, with its zone and offset named."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from providers.mail.languages import Language


@dataclass(frozen=True, slots=True)
class When:
    """A span of time in words: its day, its hours, its zone."""

    day: str
    hours: str
    zone: str

    def __str__(self) -> str:
        """`Tuesday 1 December 2026, 10:00–10:30 (Europe/Rome, UTC+01:00)`."""
        return f"{self.day}, {self.hours} ({self.zone})"


def when(start: datetime, end: datetime, *, zone: str, language: Language) -> When:
    """The span from aware `start` to `end` on the clocks of `zone`.

    An end on another day names its day; where the clocks are set in between, both offsets are said.
    """
    begins, ends = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    day, first, last = language.date(begins), language.time(begins), language.time(ends)
    is_within, is_even = ends.date() == begins.date(), begins.utcoffset() == ends.utcoffset()
    if not is_within:
        last = f"{language.date(ends)}, {last}"
    if not is_even:
        return When(day, f"{first} {offset(begins)} – {last} {offset(ends)}", zone)
    spoken = language.hours if is_within else language.hours.replace("–", " – ")
    return When(day, spoken.format(start=first, end=last), f"{zone}, {offset(begins)}")


def at(moment: datetime, *, zone: str, language: Language) -> str:
    """`Tuesday 1 December 2026, 10:00 (Europe/Rome, UTC+01:00)`."""
    there = moment.astimezone(ZoneInfo(zone))
    time = language.moment.format(time=language.time(there))
    return f"{language.date(there)}, {time} ({zone}, {offset(there)})"


def offset(moment: datetime) -> str:
    """`UTC+01:00`."""
    minutes = (moment.utcoffset() or timedelta()) // timedelta(minutes=1)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"
