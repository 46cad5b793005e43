"""Repetition rules (RFC 5545, 3.3.10) admitted for expansion: readable, able to match, and not without measure.

dateutil searches for the next match up to the year 9999, and steps from the event's first date to the window;
a rule is refused here if either would take long.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from icalendar.prop import vRecur

from providers.calendars.ics.events import Event, Unread
from providers.calendars.protocol import Fault

MAX_STEPS = 250_000  # what an hourly event since the year 2000 takes
MAX_RULE_LENGTH = 2_000

_KNOWN = frozenset(
    (
        *("FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", "BYSECOND", "BYMINUTE", "BYHOUR"),
        *("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS"),
    )
)
_SINGLE = ("FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST")
_SECONDS = {
    "YEARLY": 365 * 86_400,
    "MONTHLY": 28 * 86_400,
    "WEEKLY": 7 * 86_400,
    "DAILY": 86_400,
    "HOURLY": 3_600,
    "MINUTELY": 60,
    "SECONDLY": 1,
}
_DAYS_LOOKED_AT = {"YEARLY": 366, "MONTHLY": 31, "WEEKLY": 7}
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

Rule = dict[str, list[Any]]


def admitted(text: str, *, event: Event, until: datetime) -> vRecur:
    """The rule on the wall of the event's zone, with UNTIL there too; it is expanded up to `until`, a wall time.

    Raises Unread for a rule that cannot be read, never matches, or repeats too often.
    """
    rule = _parsed(text)
    freq = str(rule["FREQ"][0])
    if not _can_match(rule, freq):
        raise Unread(Fault.BAD_REPETITION)
    if "UNTIL" in rule:
        rule.pop("COUNT", None)  # one of them, says the RFC; the rest of time stays busy rather than free
        rule["UNTIL"] = [_until_on_the_wall(rule["UNTIL"][0], event)]
        until = min(until, rule["UNTIL"][0])
    if _steps(rule, freq, span=until - event.start.replace(tzinfo=None)) > MAX_STEPS:
        raise Unread(Fault.TOO_MANY_REPETITIONS)
    return vRecur(rule)


def _parsed(text: str) -> Rule:
    try:
        parsed = vRecur.from_ical(text[: MAX_RULE_LENGTH + 1].upper())
    except ValueError as error:
        raise Unread(Fault.BAD_REPETITION) from error
    rule: Rule = {str(key): list(value) for key, value in parsed.items() if key in _KNOWN}
    foreign = parsed.get("RSCALE", ["GREGORIAN"]) != ["GREGORIAN"]
    crowded = any(len(rule.get(key, (1,))) != 1 for key in _SINGLE)
    if len(text) > MAX_RULE_LENGTH or foreign or crowded or rule.get("FREQ", [""])[0] not in _SECONDS:
        raise Unread(Fault.BAD_REPETITION)
    if any(int(rule.get(key, (1,))[0]) < 1 for key in ("COUNT", "INTERVAL")):
        raise Unread(Fault.BAD_REPETITION)
    return rule


def _can_match(rule: Rule, freq: str) -> bool:
    """Whether the rule has a chance to match in each of its periods' turns; searching in vain takes seconds."""
    if freq in ("MINUTELY", "SECONDLY"):
        return not any(key.startswith("BY") for key in rule)
    if freq in ("DAILY", "HOURLY") and {"BYWEEKNO", "BYYEARDAY", "BYSETPOS"} & rule.keys():
        return False
    most = _DAYS_LOOKED_AT.get(freq, 1) * _times_a_day(rule)
    if any(not 1 <= abs(position) <= most for position in rule.get("BYSETPOS", ())):
        return False
    months = [int(month) for month in rule.get("BYMONTH", range(1, 13))]
    days = [abs(int(day)) for day in rule.get("BYMONTHDAY", (1,))]
    return any(1 <= month <= 12 and 1 <= day <= _LONGEST[month - 1] for month in months for day in days)


def _steps(rule: Rule, freq: str, *, span: timedelta) -> int:
    """How many days or times the search looks at on its way, at most."""
    seconds = max(span.total_seconds(), 0)
    periods = int(seconds // (_SECONDS[freq] * int(rule.get("INTERVAL", [1])[0]))) + 1
    if "COUNT" in rule and not any(key.startswith("BY") for key in rule):
        periods = min(periods, int(rule["COUNT"][0]))
    return periods * _DAYS_LOOKED_AT.get(freq, 1) * _times_a_day(rule)


def _times_a_day(rule: Rule) -> int:
    times = 1
    for key in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        times *= max(len(rule.get(key, ())), 1)
    return times


def _until_on_the_wall(until: date | datetime, event: Event) -> datetime:
    """The last moment that may match. A date, and any UNTIL of a whole-day event, means that day inclusive."""
    if not isinstance(until, datetime):
        return datetime.combine(until, time.max.replace(microsecond=0))
    wall = until.astimezone(event.zone).replace(tzinfo=None) if until.tzinfo is not None else until
    if event.all_day:
        return datetime.combine(max(wall.date(), until.date()), time.max.replace(microsecond=0))
    return wall
