"""Recurrence rules of series (RFC 5545 §3.3.10), on the wall clock of the guest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from errors import Invalid

MOST_OCCURRENCES = 52
MOST_OF_THE_PUBLIC = 12
_LONGEST = 500
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = {
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"),
    *("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS"),
}
_FIELD = ("recurrence",)

# The calendar repeats every 400 years. dateutil looks for the next match up to the year 9999: a rule that matches
# nothing is given up in a tenth of a second from the last cycle, and in seconds from the present one.
_CYCLE = 400
_LAST_YEAR = 9999


def occurrences(
    rule: str, *, start: datetime, zone: ZoneInfo, most: int = MOST_OCCURRENCES
) -> tuple[datetime, ...]:
    """The starts that the rule gives, the first of which is `start`, in UTC; each at the same time of the zone's clock.

    A time that the clock skips is meant by the offset before the gap. Refuses Invalid for a rule that cannot be read,
    repeats within a day, has no end (COUNT or UNTIL), gives more starts than `most`, or does not give `start` itself.
    """
    try:
        return _starts(_parts(rule), start, zone=zone, most=most)
    except (
        ValueError,
        TypeError,
        IndexError,
        OverflowError,
    ) as error:  # of dateutil, also while it looks for matches
        raise Invalid("This is not a recurrence rule.", field=_FIELD) from error


def _starts(parts: dict[str, str], start: datetime, *, zone: ZoneInfo, most: int) -> tuple[datetime, ...]:
    first = start.astimezone(zone).replace(tzinfo=None)
    walls = tuple(islice(_walls(parts, first, zone=zone), most + 1))
    if len(walls) > most:
        raise Invalid(f"A series has at most {most} meetings.", field=_FIELD)
    if not walls or walls[0] != first:
        raise Invalid("The start is not one that the recurrence gives.", field=_FIELD)
    return (start.astimezone(UTC), *(wall.replace(tzinfo=zone).astimezone(UTC) for wall in walls[1:]))


def _parts(rule: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in rule.upper().removeprefix("RRULE:").split(";")]
    parts = {key: value for key, _, value in pairs}
    if (
        len(rule) > _LONGEST
        or len(parts) != len(pairs)
        or not parts.keys() <= _PARTS
        or not all(parts.values())
    ):
        raise Invalid("This is not a recurrence rule that a series can have.", field=_FIELD)
    if parts.get("FREQ") not in _FREQUENCIES:
        raise Invalid(f"FREQ is one of {', '.join(_FREQUENCIES)}.", field=_FIELD)
    if any(
        not parts.get(key, "1").isdecimal() or not int(parts.get(key, "1")) for key in ("COUNT", "INTERVAL")
    ):
        raise Invalid("COUNT and INTERVAL are whole numbers from 1 on.", field=_FIELD)
    if ("COUNT" in parts) == ("UNTIL" in parts):
        raise Invalid("A series says how often (COUNT) or until when (UNTIL).", field=_FIELD)
    return parts


def _walls(parts: dict[str, str], first: datetime, *, zone: ZoneInfo) -> Iterator[datetime]:
    """The starts as the zone's clock shows them."""
    years = (_LAST_YEAR - first.year) // _CYCLE * _CYCLE
    until = _until(parts["UNTIL"], zone) if "UNTIL" in parts else None
    text = ";".join(f"{key}={value}" for key, value in parts.items() if key != "UNTIL")
    rule = rrulestr(text, dtstart=first.replace(year=first.year + years))
    for moment in rule:
        wall = moment.replace(year=moment.year - years)
        if until is not None and wall > until:
            return
        yield wall


def _until(text: str, zone: ZoneInfo) -> datetime:
    """The last moment of the zone's clock that may be given: a date is meant to its end."""
    try:
        if len(text) == len("20270301"):
            return datetime.combine(date.fromisoformat(text), time.max)
        said = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("UNTIL is a date (20270301) or a time (20270301T090000Z).", field=_FIELD) from error
    return said.astimezone(zone).replace(tzinfo=None) if said.tzinfo else said
