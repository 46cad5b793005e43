"""What is wanted: an agent, or a service, and how; found by a link or by ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import parse_qsl

from errors import Forbidden, Invalid, LinkExpired, NotFound
from models.actor import Actor, AgentActor
from models.agent.agent import Agent
from models.input import findable, locale
from models.link import ScheduleLink
from models.organization.office import Office
from models.organization.organization import Organization
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is wanted, found. One of `agent` and `service` is there."""

    organization: Organization
    agent: Agent | None
    service: Service | None
    subject: Subject | None = None
    office: Office | None = None
    meeting_type: MeetingType | None = None
    language: str | None = None
    duration_minutes: int
    dates: Dates | None = None


async def find_target(named: Named, *, actor: Actor, now: datetime, inactive: bool = False) -> Target:
    """Find what is named. Refuses NotFound, also what belongs to another organization or is not bookable; LinkExpired;
    Invalid for none or several targets, or a duration outside the organization's limits.

    With `inactive` it also finds what is not offered at present: for explaining, not for booking.
    """
    if named.language is not None:
        locale(named.language, field=("language",))
    if named.link is not None:
        return await _by_link(named, named.link, actor=actor, now=now, inactive=inactive)
    if (named.agent_id is None) == (named.service_id is None):
        raise Invalid("Name a link, an agent or a service.")
    active = (True, False) if inactive else (True,)
    agent = await Agent.get_or_none(id=named.agent_id, is_active__in=active) if named.agent_id else None
    service = await Service.get_or_none(id=named.service_id) if named.service_id else None
    return await _target(named, agent=agent, service=service, actor=actor, inactive=inactive)


async def organization_of(named: Named) -> int | None:
    """The organization of what is named, whether or not that is offered at present; None where there is no such."""
    if named.link is not None:
        organization, _, slug = named.link.partition("?")[0].strip("/").partition("/")
        known = findable(organization, most=64) and findable(slug, most=64)
        link = await ScheduleLink.get_or_none(organization__slug=organization, slug=slug) if known else None
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


async def find_link(address: str, *, now: datetime) -> tuple[ScheduleLink, Dates | None]:
    """The link of an address and the dates to which it, and the address's own `from` and `to`, narrow it.

    Refuses NotFound and LinkExpired.
    """
    path, _, query = address.partition("?")
    organization, _, slug = path.strip("/").partition("/")
    if not (findable(organization, most=64) and findable(slug, most=64)):
        raise NotFound("There is no such link.", field=("link",))
    link = (
        await ScheduleLink.filter(organization__slug=organization, slug=slug)
        .select_related("agent", "service", "subject")
        .first()
    )
    if link is None:
        raise NotFound("There is no such link.", field=("link",))
    if not link.is_active or (link.expires_at is not None and link.expires_at <= now):
        raise LinkExpired("This link is no longer valid.", field=("link",))
    return link, _narrowed(link, dict(parse_qsl(query)))


def _narrowed(link: ScheduleLink, query: Mapping[str, str]) -> Dates | None:
    firsts = [d for d in (link.from_date, _date(query, "from")) if d]
    lasts = [d for d in (link.to_date, _date(query, "to")) if d]
    if not firsts and not lasts:
        return None
    return Dates(max(firsts, default=None), min(lasts, default=None))


def _date(query: Mapping[str, str], name: str) -> date | None:
    if name not in query:
        return None
    try:
        return date.fromisoformat(query[name])
    except ValueError:
        raise Invalid(f"The link's {name} is not a date (YYYY-MM-DD).", field=("link",)) from None


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
    )
    return await _target(
        fixed, agent=link.agent, service=link.service, actor=actor, dates=dates, inactive=inactive
    )


async def _target(
    named: Named,
    *,
    agent: Agent | None,
    service: Service | None,
    actor: Actor,
    inactive: bool,
    dates: Dates | None = None,
) -> Target:
    found = agent or service
    out_of_service = service is not None and not (service.is_active or inactive)
    if found is None or out_of_service or _is_foreign(found, actor):
        raise NotFound("There is no such agent or service.")
    organization = await Organization.get(id=found.organization_id)
    return Target(
        organization=organization,
        agent=agent,
        service=service,
        subject=await _subject(
            named.subject_id, organization, hidden=inactive or isinstance(actor, AgentActor)
        ),
        office=await _office(named.office_id, organization, inactive=inactive),
        meeting_type=named.meeting_type,
        language=named.language,
        duration_minutes=organization.settings.default_duration_minutes
        if named.duration_minutes is None
        else allowed_duration(named.duration_minutes, organization),
        dates=dates,
    )


def _is_foreign(found: Agent | Service, actor: Actor) -> bool:
    return isinstance(actor, AgentActor) and actor.organization_id != found.organization_id


async def _subject(id: int | None, organization: Organization, *, hidden: bool) -> Subject | None:
    """The subject; one that is not for customers only where `hidden` ones may be named."""
    found = None if id is None else await Subject.get_or_none(id=id, organization_id=organization.id)
    if id is not None and (found is None or not (found.available_for_customers or hidden)):
        raise NotFound("There is no such subject.", field=("subjectId",))
    return found


async def _office(id: int | None, organization: Organization, *, inactive: bool) -> Office | None:
    found = None if id is None else await Office.get_or_none(id=id, organization_id=organization.id)
    if id is not None and (found is None or not (found.is_active or inactive)):
        raise NotFound("There is no such office.", field=("officeId",))
    return found


def allowed_duration(minutes: int, organization: Organization) -> int:
    """The duration, where the organization's limits allow it; refuses Invalid."""
    settings = organization.settings
    if not settings.min_duration_minutes <= minutes <= settings.max_duration_minutes:
        raise Invalid(
            f"A meeting takes {settings.min_duration_minutes} to {settings.max_duration_minutes} minutes.",
            field=("durationMinutes",),
        )
    return minutes
