"""What is wanted: agents, or a service, and how; found by a link or by ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from sys import getsizeof

from errors import Forbidden, Invalid, NotFound
from models.actor import Actor, AgentActor
from models.agent.agent import Agent
from models.availability.address import check_in_use, find_link, link_at
from models.availability.memory import SMALL, Kept
from models.availability.plan import Plan, Rule, plan_of
from models.availability.sight import Sight, seen
from models.changes import catalogue_of, link_of
from models.input import locale
from models.link import ScheduleLink
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.service import Service
from models.organization.subject import Subject
from models.words import MeetingType
from scheduling.hours import Dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What the caller names: a link ("acme/anna?from=2026-12-01&to=2026-12-15"), or an agent or a service."""

    link: str | None = None
    agent_id: int | None = None
    service_id: int | None = None
    subject_id: int | None = None
    office_id: int | None = None
    meeting_type: MeetingType | None = None
    language: str | None = None
    duration_minutes: int | None = None
    seats: int = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Target:
    """What is wanted, found, and the plan of such meetings. Either a service, or `agents`: all of them together.

    `link` is the one by which it was found; `dates` are those to which that, and its address, narrow it. Others are
    given the same one as long as nothing of it changes: its rows are not to be changed.
    """

    organization: Organization
    agents: tuple[Agent, ...]
    service: Service | None
    subject: Subject | None = None
    office: Office | None = None
    language: str | None = None
    plan: Plan
    duration_minutes: int
    seats: int = 1
    link: ScheduleLink | None = None
    dates: Dates | None = None

    @property
    def meeting_type(self) -> MeetingType:
        return self.plan.meeting_type

    @property
    def offered_starts(self) -> tuple[datetime, ...] | None:
        """The only starts there are, where a link offers a list of them."""
        times = self.link.offered_times if self.link else None
        return None if times is None else tuple(datetime.fromisoformat(time) for time in times)


async def find_target(
    named: Named, *, actor: Actor, now: datetime, inactive: bool = False, sight: Sight | None = None
) -> Target:
    """Find what is named. Refuses NotFound, also what belongs to another organization or is not bookable; LinkExpired;
    Invalid for none or several targets, or a duration or seats that are not offered.

    With `inactive` it also finds what is not offered at present: for explaining, not for booking.
    """

    async def read() -> Kept[Target]:
        found = await _find(named, actor=actor, now=now, inactive=inactive)
        topics = {catalogue_of(found.organization.id)}
        topics |= {link_of(found.link.id)} if found.link else set()
        # It is kept under the address, too, which may be followed by anything.
        return Kept(found, frozenset(topics), SMALL + getsizeof(named.link))

    viewer = actor.organization_id if isinstance(actor, AgentActor) else None
    target = await (await seen(sight)).recall((Target, named, viewer, inactive), read)
    if target.link is not None:
        check_in_use(target.link, now=now)
    return target


async def _find(named: Named, *, actor: Actor, now: datetime, inactive: bool) -> Target:
    if named.language is not None:
        locale(named.language, field=("language",))
    if named.link is not None:
        return await _by_link(named, named.link, actor=actor, now=now, inactive=inactive)
    if (named.agent_id is None) == (named.service_id is None):
        raise Invalid("Name a link, an agent or a service.")
    active = (True, False) if inactive else (True,)
    people = Agent.filter(is_person=True, deleted_at__isnull=True, is_active__in=active)
    services = Service.filter(deleted_at__isnull=True)
    agent = await people.get_or_none(id=named.agent_id) if named.agent_id else None
    service = await services.get_or_none(id=named.service_id) if named.service_id else None
    return await _target(named, agent=agent, service=service, actor=actor, inactive=inactive)


async def organization_of(named: Named) -> int | None:
    """The organization of what is named, whether or not that is offered at present; None where there is no such."""
    if named.link is not None:
        link = await link_at(named.link)
        return None if link is None else link.organization_id
    if named.agent_id is not None:
        agent = await Agent.get_or_none(id=named.agent_id)
        return None if agent is None else agent.organization_id
    service = await Service.get_or_none(id=named.service_id) if named.service_id is not None else None
    return None if service is None else service.organization_id


