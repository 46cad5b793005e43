"""Rows that tests begin with: each builder makes one, with defaults for all that a test does not care about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any

from models.actor import AgentActor, GuestActor
from models.agent.agent import Agent
from models.agent.hours import set_week_template
from models.contact.contact import Contact
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.organization.service import Service, ServiceMember
from models.words import Role
from scheduling.hours import WeeklyWindow, Window

MONDAY = datetime(2027, 3, 1, 7, 0, tzinfo=UTC)
"""08:00 in Rome, an hour before work begins. The clocks change on the 14th in New York, on the 28th in Rome."""

NINE_TO_FIVE = tuple(WeeklyWindow(weekday, Window(time(9), time(17))) for weekday in range(5))

_numbers = count(1)


@dataclass(slots=True)
class Clock:
    """A clock that stands where a test puts it."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> datetime:
        """Move the clock by a duration, in the words of `timedelta`."""
        self.now += timedelta(**duration)
        return self.now


async def an_organization(slug: str | None = None, *, settings: dict[str, Any] | None = None) -> Organization:
    """One where a guest may have any number of meetings, unless the settings say otherwise."""
    slug = slug or f"organization-{next(_numbers)}"
    return await Organization.create(
        slug=slug,
        name=slug.capitalize(),
        time_zone="Europe/Rome",
        stored_settings={"max_upcoming_meetings_per_guest_and_agent": None, **(settings or {})},
    )


async def an_agent(
    organization: Organization,
    name: str | None = None,
    *,
    zone: str = "Europe/Rome",
    role: Role = Role.AGENT,
    week: tuple[WeeklyWindow, ...] = NINE_TO_FIVE,
    **values: Any,
) -> Agent:
    """An agent at work on weekdays from nine to five in their own zone."""
    name = name or f"Agent{next(_numbers)}"
    agent = await Agent.create(
        organization=organization,
        name=name,
        slug=name.lower(),
        email=f"{name.lower()}@{organization.slug}.example",
        role=role,
        time_zone=zone,
        **values,
    )
    return await set_week_template(agent, week)


async def a_service(
    organization: Organization, *members: Agent, name: str = "Support", **values: Any
) -> Service:
    service = await Service.create(organization=organization, name=name, **values)
    for member in members:
        await ServiceMember.create(organization=organization, service=service, agent=member)
    return service


async def a_link(to: Agent | Service, slug: str | None = None, **values: Any) -> ScheduleLink:
    """The public address of an agent or a service."""
    target = {"agent": to} if isinstance(to, Agent) else {"service": to}
    return await ScheduleLink.create(
        organization_id=to.organization_id, slug=slug or to.name.lower(), **target, **values
    )


async def a_contact(organization: Organization, name: str = "Grace Guest", **values: Any) -> Contact:
    return await Contact.create(
        organization=organization,
        name=name,
        **{"email": "grace@guests.example", "time_zone": "Europe/Rome", **values},
    )


def acting(agent: Agent) -> AgentActor:
    """The agent as one who has signed in, for a year from `MONDAY`."""
    return AgentActor(agent=agent, session_id=0, expires_at=MONDAY + timedelta(days=365))


async def guest_of(meeting: Meeting) -> GuestActor:
    """The guest who holds the meeting's manage link."""
    guest = await Contact.get(id=meeting.guest_id)
    return GuestActor(contact=guest, meeting_id=meeting.id, conversation_id=meeting.conversation_id)
