"""What is expected of a house by the rules: the question that the oracle answers, and whom it is about.

Written from the rules in plain words, out of the drawn house: nothing here reads the database or asks models/.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from scheduling.agenda import Agenda, Claim, ClaimKind, Counted, Group
from scheduling.hours import Dates, Topic
from scheduling.question import Distribution, GuestLimits, Question, Team
from scheduling.rules import Rule
from tests.resolvers.proven.planned import kind_of, names_subject
from tests.resolvers.proven.sketch import House, Meeting, Wish, Worker
from tests.scheduling.oracle import Oracle


def named(house: House) -> dict[int, Worker]:
    """The agent who is asked for, or the service's."""
    return {
        number: one
        for number, one in enumerate(house.workers, 1)
        if (one.is_member if house.wish.of is None else number == house.wish.of)
    }


def could_have_it(house: House, number: int, worker: Worker) -> bool:
    """Active, enabled for online planning, expert, assigned, at the office, speaking the language."""
    asked, kind = house.wish, kind_of(house)
    return (
        kind.is_held
        and worker.is_active
        and worker.online_planning
        and (worker.is_expert or not names_subject(house))
        and (not kind.agents or number in kind.agents)
        and (not asked.office or worker.at_office or number in kind.agents)
        and (
            asked.language is None
            or asked.language.split("-")[0] in [spoken.split("-")[0] for spoken in worker.languages]
        )
    )


def agendas(house: House) -> list[Agenda]:
    """Of those who could have the meeting."""
    return [
        agenda(house, number, worker)
        for number, worker in named(house).items()
        if could_have_it(house, number, worker)
    ]


def agenda(house: House, number: int, worker: Worker) -> Agenda:
    by_calendars = house.setting("compute_availability_from_calendars", True)
    unknown = worker.calendar is not None and not (
        worker.calendar == "CONNECTED" and worker.known_until is not None and worker.known_until > house.now
    )
    taken = [(one, ClaimKind.MEETING) for one in house.meetings if one.is_active]
    taken += [(one.meeting, ClaimKind.HOLD) for one in house.holds if one.expires_at > house.now]
    own = [(id, one, kind) for id, (one, kind) in enumerate(taken) if number in one.agents]
    return Agenda(
        agent=number,
        zone=worker.zone,
        week=worker.week,
        overrides=worker.overrides,
        busy=worker.busy if by_calendars else (),
        calendars_known=not (unknown and by_calendars),
        claims=tuple(Claim(id, kind, one.claimed, one.core) for id, one, kind in own),
        counted=tuple(
            Counted(id, one.start.astimezone(worker.zone).date(), one.subject, one.meeting_type)
            for id, one, _ in own
        ),
        weight=worker.weight,
    )


def is_of_this_kind(house: House, meeting: Meeting) -> bool:
    """Whether it is one that is asked for: of the service, or of this very agent."""
    asked = house.wish
    return (
        meeting.status == "SCHEDULED"
        and meeting.seats > 1
        and (meeting.of_service if asked.of is None else meeting.agents == {asked.of})
        and meeting.subject == (1 if names_subject(house) else None)
        and meeting.meeting_type == kind_of(house).meeting_type
        and meeting.at_office == asked.office
    )


def groups(house: House) -> tuple[Group, ...]:
    """The group meetings that could be joined, by their place in the list of meetings."""
    if kind_of(house).seats == 1:
        return ()
    found = []
    for id, one in enumerate(house.meetings):
        if is_of_this_kind(house, one):
            held = sum(seats for expires_at, seats in one.held if expires_at > house.now)
            found.append(Group(id, one.core, one.agents, max(0, one.seats - one.taken - held)))
    return tuple(found)


def team(house: House) -> Team:
    """All who take part in booking count, whatever the meeting is about."""
    if house.wish.of is not None:
        return Team()
    members = sum(one.is_active and one.online_planning for one in named(house).values())
    return Team(
        distribution=Distribution(house.team.distribution),
        required_agents=house.team.required or members or 1,
        availability_percent=house.team.percent,
        members=members,
    )


