"""An organization to measure with, the same in every run: agents in several zones with full calendars."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from scheduling.agenda import Agenda, Claim, ClaimKind
from scheduling.hours import DateOverride, WeeklyWindow, Window
from scheduling.intervals import Interval
from scheduling.question import Question

NOW = datetime(2026, 6, 1, 7, 30, tzinfo=UTC)
ROME = ZoneInfo("Europe/Rome")
ZONES = (ROME, ZoneInfo("Europe/London"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata"))
HOURS = (
    (Window(time(9), time(17)),),
    (Window(time(8, 30), time(12, 30)), Window(time(13, 30), time(17, 30))),
    (Window(time(10), time(18)),),
)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BUSY, MEETINGS = 60, 8


def agents(number: int) -> list[Agenda]:
    """So many agents, each with 60 busy intervals, 8 meetings and 2 days off within a month, in their own
    hours."""
    return [_agent(id, Random(id)) for id in range(1, number + 1)]


def question(second: int = 0) -> Question:
    """Thirty minutes every thirty minutes within 31 days, asked in another second each time."""
    return Question(
        now=NOW + timedelta(seconds=second % 3600),
        duration_minutes=30,
        interval_minutes=30,
        buffer_after_minutes=5,
        notice_minutes=120,
        guest_zone=ROME,
        organization_zone=ROME,
    )


def _agent(id: int, draw: Random) -> Agenda:
    zone, windows = ZONES[id % len(ZONES)], HOURS[id % len(HOURS)]
    taken = [_working_time(draw, zone) for _ in range(BUSY + MEETINGS)]
    claims = enumerate(_apart(taken[BUSY:]), start=id * 100)
    return Agenda(
        agent=id,
        zone=zone,
        week=tuple(WeeklyWindow(weekday, window) for weekday in range(5) for window in windows),
        overrides=tuple(DateOverride(_day(draw)) for _ in range(2)),
        busy=tuple(taken[:BUSY]),
        claims=tuple(Claim(number, ClaimKind.MEETING, time) for number, time in claims),
        booked=draw.randrange(20),
    )


def _day(draw: Random) -> date:
    return NOW.date() + draw.randrange(31) * DAY


def _working_time(draw: Random, zone: ZoneInfo) -> Interval:
    start = datetime.combine(_day(draw), time(draw.randrange(8, 18), draw.choice((0, 30))), zone).astimezone(
        UTC
    )
    return Interval(start, start + draw.choice((15, 25, 30, 50, 60)) * MINUTE)


def _apart(times: list[Interval]) -> list[Interval]:
    """Those that do not overlap an earlier one: no agent has two meetings at once."""
    kept: list[Interval] = []
    for one in times:
        if not any(one.overlaps(other) for other in kept):
            kept.append(one)
    return kept
