"""The organization of the benchmarks as rows of a database, its month beginning this week."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from benchmarks.organization import NOW
from benchmarks.organization import agents as agendas
from models.agent.agent import Agent
from models.agent.hours import DateOverride
from models.calendar.connection import BusyTime, CalendarConnection
from models.claim import Claim
from models.database import database, migrate
from models.organization.organization import Organization
from models.organization.service import Service, ServiceMember
from models.windows import stored_week
from models.words import CalendarProvider, ConnectionStatus
from resolvers import ids
from scheduling.agenda import Agenda


@dataclass(frozen=True, slots=True)
class Filled:
    """What can be asked for, by the API's ids: one agent, a service of all of them, and each of them."""

    agent: str
    service: str
    agents: tuple[str, ...]


async def fill(address: str, *, number: int) -> Filled:
    """So many agents, each with a calendar of busy times and with claims, and a service of them all."""
    await migrate(address)
    async with database(address):
        settings = {"slot_interval_minutes": 30, "default_duration_minutes": 30}
        organization = await Organization.create(
            slug="bench", name="Bench", time_zone="Europe/Rome", stored_settings=settings
        )
        service = await Service.create(organization=organization, name="Support")
        known = [await _agent(organization, agenda) for agenda in agendas(number)]
        members = [ServiceMember(organization=organization, service=service, agent=agent) for agent in known]
        await ServiceMember.bulk_create(members)
        agents = tuple(ids.encode("Agent", agent.id) for agent in known)
        return Filled(agents[0], ids.encode("Service", service.id), agents)


async def _agent(organization: Organization, agenda: Agenda) -> Agent:
    name, shift = f"Agent{agenda.agent}", _shift(datetime.now(UTC).date())
    zone = agenda.zone
    assert isinstance(zone, ZoneInfo)
    agent = await Agent.create(
        organization=organization,
        name=name,
        slug=name.lower(),
        email=f"{name.lower()}@bench.example",
        time_zone=zone.key,
        week=stored_week(agenda.week),
    )
    calendar = await CalendarConnection.create(
        organization=organization,
        agent=agent,
        provider=CalendarProvider.ICS,
        account="Calendar",
        status=ConnectionStatus.CONNECTED,
        last_synced_at=datetime.now(UTC),
        known_until=NOW + shift + timedelta(days=60),
    )
    own = {"organization": organization, "agent": agent}
    await BusyTime.bulk_create(
        BusyTime(**own, connection=calendar, starts_at=busy.start + shift, ends_at=busy.end + shift)
        for busy in agenda.busy
    )
    await Claim.bulk_create(
        Claim(**own, starts_at=claim.claimed.start + shift, ends_at=claim.claimed.end + shift)
        for claim in agenda.claims
    )
    # The same twice is one day off.
    days_off = {override.day + shift for override in agenda.overrides}
    await DateOverride.bulk_create(DateOverride(**own, date=day) for day in days_off)
    return agent


def _shift(today: date) -> timedelta:
    """Whole weeks, so that days of the week stay what they are."""
    return timedelta(weeks=(today - NOW.date()).days // 7)
