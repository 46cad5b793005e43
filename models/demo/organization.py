"""Who works at the demo organization, where, on what and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from models.agent.agent import Agent
from models.agent.hours import set_week_template
from models.agent.session import hash_password
from models.link import ScheduleLink
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.service import Service, ServiceMember
from models.organization.subject import Subject
from models.words import Distribution, Role
from scheduling.hours import WeeklyWindow, Window

SLUG = "acme"
PASSWORD = "frontdesk"
SIGN_INS = tuple(f"{name}@acme.example" for name in ("admin", "anna", "ben", "chandra"))

_MONDAY_TO_FRIDAY = range(5)
_OFFICE_HOURS = Window(time(9), time(17))
_SUBJECTS = (
    ("Getting started", "What we do, and how it would work for you."),
    ("Your contract", "Changes, renewals and invoices."),
    ("Technical help", "Something does not work as it should."),
)


@dataclass(frozen=True, slots=True)
class Demo:
    """The parts of the organization that its meetings are made of."""

    organization: Organization
    anna: Agent
    ben: Agent
    chandra: Agent
    subjects: Sequence[Subject]


async def add_people() -> Demo:
    """Add the organization, its offices, subjects, agents, services and links; part of a transaction."""
    organization = await Organization.create(slug=SLUG, name="Acme", time_zone="Europe/Rome", locale="en")
    rome = await _office(organization, "Rome", "Via del Corso 1, 00186 Roma", "Europe/Rome")
    new_york = await _office(
        organization, "New York", "350 Fifth Avenue, New York, NY 10118", "America/New_York"
    )
    subjects = [
        await Subject.create(organization=organization, name=name, description=description)
        for name, description in _SUBJECTS
    ]
    password_hash = await hash_password(PASSWORD)
    people = _People(organization, subjects, password_hash)
    await people.add("Ada", "admin", "Europe/Rome", [rome], role=Role.ADMINISTRATOR, online_planning=False)
    anna = await people.add("Anna", "anna", "Europe/Rome", [rome], languages=["it", "en"])
    ben = await people.add("Ben", "ben", "America/New_York", [new_york], languages=["en"])
    chandra = await people.add("Chandra", "chandra", "Asia/Kolkata", [rome], languages=["en", "hi"])
    for agent in (anna, ben, chandra):
        await ScheduleLink.create(organization=organization, slug=agent.slug, agent=agent)
    await _service(organization, "Support", [anna, ben, chandra])
    await _service(organization, "Sales", [anna, ben])
    return Demo(organization, anna, ben, chandra, subjects)


@dataclass(frozen=True, slots=True)
class _People:
    organization: Organization
    subjects: Sequence[Subject]
    password_hash: str

    async def add(
        self,
        name: str,
        slug: str,
        zone: str,
        offices: Sequence[Office],
        *,
        role: Role = Role.AGENT,
        online_planning: bool = True,
        languages: Sequence[str] = ("en",),
    ) -> Agent:
        """Add somebody who can sign in; whoever takes bookings works from nine to five in their own zone."""
        agent = await Agent.create(
            organization=self.organization,
            name=name,
            slug=slug,
            email=f"{slug}@acme.example",
            time_zone=zone,
            role=role,
            online_planning=online_planning,
            languages=list(languages),
            password_hash=self.password_hash,
        )
        await agent.offices.add(*offices)
        await agent.expertise.add(*self.subjects)
        if not online_planning:
            return agent
        return await set_week_template(agent, [WeeklyWindow(day, _OFFICE_HOURS) for day in _MONDAY_TO_FRIDAY])


async def _office(organization: Organization, name: str, address: str, zone: str) -> Office:
    return await Office.create(organization=organization, name=name, address=address, time_zone=zone)


async def _service(organization: Organization, name: str, agents: Sequence[Agent]) -> None:
    service = await Service.create(
        organization=organization, name=name, languages=["en"], distribution=Distribution.ROUND_ROBIN
    )
    for agent in agents:
        await ServiceMember.create(organization=organization, service=service, agent=agent)
    await ScheduleLink.create(organization=organization, slug=name.lower(), service=service)
