"""A house whose schedules somebody changes, by the verbs by which they are changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from models.actor import AgentActor
from models.agent.agent import Agent
from models.agent.hours import set_date_override, set_week_template
from models.availability.linking import update_link
from models.calendar.connecting import connect_file, disconnect_calendar
from models.calendar.connection import CalendarConnection
from models.link import ScheduleLink
from models.organization.organization import Organization
from models.words import Role
from resolvers import ids
from scheduling.hours import WeeklyWindow, Window
from tests.builders import Clock, a_link, a_service, acting, an_agent, an_organization
from tests.resolvers import planning_documents as plan
from tests.resolvers.conftest import Client
from tests.resolvers.documents import BOOK, CANCEL, HOLD, MOVE, RELEASE
from tests.resolvers.settings_documents import UPDATE_SETTINGS
from tests.resolvers.slot_feeds.widget import hint

MONDAY = date(2027, 3, 1)
LINKS = ("acme/anna", "acme/support")
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Acme//EN
BEGIN:VEVENT
UID:1@acme.example
DTSTAMP:20270101T000000Z
DTSTART:202703{day:02}T{hour:02}0000Z
DTEND:202703{day:02}T{end:02}0000Z
SUMMARY:Dentist
END:VEVENT
END:VCALENDAR
"""
_guests = count(1)


@dataclass(slots=True)
class Changing:
    """Anna and Ben are of the support; `booked` are its meetings' ids, and `held` the tokens of holds."""

    public: Client
    clock: Clock
    agents: list[Agent]
    service: str
    chief: Client
    links: list[ScheduleLink]
    booked: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    @property
    def actor(self) -> AgentActor:
        assert isinstance(self.chief.actor, AgentActor)
        return self.chief.actor

    def start(self, number: int) -> str:
        """One of the half hours of the week, at work."""
        day, half = divmod(number, 16)
        at = datetime.combine(MONDAY + timedelta(days=day % 5), time(9 + half // 2, half % 2 * 30))
        return f"{at.isoformat()}+01:00"

    async def book(self, number: int) -> None:
        who = f"guest{next(_guests)}"
        guest = {"name": who, "email": f"{who}@guests.example", "timeZone": "Europe/Rome"}
        wish = {"slots": {"link": LINKS[number % 2]}, "start": self.start(number), "guest": guest}
        booked = await self.public.do(BOOK, input=wish)
        if booked["meeting"]:
            self.booked.append(booked["meeting"]["id"])

    async def cancel(self, number: int) -> None:
        if self.booked:
            id = self.booked.pop(number % len(self.booked))
            await self.chief.do(CANCEL, input={"meetingId": id})

    async def move(self, number: int) -> None:
        if self.booked:
            id = self.booked[number % len(self.booked)]
            await self.chief.do(MOVE, input={"meetingId": id, "start": self.start(number)})

    async def hold(self, number: int) -> None:
        wanted = {"slots": {"link": LINKS[number % 2]}, "start": self.start(number)}
        held = await self.public.do(HOLD, input=wanted)
        if held["hold"]:
            self.held.append(held["hold"]["token"])

    async def release(self, number: int) -> None:
        if self.held:
            await self.public.do(RELEASE, input={"token": self.held.pop(number % len(self.held))})

    async def override(self, number: int) -> None:
        hours = [[], [Window(time(10), time(12))], None][number % 3]
        await set_date_override(self._agent(number), MONDAY + timedelta(days=number % 8), hours)

    async def week(self, number: int) -> None:
        window = Window(time(8 + number % 4), time(13 + number % 5))
        await set_week_template(self._agent(number), [WeeklyWindow(day, window) for day in range(5)])

    async def connect(self, number: int) -> None:
        agent, hour = self._agent(number), 8 + number % 6
        if await CalendarConnection.filter(agent_id=agent.id).count() < 5:
            content = CALENDAR.format(day=1 + number % 5, hour=hour, end=hour + 2).replace("\n", "\r\n")
            await connect_file(agent, name="Private", content=content.encode(), now=self.clock())

    async def disconnect(self, number: int) -> None:
        connection = await CalendarConnection.all().select_related("agent").first()
        if connection is not None:
            await disconnect_calendar(connection.id, actor=acting(connection.agent))

    async def settings(self, number: int) -> None:
        ways: list[dict[str, Any]] = [
            {"bookableDaysAhead": 2 + number % 5},
            {"slotIntervalMinutes": 15 + 15 * (number % 4)},
            {"publicEarliestDay": number % 3},
            {"computeAvailabilityFromCalendars": number % 2 == 0},
            {"defaultDurationMinutes": 30 + 30 * (number % 2)},
        ]
        answer = await self.chief.do(UPDATE_SETTINGS, input={"settings": ways[number % 5]})
        assert answer["errors"] == []

    async def membership(self, number: int) -> None:
        of = {"serviceId": self.service, "agentId": ids.encode("Agent", self._agent(number).id)}
        await self.chief.do(plan.SET_MEMBER if number % 3 else plan.REMOVE_MEMBER, input=of)

    async def link(self, number: int) -> None:
        last = None if number % 2 else MONDAY + timedelta(days=number % 7)
        await update_link(self.links[number % 2].id, actor=self.actor, now=self.clock(), to_date=last)

    async def wait(self, number: int) -> None:
        """What time changes by itself nobody hints at: a test does, instead of waiting for a minute."""
        self.clock.advance(minutes=[1, 11, 90, 1440][number % 4])
        await hint()

    async def nothing(self, number: int) -> None:
        await hint()

    def _agent(self, number: int) -> Agent:
        return self.agents[number % len(self.agents)]


async def a_house(public: Client, clock: Clock) -> Changing:
    organization: Organization = await an_organization("acme")
    anna, ben = await an_agent(organization, "Anna"), await an_agent(organization, "Ben")
    service = await a_service(organization, anna, ben)
    links = [await a_link(anna), await a_link(service)]
    chief = acting(await an_agent(organization, "Chief", role=Role.ADMINISTRATOR))
    of_service = ids.encode("Service", service.id)
    return Changing(public, clock, [anna, ben], of_service, Client(public.world, chief), links)


DEEDS = tuple(
    name
    for name in vars(Changing)
    if not name.startswith("_") and name not in Changing.__slots__ and name not in ("start", "actor")
)
