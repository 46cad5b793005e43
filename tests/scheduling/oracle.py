"""The rules of when, minute by minute: slow and obvious, sharing nothing with the engine but its inputs."""

from collections.abc import Iterable, Set
from datetime import date, datetime
from zoneinfo import ZoneInfo

from scheduling.agenda import Agenda, Group, Office
from scheduling.question import Distribution, Question
from scheduling.rules import Rule
from tests.scheduling.minutes import DAY, MINUTE, Minutes


class Oracle(Minutes):
    """Says of every start, agent by agent, which rules refuse it."""

    def __init__(self, question: Question, agendas: Iterable[Agenda], office: Office | None = None) -> None:
        super().__init__(question, office)
        self.agendas = list(agendas)
        self.opens = [self.open_minutes(agenda) for agenda in self.agendas]
        self.busies = [self.busy_minutes(agenda) for agenda in self.agendas]
        self.grids = [
            self.grid(open_, agenda.zone) for open_, agenda in zip(self.opens, self.agendas, strict=True)
        ]
        self.office_open = self.office_minutes()
        if question.team.distribution is Distribution.COLLECTIVE and self.agendas:
            joint = [sum(column) >= self.needed() for column in zip(*self.opens, strict=True)]
            self.grids = [self.grid(joint, question.organization_zone)] * len(self.agendas)

    def needed(self) -> int:
        team = self.question.team
        if team.distribution is not Distribution.COLLECTIVE:
            return 1
        return team.required_agents or len(self.agendas) or 1

    def share(self) -> float:
        team = self.question.team
        if team.distribution is Distribution.COLLECTIVE:
            return 0
        return team.availability_percent * (team.members or len(self.agendas)) / 100

    def rules_against(self, number: int, start: datetime) -> set[Rule]:
        """Every rule that refuses the agent a new meeting at the start."""
        q, agenda, m = self.question, self.agendas[number], self.minute(start)
        core, claimed = self.core(start), self.claimed(start)
        against: set[Rule] = set()
        for rule, minutes in self.busies[number].items():
            if not minutes.isdisjoint(claimed if rule is Rule.BUFFER else core):
                against.add(rule)
        if not all(self.opens[number][one] for one in core):
            against.add(Rule.HOURS)
        if q.unknown_calendars_block and not agenda.calendars_known:
            against.add(Rule.CALENDAR_UNKNOWN)
        if m not in self.grids[number] and q.offered_starts is None:
            against.add(Rule.SLOT_GRID)
        if any(agenda.agent in group.agents for group in self.groups_at(start)):
            against.add(Rule.SEATS)
        against |= self.limits_against(agenda, self.clock(agenda.zone)[m].date())
        return against | self.shared_against(agenda.zone, start) | self.guest_against({agenda.agent})

    def rules_against_joining(self, group: Group) -> set[Rule]:
        """Every rule that refuses the guest a place in the group meeting."""
        zones = {one.zone for one in self.agendas if one.agent in group.agents}
        against = self.guest_against(group.agents)
        for zone in zones or {self.question.organization_zone}:
            against |= self.shared_against(zone, group.time.start)
        if group.seats_left < self.question.seats:
            against.add(Rule.SEATS)
        return against

    def groups_at(self, start: datetime) -> list[Group]:
        """The group meetings that take place at the start: of nobody yet, or of some who are asked."""
        known = {one.agent for one in self.agendas}
        end = start + self.question.duration_minutes * MINUTE
        groups = [one for one in self.question.groups if (one.time.start, one.time.end) == (start, end)]
        return [one for one in groups if not one.agents or one.agents & known]

    def joinable_at(self, start: datetime) -> list[Group]:
        return [one for one in self.groups_at(start) if not self.rules_against_joining(one)]

    def joined_at(self, start: datetime) -> int | None:
        """The meeting that is joined: the one with the fewest seats left, of those the oldest."""
        groups = sorted(self.joinable_at(start), key=lambda one: (one.seats_left, one.meeting))
        return groups[0].meeting if groups else None

    def pooled_at(self, start: datetime) -> int:
        """How many meetings without an agent a meeting at the start would overlap."""
        claimed = self.claimed(start)
        return sum(not self.touched([one]).isdisjoint(claimed) for one in self.question.pooled)

    def core(self, start: datetime) -> range:
        m = self.minute(start)
        return range(m, m + self.question.duration_minutes)

    def claimed(self, start: datetime) -> range:
        core, q = self.core(start), self.question
        return range(core.start - q.buffer_before_minutes, core.stop + q.buffer_after_minutes)

    def shared_against(self, zone: ZoneInfo, start: datetime) -> set[Rule]:
        """What refuses a meeting in the zone, whoever it is with."""
        q, m = self.question, self.minute(start)
        ours, core = self.clock(q.organization_zone), self.core(start)
        against = self.bounds_against(zone, start)
        if q.weekends_closed and any(ours[one].weekday() > 4 for one in core):
            against.add(Rule.WEEKEND)
        if q.guest_limits and ours[m].date() in q.guest_limits.full_days:
            against.add(Rule.GUEST_LIMIT)
        return against | self.office_against(core) if self.office else against

    def guest_against(self, agents: Set[int]) -> set[Rule]:
        limits = self.question.guest_limits
        return {Rule.GUEST_LIMIT} if limits and agents & limits.full_agents else set()

    def office_against(self, core: range) -> set[Rule]:
        assert self.office
        against, shown = set[Rule](), self.clock(self.office.zone)
        if not all(self.office_open[one] for one in core):
            against.add(Rule.OFFICE_HOURS)
        for day in (shown[one].date() for one in core):
            if any((one.first or day) <= day <= (one.last or day) for one in self.office.closures):
                against.add(Rule.CLOSURE)
        return against

    def bounds_against(self, zone: ZoneInfo, start: datetime) -> set[Rule]:
        q, against = self.question, set[Rule]()
        local = self.clock(zone)[self.minute(start)].date()
        guests = start.astimezone(q.guest_zone).date()
        if start < q.now + q.notice_minutes * MINUTE:
            against.add(Rule.MINIMUM_NOTICE)
        if local < q.now.astimezone(zone).date() + q.earliest_day * DAY:
            against.add(Rule.EARLIEST_DAY)
        if local > q.now.astimezone(zone).date() + q.days_ahead * DAY and (
            guests > q.now.astimezone(q.guest_zone).date() + q.days_ahead * DAY
        ):
            against.add(Rule.BOOKING_HORIZON)
        link = q.link_dates
        if (link and not (link.first or guests) <= guests <= (link.last or guests)) or (
            q.offered_starts is not None and start not in q.offered_starts
        ):
            against.add(Rule.LINK_DATES)
        return against

    def limits_against(self, agenda: Agenda, local: date) -> set[Rule]:
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
        return against

    def refusals(self, start: datetime) -> dict[int | None, set[Rule]]:
        """By which rules each agent, or the team (None), refuses a start that is not listed."""
        groups, found = self.groups_at(start), dict[int | None, set[Rule]]()
        for agents in {group.agents for group in groups}:
            # Of several meetings of nobody, one that has seats is enough.
            emptiest = max((one for one in groups if one.agents == agents), key=lambda one: one.seats_left)
            for agent in agents or {None}:
                found[agent] = found.get(agent, set()) | self.rules_against_joining(emptiest)
        others = [n for n, one in enumerate(self.agendas) if one.agent not in found]
        for number in others:
            found[self.agendas[number].agent] = self.rules_against(number, start)
        against = [found[self.agendas[number].agent] for number in others]
        if sum(not rules for rules in against) >= self.needed():
            free = sum(not rules - {Rule.SLOT_GRID} for rules in against)
            too_few = free < self.share()
            found.setdefault(None, set()).add(Rule.AVAILABILITY_PERCENT if too_few else Rule.MEETING)
        elif len(others) < self.needed() and not groups:
            found.setdefault(None, set()).add(Rule.AVAILABILITY_PERCENT if self.agendas else Rule.HOURS)
        return found

    def slots(self) -> dict[datetime, tuple[int, int]]:
        """Every bookable start with the number of agents who could be given it, and the seats one could have."""
        found = {}
        joined = {self.minute(group.time.start) for group in self.question.groups}
        for m in range(4 * 1440, self.minutes - 4 * 1440):
            on_grid = any(m in grid for grid in self.grids) or self.question.offered_starts is not None
            start = self.origin + m * MINUTE
            agents, seats = (self.new_at(start) if on_grid else 0), [0]
            if agents:
                seats.append(self.question.seats_offered)
            groups = self.joinable_at(start) if m in joined else []
            seats += [group.seats_left for group in groups]
            agents += sum(any(one.agent in group.agents for group in groups) for one in self.agendas)
            if len(seats) > 1:
                found[start] = agents, max(seats)
        return found

    def new_at(self, start: datetime) -> int:
        """How many agents could be given a new meeting at the start: none where it cannot be listed."""
        against = [self.rules_against(number, start) for number in range(len(self.agendas))]
        pooled = self.pooled_at(start)
        can = sum(not rules for rules in against) - pooled
        free = sum(not rules - {Rule.SLOT_GRID} for rules in against) - pooled
        return can if can >= self.needed() and free >= self.share() else 0