def check_public_booking(target: Target, actor: Actor) -> None:
    """Refuses Forbidden where only agents may book, to anybody else."""
    if not isinstance(actor, AgentActor) and not target.organization.settings.public_booking_enabled:
        raise Forbidden("This organization does not take public bookings.")


async def _by_link(named: Named, address: str, *, actor: Actor, now: datetime, inactive: bool) -> Target:
    """What a link fixes cannot be named otherwise."""
    link, dates = await find_link(address, now=now)
    if named.agent_id is not None or named.service_id is not None:
        raise Invalid("Name either a link, or an agent or a service.", field=("link",))
    fixed = Named(
        subject_id=link.subject_id or named.subject_id,
        office_id=named.office_id,
        meeting_type=link.meeting_type or named.meeting_type,
        language=named.language,
        duration_minutes=link.duration_minutes or named.duration_minutes,
        seats=named.seats,
    )
    return await _target(
        fixed, agent=link.agent, service=link.service, actor=actor, link=link, dates=dates, inactive=inactive
    )


async def _target(
    named: Named,
    *,
    agent: Agent | None,
    service: Service | None,
    actor: Actor,
    inactive: bool,
    link: ScheduleLink | None = None,
    dates: Dates | None = None,
) -> Target:
    found = agent or service
    out_of_service = service is not None and not (service.is_active or inactive)
    if found is None or out_of_service or _is_foreign(found, actor):
        raise NotFound("There is no such agent or service.")
    organization = await Organization.get(id=found.organization_id)
    hidden = inactive or isinstance(actor, AgentActor)
    subject = await _subject(named.subject_id, organization, hidden=hidden)
    office = await _office(named.office_id, organization, inactive=inactive)
    plan = await find_plan(organization, subject=subject, office=office, meeting_type=named.meeting_type)
    return Target(
        organization=organization,
        agents=(agent,) if agent else (),
        service=service,
        subject=subject,
        office=office,
        language=named.language,
        plan=plan,
        duration_minutes=plan.duration(named.duration_minutes, organization.settings),
        seats=_seats(named.seats, plan),
        link=link,
        dates=dates,
    )


async def find_plan(
    organization: Organization,
    *,
    subject: Subject | None,
    office: Office | None,
    meeting_type: MeetingType | None,
) -> Plan:
    """How such meetings are timed at present."""
    rows = await PlanningRule.filter(subject_id=subject.id).prefetch_related("agents") if subject else []
    return plan_of(
        [Rule(row, frozenset(agent.id for agent in row.agents)) for row in rows],
        settings=organization.settings,
        subject=subject,
        office=office,
        meeting_type=meeting_type,
    )


def _seats(asked: int, plan: Plan) -> int:
    if not 1 <= asked <= plan.seats:
        some = "one seat" if plan.seats == 1 else f"{plan.seats} seats"
        raise Invalid(f"Such a meeting has {some}.", field=("seats",))
    return asked


def _is_foreign(found: Agent | Service, actor: Actor) -> bool:
    return isinstance(actor, AgentActor) and actor.organization_id != found.organization_id


async def _subject(id: int | None, organization: Organization, *, hidden: bool) -> Subject | None:
    """The subject; one that is not for customers only where `hidden` ones may be named."""
    found = None if id is None else await Subject.of(organization.id).get_or_none(id=id)
    if id is not None and (found is None or not (found.available_for_customers or hidden)):
        raise NotFound("There is no such subject.", field=("subjectId",))
    return found


async def _office(id: int | None, organization: Organization, *, inactive: bool) -> Office | None:
    found = None if id is None else await Office.of(organization.id).get_or_none(id=id)
    if id is not None and (found is None or not (found.is_active or inactive)):
        raise NotFound("There is no such office.", field=("officeId",))
    return found
