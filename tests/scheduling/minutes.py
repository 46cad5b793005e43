"""What is open, busy and on the grid, minute by minute: the tables of the oracle, slow and obvious."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from scheduling.agenda import Agenda, ClaimKind, Office
from scheduling.hours import WeeklyWindow, Window
from scheduling.intervals import Interval
from scheduling.question import Question
from scheduling.rules import Rule

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@lru_cache(maxsize=500)
def clock(zone: ZoneInfo, midnight: datetime) -> tuple[datetime, ...]:
    """What the zone's clock shows at every minute of a day."""
    return tuple((midnight + m * MINUTE).astimezone(zone).replace(tzinfo=None) for m in range(1440))


class Minutes:
    """Minutes are counted from some days before now to some days after the horizon."""

    def __init__(self, question: Question, office: Office | None) -> None:
        self.question = question
        self.office = office
        self.origin = datetime.combine(question.now.date() - 5 * DAY, time(), UTC)
        self.minutes = (5 + question.days_ahead + 6) * 1440
        self.clocks: dict[ZoneInfo, list[datetime]] = {}
        self.latest: dict[ZoneInfo, list[datetime]] = {}

    def clock(self, zone: ZoneInfo) -> list[datetime]:
        if zone not in self.clocks:
            days = [clock(zone, self.origin + day * DAY) for day in range(self.minutes // 1440)]
            self.clocks[zone] = [shown for day in days for shown in day]
            self.latest[zone] = list(accumulate(self.clocks[zone], max))
        return self.clocks[zone]

    def minute(self, moment: datetime) -> int:
        return (moment - self.origin) // MINUTE

    def window_minutes(self, window: Window, day: date, zone: ZoneInfo) -> range:
        """From the first minute that shows the start or later, to the first that shows the end or later."""
        latest = self.latest[zone]
        end = datetime.combine(day, window.end)
        if window.end <= window.start:
            end += DAY
        return range(bisect_left(latest, datetime.combine(day, window.start)), bisect_left(latest, end))

    def fill(
        self, week: tuple[WeeklyWindow, ...], zone: ZoneInfo, overrides: dict[date, tuple[Window, ...]]
    ) -> list[bool]:
        open_, topic = [False] * self.minutes, self.question.topic
        for day in sorted({shown.date() for shown in self.clock(zone)})[1:-1]:
            weekly = tuple(one.window for one in week if one.weekday == day.weekday())
            for window in overrides.get(day, weekly):
                scope = window.scope
                if scope.subjects is not None and topic.subject not in scope.subjects:
                    continue
                if scope.meeting_types is not None and topic.meeting_type not in scope.meeting_types:
                    continue
                if scope.office is not None and topic.office is not None and topic.office != scope.office:
                    continue
                for m in self.window_minutes(window, day, zone):
                    open_[m] = True
        return open_

    def open_minutes(self, agenda: Agenda) -> list[bool]:
        return self.fill(agenda.week, agenda.zone, {one.day: one.windows for one in agenda.overrides})

    def office_minutes(self) -> list[bool]:
        if self.office is None or (self.office.is_active and self.office.week is None):
            return [True] * self.minutes
        return self.fill((self.office.is_active and self.office.week) or (), self.office.zone, {})

    def touched(self, intervals: Iterable[Interval]) -> set[int]:
        found = set()
        for one in intervals:
            m = self.minute(one.start)
            while self.origin + m * MINUTE < one.end and one.start < one.end:
                found.add(m)
                m += 1
        return found

    def busy_minutes(self, agenda: Agenda) -> dict[Rule, set[int]]:
        claims = [one for one in agenda.claims if one.id not in self.question.excluded_claims]
        meetings = self.touched(one.core or one.claimed for one in claims if one.kind is ClaimKind.MEETING)
        holds = self.touched(one.core or one.claimed for one in claims if one.kind is ClaimKind.HOLD)
        calendar = self.touched(agenda.busy)
        return {
            Rule.CALENDAR_BUSY: calendar,
            Rule.MEETING: meetings,
            Rule.HOLD: holds,
            Rule.BUFFER: calendar | self.touched(one.claimed for one in claims),
        }

    def grid(self, open_: list[bool], zone: ZoneInfo) -> set[int]:
        """The minutes that lie whole intervals after the beginning of the run, or of a whole date in it."""
        shown, starts, anchor = self.clock(zone), set(), 0
        whole: dict[date, bool] = {}
        for m in range(self.minutes):
            whole[shown[m].date()] = whole.get(shown[m].date(), True) and open_[m]
        for m in range(1, self.minutes):
            new_day = shown[m].date() != shown[m - 1].date()
            if not open_[m - 1] or (new_day and whole[shown[m].date()]):
                anchor = m
            if open_[m] and (m - anchor) % self.question.interval_minutes == 0:
                starts.add(m)
        return starts
