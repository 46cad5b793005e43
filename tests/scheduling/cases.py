"""Words for cases whose answers are known, written out in the times that people would read off their clocks."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.agenda import Agenda, Claim, ClaimKind, Office
from scheduling.availability import Availability, ask
from scheduling.hours import Dates, Scope, WeeklyWindow, Window
from scheduling.intervals import Interval
from scheduling.prepared import prepare, prepare_office
from scheduling.question import Question

ROME, NEW_YORK = ZoneInfo("Europe/Rome"), ZoneInfo("America/New_York")
MONDAY = date(2026, 6, 1)


def at(text: str, zone: ZoneInfo | None = None) -> datetime:
    """`2026-06-01 09:00` in the zone, UTC where none is given, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=zone or UTC).astimezone(UTC)


def interval(start: str, end: str, zone: ZoneInfo = ROME) -> Interval:
    return Interval(at(start, zone), at(end, zone))


def clock(text: str) -> time:
    return time.fromisoformat(text)


def daily(start: str, end: str, scope: Scope | None = None) -> tuple[WeeklyWindow, ...]:
    window = Window(clock(start), clock(end), scope or Scope())
    return tuple(WeeklyWindow(weekday, window) for weekday in range(7))


def agent(hours: str = "09:00-11:00", zone: ZoneInfo = ROME, **known: Any) -> Agenda:
    start, end = hours.split("-")
    known.setdefault("week", daily(start, end))
    return Agenda(**{"agent": 1, "zone": zone, **known})


def question(now: str = "2026-06-01 00:00", **asked: Any) -> Question:
    defaults = {"duration_minutes": 30, "interval_minutes": 30, "guest_zone": ROME, "organization_zone": ROME}
    return Question(now=at(now, asked.pop("now_zone", ROME)), **{**defaults, **asked})


def answer(asked: Question, *agents: Agenda, office: Office | None = None) -> Availability:
    span = asked.span()
    prepared = prepare_office(office, span) if office else None
    return ask(asked, [prepare(one, span) for one in agents], office=prepared)


def shown(availability: Availability, day: date = MONDAY, zone: ZoneInfo = ROME) -> list[str]:
    """The starts listed for one of the guest's dates, as the zone's clock shows them."""
    days = availability.days(Dates(day, day))
    assert all(one.day == day for one in days)
    return [slot.start.astimezone(zone).strftime("%H:%M") for one in days for slot in one.slots]


def meeting(number: int, start: str, end: str, *, buffer: int = 0) -> Claim:
    core = interval(start, end)
    wide = timedelta(minutes=buffer)
    return Claim(number, ClaimKind.MEETING, core.widened(before=wide, after=wide), core)
