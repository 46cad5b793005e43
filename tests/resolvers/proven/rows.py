"""The drawn house as rows of the database, and what of it is called how there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from models.agent.agent import Agent
from models.agent.hours import DateOverride
from models.agent.template import DayTemplate
from models.calendar.connection import BusyTime, CalendarConnection
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.service import Service, ServiceMember
from models.organization.subject import Subject
from models.windows import stored, stored_week
from models.words import CalendarProvider, Role
from resolvers import ids
from scheduling.agenda import Office as Opening
from scheduling.hours import Dates, Scope, WeeklyWindow, Window
from tests.resolvers.proven import sketch
from tests.resolvers.proven.sketch import House
from tests.resolvers.proven.taken import hold, meet

_tokens = count(1)


@dataclass(frozen=True, slots=True)
class Built:
    """The rows by their numbers in the sketch; meetings in the order of its list."""

    house: House
    organization: Organization
    planner: Agent
    agents: dict[int, Agent]
    subjects: dict[int, Subject]
    offices: dict[int, Office]
    service: Service
    meetings: list[Meeting]

    def target(self) -> dict[str, Any]:
        """What is asked for, as the API is told of it."""
        wish = self.house.wish
        own: dict[str, Any] = {"seats": wish.seats, "language": wish.language, "meetingType": wish.meeting_type}
        own["durationMinutes"] = wish.minutes
        if wish.subject:
            own["subjectId"] = ids.encode("Subject", self.subjects[1].id)
        if wish.office:
            own["officeId"] = ids.encode("Office", self.offices[1].id)
        if wish.link is not None:
            own["link"] = f"{self.organization.slug}/link{_narrowing(wish.link.address)}"
        elif wish.of is None:
            own["serviceId"] = ids.encode("Service", self.service.id)
        else:
            own["agentId"] = ids.encode("Agent", self.agents[wish.of].id)
        return own


async def build(house: House) -> Built:
    organization = await Organization.create(
        slug=f"house-{next(_tokens)}", name="House", time_zone=house.zone.key, stored_settings=house.settings
    )
    own: dict[str, Any] = {"organization": organization}
    subjects = {
        number: await Subject.create(
            **own, name=f"Subject {number}", available_for_customers=number > 1 or house.for_customers
        )
        for number in (1, 2)
    }
    offices = {
        number: await Office.create(**own, name=f"Office {number}", time_zone=house.office.zone.key)
        for number in (1, 2)
    }
    planner = await _agent(organization, "Planner", zone="UTC", role=Role.ADMINISTRATOR)
    agents = {
        number: await _agent(
            organization,
            f"Agent {number}",
            zone=worker.zone.key,
            languages=list(worker.languages),
            is_active=worker.is_active,
            online_planning=worker.online_planning,
        )
        for number, worker in enumerate(house.workers, 1)
    }
    service = await Service.create(
        **own,
        name="Service",
        is_active=house.team.is_active,
        distribution=house.team.distribution,
        required_agents=house.team.required,
        availability_percent=house.team.percent,
        assign_on_booking=house.team.assigns,
    )
    built = Built(house, organization, planner, agents, subjects, offices, service, [])
    await _open(built, house.office)
    for number, worker in enumerate(house.workers, 1):
        await _employ(built, agents[number], worker)
    for rule in house.rules:
        await _plan(built, rule)
    await _link(built)
    for number, one in enumerate(house.meetings, 1):
        built.meetings.append(await meet(built, one, number))
    for held in house.holds:
        await hold(built, held)
    return built


async def _agent(organization: Organization, name: str, *, zone: str, **values: Any) -> Agent:
    slug = name.lower().replace(" ", "-")
    return await Agent.create(
        organization=organization,
        name=name,
        slug=slug,
        email=f"{slug}@house.example",
        time_zone=zone,
        **values,
    )


async def _open(built: Built, opening: Opening) -> None:
    office = built.offices[1]
    office.hours = None if opening.week is None else stored_week(_windows_of(built, opening.week))
    office.closures = [
        {"from": str(one.first), "to": str(one.last), "reason": None} for one in opening.closures
    ]
    office.is_active = opening.is_active
    await office.save()


async def _employ(built: Built, agent: Agent, worker: sketch.Worker) -> None:
    own: dict[str, Any] = {"organization": built.organization, "agent": agent}
    agent.week = stored_week(_windows_of(built, worker.week))
    await agent.save()
    if worker.is_expert:
        await agent.expertise.add(built.subjects[1])
    if worker.at_office:
        await agent.offices.add(built.offices[1])
    if worker.is_member:
        await ServiceMember.create(**own, service=built.service, weight=worker.weight)
    for number, override in enumerate(worker.overrides):
        hours = [stored(_window(built, one)) for one in override.windows]
        template = None
        if worker.by_template:
            template = await DayTemplate.create(**own, name=f"Day {number}", windows=hours)
        await DateOverride.create(
            **own, date=override.day, template=template, windows=[] if template else hours
        )
    if worker.calendar is not None:
        calendar = await CalendarConnection.create(
            **own,
            provider=CalendarProvider.ICS,
            account="Calendar",
            status=worker.calendar,
            known_until=worker.known_until,
        )
        await BusyTime.bulk_create(
            BusyTime(**own, connection=calendar, starts_at=one.start, ends_at=one.end) for one in worker.busy
        )


async def _plan(built: Built, rule: sketch.Rule) -> None:
    row = await PlanningRule.create(
        organization=built.organization,
        subject=built.subjects[1],
        office=built.offices[1] if rule.at_office else None,
        meeting_type=rule.meeting_type,
        enabled=rule.enabled,
        duration_options=list(rule.durations),
        default_duration_minutes=rule.default,
        slot_interval_minutes=rule.interval,
        buffer_before_minutes=rule.before,
        buffer_after_minutes=rule.after,
        minimum_notice_minutes=rule.notice,
        bookable_days_ahead=rule.ahead,
        seats=rule.seats,
        needs_acceptance=rule.needs_acceptance,
        max_per_agent_per_day=rule.per_day,
        max_per_agent_per_week=rule.per_week,
    )
    await row.agents.add(*[built.agents[number] for number in rule.agents])


async def _link(built: Built) -> None:
    wish, link = built.house.wish, built.house.wish.link
    if link is None:
        return
    whose: dict[str, Any] = {"service": built.service} if wish.of is None else {"agent": built.agents[wish.of]}
    await ScheduleLink.create(
        organization=built.organization,
        slug="link",
        subject=built.subjects[1] if link.fixes_subject else None,
        meeting_type=link.meeting_type,
        duration_minutes=link.minutes,
        from_date=link.dates and link.dates.first,
        to_date=link.dates and link.dates.last,
        **whose,
    )


def _windows_of(built: Built, week: Iterable[WeeklyWindow]) -> list[WeeklyWindow]:
    return [replace(one, window=_window(built, one.window)) for one in week]


def _window(built: Built, window: Window) -> Window:
    """The same one, scoped to the rows instead of their numbers."""
    scope = window.scope
    subjects = None if scope.subjects is None else frozenset(built.subjects[one].id for one in scope.subjects)
    office = None if scope.office is None else built.offices[scope.office].id
    return replace(window, scope=Scope(office, subjects, scope.meeting_types))


def _narrowing(dates: Dates | None) -> str:
    said = [] if dates is None else [("from", dates.first), ("to", dates.last)]
    query = "&".join(f"{name}={day}" for name, day in said if day is not None)
    return f"?{query}" if query else ""
