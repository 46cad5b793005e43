"""The rules of when, minute by minute: slow and obvious, sharing nothing with the engine but its inputs."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from scheduling.agenda import Agenda, ClaimKind, Office
from scheduling.hours import WeeklyWindow, Window
from scheduling.intervals import Interval
from scheduling.question import Distribution, Question
from scheduling.rules import Rule

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@lru_cache(maxsize=500)
def clock(zone: ZoneInfo, midnight: datetime) -> tuple[datetime, ...]:
    """What the zone's clock shows at every minute of a day."""
    return tuple((midnight + m * MINUTE).astimezone(zone).replace(tzinfo=None) for m in range(1440))


class Oracle:
    """Says of every start, agent by agent, which rules refuse it."""

    def __init__(self, question: Question, agendas: Iterable[Agenda], office: Office | None = None) -> None:
        self.question = question
        self.agendas = list(agendas)
        self.office = office
        self.origin = datetime.combine(question.now.date() - 5 * DAY, time(), UTC)
        self.minutes = (5 + question.days_ahead + 6) * 1440
        self.clocks: dict[ZoneInfo, list[datetime]] = {}
        self.latest: dict[ZoneInfo, list[datetime]] = {}
        self.opens = [self.open_minutes(agenda) for agenda in self.agendas]
        self.busies = [self.busy_minutes(agenda) for agenda in self.agendas]
        self.grids = [
            self.grid(open_, agenda.zone) for open_, agenda in zip(self.opens, self.agendas, strict=True)
        ]
        self.office_open = self.office_minutes()
        if question.team.distribution is Distribution.COLLECTIVE:
            joint = [sum(column) >= self.needed() for column in zip(*self.opens, strict=True)]
            self.grids = [self.grid(joint, question.organization_zone)] * len(self.agendas)

    def needed(self) -> int:
        team = self.question.team
        if team.distribution is not Distribution.COLLECTIVE:
            return 1
        return team.required_agents or len(self.agendas)

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

    def rules_against(self, number: int, start: datetime) -> set[Rule]:
        """Every rule that refuses the start for the agent."""
        q, agenda, m = self.question, self.agendas[number], self.minute(start)
        core = range(m, m + q.duration_minutes)
        claimed = range(m - q.buffer_before_minutes, m + q.duration_minutes + q.buffer_after_minutes)
        local = self.clock(agenda.zone)[m].date()
        ours = self.clock(q.organization_zone)
        busy = self.busies[number]
        against: set[Rule] = set()
        for rule, minutes in busy.items():
            if not minutes.isdisjoint(claimed if rule is Rule.BUFFER else core):
                against.add(rule)
        if not all(self.opens[number][one] for one in core):
            against.add(Rule.HOURS)
        if q.weekends_closed and any(ours[one].weekday() > 4 for one in core):
            against.add(Rule.WEEKEND)
        if q.unknown_calendars_block and not agenda.calendars_known:
            against.add(Rule.CALENDAR_UNKNOWN)
        if m not in self.grids[number] and q.offered_starts is None:
            against.add(Rule.SLOT_GRID)
        against |= self.bounds_against(agenda, start, local) | self.limits_against(agenda, m, local)
        return against | self.office_against(core) if self.office else against

    def office_against(self, core: range) -> set[Rule]:
        assert self.office
        against, shown = set[Rule](), self.clock(self.office.zone)
        if not all(self.office_open[one] for one in core):
            against.add(Rule.OFFICE_HOURS)
        for day in (shown[one].date() for one in core):
            if any((one.first or day) <= day <= (one.last or day) for one in self.office.closures):
                against.add(Rule.CLOSURE)
        return against

    def bounds_against(self, agenda: Agenda, start: datetime, local: date) -> set[Rule]:
        q, against = self.question, set[Rule]()
        guests = start.astimezone(q.guest_zone).date()
        if start < q.now + q.notice_minutes * MINUTE:
            against.add(Rule.MINIMUM_NOTICE)
        if local < q.now.astimezone(agenda.zone).date() + q.earliest_day * DAY:
            against.add(Rule.EARLIEST_DAY)
        if local > q.now.astimezone(agenda.zone).date() + q.days_ahead * DAY and (
            guests > q.now.astimezone(q.guest_zone).date() + q.days_ahead * DAY
        ):
            against.add(Rule.BOOKING_HORIZON)
        link = q.link_dates
        if (link and not (link.first or guests) <= guests <= (link.last or guests)) or (
            q.offered_starts is not None and start not in q.offered_starts
        ):
            against.add(Rule.LINK_DATES)
        return against

    def limits_against(self, agenda: Agenda, m: int, local: date) -> set[Rule]:
        q, against = self.question, set[Rule]()
        days = [
            one.day
            for one in agenda.counted
            if one.subject == q.topic.subject
            and one.meeting_type == q.topic.meeting_type
            and one.claim not in q.excluded_claims
        ]
        monday = local - local.weekday() * DAY
        if q.max_per_day is not None and days.count(local) >= q.max_per_day:
            against.add(Rule.DAILY_LIMIT)
        in_week = sum(monday <= day < monday + 7 * DAY for day in days)
        if q.max_per_week is not None and in_week >= q.max_per_week:
            against.add(Rule.WEEKLY_LIMIT)
        limits = q.guest_limits
        today = self.clock(q.organization_zone)[m].date()
        if limits and (today in limits.full_days or agenda.agent in limits.full_agents):
            against.add(Rule.GUEST_LIMIT)
        return against

    def slots(self) -> dict[datetime, int]:
        """Every bookable start with the number of agents who could be given it."""
        found, team = {}, self.question.team
        collective = team.distribution is Distribution.COLLECTIVE
        share = 0 if collective else team.availability_percent * (team.members or len(self.agendas)) / 100
        numbers = range(len(self.agendas))
        for m in range(4 * 1440, self.minutes - 4 * 1440):
            if not any(m in grid for grid in self.grids) and self.question.offered_starts is None:
                continue
            start = self.origin + m * MINUTE
            against = [self.rules_against(number, start) for number in numbers]
            can = sum(not rules for rules in against)
            free = sum(not rules - {Rule.SLOT_GRID} for rules in against)
            if can >= self.needed() and free >= share:
                found[start] = can
        return found