def link_dates(house: House) -> Dates | None:
    """Those of the link, narrowed by those of its address."""
    both = [one for one in (house.wish.link.dates, house.wish.link.address) if one] if house.wish.link else []
    if not both:
        return None
    firsts, lasts = [one.first for one in both if one.first], [one.last for one in both if one.last]
    return Dates(max(firsts, default=None), min(lasts, default=None))


def question(house: House) -> Question:
    asked, kind = house.wish, kind_of(house)
    who = "agent" if asked.by_agent else "public"
    pooled = [one for one in house.meetings if one.of_service and one.is_active and not one.agents]
    return Question(
        now=house.now,
        duration_minutes=kind.minutes,
        interval_minutes=kind.interval,
        guest_zone=asked.zone,
        organization_zone=house.zone,
        topic=Topic(1 if asked.office else None, 1 if names_subject(house) else None, kind.meeting_type),
        team=team(house),
        buffer_before_minutes=kind.before,
        buffer_after_minutes=kind.after,
        notice_minutes=kind.notice,
        earliest_day=house.setting(f"{who}_earliest_day", 0),
        days_ahead=kind.ahead,
        link_dates=link_dates(house),
        weekends_closed=house.setting("weekends_disabled", False),
        unknown_calendars_block=house.setting("unknown_calendars_block", False),
        max_per_day=kind.per_day,
        max_per_week=kind.per_week,
        seats=asked.seats,
        seats_offered=kind.seats,
        groups=groups(house),
        pooled=tuple(one.claimed for one in pooled) if asked.of is None else (),
    )


def oracle(house: House, limits: GuestLimits | None = None) -> Oracle:
    asked = replace(question(house), guest_limits=limits)
    return Oracle(asked, agendas(house), house.office if house.wish.office else None)


def limits_of(house: House, own: Iterable[Meeting]) -> GuestLimits | None:
    """Of a guest who has these meetings: where they have as many as one may have. Agents are not bound by it."""
    if house.wish.by_agent:
        return None
    per_day = house.setting("max_meetings_per_guest_per_day", None)
    per_agent = house.setting("max_upcoming_meetings_per_guest_and_agent", 2)
    theirs = [one for one in own if one.is_active]
    days = [one.start.astimezone(house.zone).date() for one in theirs]
    agents = [agent for one in theirs if one.start > house.now for agent in one.agents]
    return GuestLimits(
        full_days=frozenset(day for day in days if per_day is not None and days.count(day) >= per_day),
        full_agents=frozenset(
            agent for agent in agents if per_agent is not None and agents.count(agent) >= per_agent
        ),
    )


def oracle_of_moving(house: House, place: int, *, by_agent: bool, limits: GuestLimits | None = None) -> Oracle:
    """Where a meeting of the house could be moved: with all the agents who have it, or, as long as it has none, within
    what its service can do. Its own time is free."""
    moved = house.meetings[place]
    others = tuple(one for number, one in enumerate(house.meetings) if number != place)
    alone = next(iter(moved.agents)) if len(moved.agents) == 1 else None
    wish = Wish(
        of=alone,
        zone=house.wish.zone,
        by_agent=by_agent,
        subject=moved.subject is not None,
        office=moved.at_office,
        meeting_type=moved.meeting_type,
        minutes=moved.minutes,
    )
    house = replace(house, wish=wish, meetings=others)
    asked = replace(question(house), groups=(), guest_limits=limits)
    if len(moved.agents) > 1:
        together = Team(distribution=Distribution.COLLECTIVE, required_agents=len(moved.agents))
        asked = replace(asked, team=together, pooled=())
    whose = [
        agenda(house, number, worker)
        for number, worker in enumerate(house.workers, 1)
        if number in (moved.agents or named(house)) and could_have_it(house, number, worker)
    ]
    return Oracle(asked, whose, house.office if wish.office else None)


def free_at(truth: Oracle, start: datetime, *, by_hold: bool = False) -> set[int]:
    """The agents who could be given a listed start. A hold knows nothing of the guest's zone, in which the last day may
    end before it does by the clock of one more agent."""
    unknown = {Rule.BOOKING_HORIZON} if by_hold else set()
    return {one.agent for n, one in enumerate(truth.agendas) if not truth.rules_against(n, start) - unknown}
