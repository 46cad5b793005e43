"""Whatever changes, and whoever asks when: what is answered out of what is kept is what rows read anew would say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from errors import Refused
from models.actor import Public
from models.agent.agent import Agent
from models.agent.hours import DateOverride
from models.availability.engine import Request, ask_engine
from models.availability.sight import Looks, looks, place
from models.availability.target import Named, find_target
from models.calendar.connection import BusyTime, CalendarConnection
from models.claim import Claim
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.link import ScheduleLink
from models.meeting.meeting import Attendee, Meeting
from models.meeting.seat import SeatHold
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.service import Service, ServiceMember
from models.organization.subject import Subject
from models.transactions import transaction
from models.words import (
    CalendarProvider,
    Channel,
    ConnectionStatus,
    ConversationStatus,
    Distribution,
    MeetingStatus,
    MeetingType,
)
from scheduling.hours import Dates
from tests.builders import MONDAY, a_contact, a_link, a_service, an_agent

ZONES = (ZoneInfo("Europe/Rome"), ZoneInfo("Pacific/Pago_Pago"))
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass
class World:
    """An organization in which things happen by chance."""

    organization: Organization
    agents: list[Agent]
    service: Service
    subject: Subject
    office: Office
    guest: Contact
    draw: Random
    now: datetime = MONDAY
    numbers: int = field(default=0)

    def time(self) -> datetime:
        return MONDAY + self.draw.randrange(7) * DAY + self.draw.randrange(0, 9 * 60, 15) * MINUTE

    def agent(self) -> Agent:
        return self.draw.choice(self.agents)

    def soon(self) -> datetime:
        return self.now + self.draw.randrange(1, 40) * MINUTE

    def chance(self) -> bool:
        return self.draw.random() < 0.5

    def named(self) -> list[Named]:
        service, subject, office = self.service.id, self.subject.id, self.office.id
        return [
            Named(link="acme/anna"),
            Named(link="acme/list"),
            Named(agent_id=self.agents[1].id, subject_id=subject),
            Named(service_id=service),
            Named(service_id=service, subject_id=subject, seats=2),
            Named(service_id=service, office_id=office, language="it"),
        ]

    def changes(self) -> list[Callable[[], Awaitable[object]]]:
        return [
            self.claims, self.claims, self.unclaims, self.holds, self.reads_calendar, self.overrides, self.sets,
            self.plans, self.staffs, self.closes, self.links, self.groups, self.joins, self.pools, self.hours,
        ]  # fmt: skip

    async def claims(self) -> None:
        agent, start = self.agent(), self.time()
        link = await ScheduleLink.get(slug="list") if self.chance() else None
        taken = Claim.filter(agent_id=agent.id, starts_at__lt=start + 30 * MINUTE, ends_at__gt=start)
        if not await taken.exists():
            await Claim.create(
                organization=self.organization,
                agent=agent,
                starts_at=start,
                ends_at=start + 30 * MINUTE,
                link=link,
                subject_id=self.subject.id if self.chance() else None,
                meeting_type=MeetingType.VIDEO,
                held_until=self.soon() if link and self.chance() else None,
            )

    async def holds(self) -> None:
        ids = await Claim.all().values_list("id", flat=True)
        await Claim.filter(id__in=ids[: self.draw.randrange(3)]).update(expires_at=self.soon())

    async def unclaims(self) -> None:
        await Claim.filter(agent_id=self.agent().id).delete()

    async def reads_calendar(self) -> None:
        agent, start = self.agent(), self.time()
        known_until = self.soon() if self.chance() else MONDAY + 90 * DAY
        row = await CalendarConnection.filter(agent_id=agent.id).first()
        if row is None:
            row = await CalendarConnection.create(
                organization=self.organization,
                agent=agent,
                provider=CalendarProvider.ICS,
                account="Private",
                status=ConnectionStatus.CONNECTED,
            )
        await CalendarConnection.filter(id=row.id).update(known_until=known_until)
        await BusyTime.filter(agent_id=agent.id).delete()
        await BusyTime.create(
            organization=self.organization,
            connection=row,
            agent=agent,
            starts_at=start,
            ends_at=start + 45 * MINUTE,
        )

    async def overrides(self) -> None:
        agent, day = self.agent(), self.time().date()
        await DateOverride.filter(agent_id=agent.id, date=day).delete()
        if self.chance():
            await DateOverride.create(organization=self.organization, agent=agent, date=day)

    async def hours(self) -> None:
        zone = self.draw.choice(["Europe/Rome", "Asia/Kathmandu", "America/New_York"])
        await Agent.filter(id=self.agent().id).update(time_zone=zone)

    async def sets(self) -> None:
        await Organization.filter(id=self.organization.id).update(
            stored_settings={
                "unknown_calendars_block": self.chance(),
                "compute_availability_from_calendars": self.chance(),
                "weekends_disabled": self.chance(),
                "bookable_days_ahead": self.draw.choice([7, 31]),
                "slot_interval_minutes": self.draw.choice([15, 30]),
            }
        )

    async def plans(self) -> None:
        await PlanningRule.all().delete()
        if self.chance():
            rule = await PlanningRule.create(
                organization=self.organization,
                subject=self.subject,
                meeting_type=MeetingType.VIDEO,
                default_duration_minutes=30,
                slot_interval_minutes=30,
                seats=4,
                max_per_agent_per_day=self.draw.choice([None, 1]),
                max_per_agent_per_week=self.draw.choice([None, 2]),
            )
            if self.chance():
                await rule.agents.add(self.agent())

    async def staffs(self) -> None:
        agent = self.agent()
        await agent.expertise.add(self.subject)
        await agent.offices.add(self.office)
        await Agent.filter(id=agent.id).update(languages=["it"] if self.chance() else ["en"])
        await Agent.filter(id=self.agents[2].id).update(is_active=self.chance())
        await ServiceMember.filter(agent_id=agent.id).update(weight=self.draw.randrange(1, 4))
        await Service.filter(id=self.service.id).update(
            distribution=self.draw.choice([Distribution.ROUND_ROBIN, Distribution.COLLECTIVE]),
            availability_percent=self.draw.choice([0, 60]),
        )

    async def closes(self) -> None:
        day = self.time().date().isoformat()
        await Office.filter(id=self.office.id).update(closures=[{"from": day, "to": day}])

    async def links(self) -> None:
        await ScheduleLink.filter(slug="anna").update(to_date=self.time().date() if self.chance() else None)
        await ScheduleLink.filter(slug="list").update(
            offered_times=[self.time().isoformat() for _ in range(3)],
            used_at=self.now if self.chance() else None,
        )

    async def groups(self) -> None:
        meeting = await self._meeting(seats=4, subject=self.subject if self.chance() else None)
        if self.chance():
            await meeting.agents.add(self.agent())

    async def joins(self) -> None:
        for meeting in await Meeting.filter(seats__gt=1):
            shared = {"organization_id": self.organization.id, "meeting_id": meeting.id}
            if self.chance():
                await Attendee.create(**shared, name="Grace", seats=self.draw.randrange(1, 3))
            if self.chance():
                await SeatHold.create(
                    organization_id=self.organization.id,
                    meeting_id=meeting.id,
                    seats=1,
                    starts_at=meeting.start,
                    ends_at=meeting.end,
                    expires_at=self.soon(),
                    hold_hash=str(self.draw.random()),
                    held_for="",
                )

    async def pools(self) -> None:
        meeting = await self._meeting(seats=1)
        if self.chance():
            await meeting.agents.add(self.agent())
        if self.chance():
            await Meeting.filter(start=self.time()).update(status=MeetingStatus.CANCELLED)

    async def _meeting(self, **values: object) -> Meeting:
        self.numbers += 1
        start = self.time()
        conversation = await Conversation.create(
            organization=self.organization,
            number=self.numbers,
            channel=Channel.MEETING,
            status=ConversationStatus.OPEN,
            created_at=MONDAY,
            last_message_at=MONDAY,
        )
        return await Meeting.create(
            organization=self.organization,
            title="Loans",
            service=self.service,
            start=start,
            end=start + 30 * MINUTE,
            guest_time_zone="Europe/Rome",
            guest=self.guest,
            conversation=conversation,
            **values,  # type: ignore[arg-type]
        )


async def a_world(draw: Random, anna: Agent) -> World:
    organization = await Organization.get(id=anna.organization_id)
    agents = [anna, await an_agent(organization, "Ben"), await an_agent(organization, "Carla")]
    await a_link(anna)
    await a_link(anna, "list", offered_times=[MONDAY.replace(hour=9).isoformat()])
    return World(
        organization=organization,
        agents=agents,
        service=await a_service(organization, *agents),
        subject=await Subject.create(organization=organization, name="Loans"),
        office=await Office.create(organization=organization, name="Rome", time_zone="Europe/Rome"),
        guest=await a_contact(organization),
        draw=draw,
    )


async def answered(world: World, *, turns: bool) -> list[object]:
    """What is answered to everything that there is to ask; where something is refused, how."""
    found: list[object] = []
    for named in world.named():
        for zone in ZONES:
            try:
                target = await find_target(named, actor=Public(), now=world.now)
                request = Request(target=target, guest_zone=zone, actor=Public())
                answer = await ask_engine(request, now=world.now, turns=turns)
            except Refused as refused:
                found.append((type(refused), str(refused)))
            else:
                start = answer.availability.next_after(world.now)
                given = turns and start and answer.availability.decide(start).agents
                texts, effects = answer.texts(Dates()), answer.availability.effects(Dates())
                found.append((texts, effects, answer.pool.members, given))
    return found


async def answered_anew(world: World, *, turns: bool) -> list[object]:
    """The same, by a process that has kept nothing."""
    kept, place.looks = looks(), Looks(looks().client)
    try:
        return await answered(world, turns=turns)
    finally:
        place.looks = kept


async def check(world: World) -> None:
    turns = world.chance()
    assert await answered(world, turns=turns) == await answered_anew(world, turns=turns)


@pytest.mark.parametrize("seed", range(8))
async def test_answers_are_as_if_everything_had_been_read_anew(seed: int, anna: Agent) -> None:
    world = await a_world(Random(seed), anna)
    for _ in range(25):
        change = world.draw.choice(world.changes())
        match world.draw.randrange(4):
            case 0:
                await change()
            case 1:
                async with transaction():
                    await change()
                    await check(world)
                    await world.draw.choice(world.changes())()
                    await check(world)
            case 2:
                with pytest.raises(ZeroDivisionError):
                    async with transaction():
                        await change()
                        await check(world)
                        raise ZeroDivisionError
            case 3:
                world.now += world.draw.choice([timedelta(seconds=20), 15 * MINUTE, DAY])
        await check(world)


async def test_answers_asked_while_things_change_are_right_as_soon_as_they_stand_still(anna: Agent) -> None:
    world = await a_world(Random(99), anna)

    async def ask() -> None:
        for _ in range(10):
            await answered(world, turns=False)

    async def change() -> None:
        for _ in range(20):
            await world.draw.choice(world.changes())()

    for _ in range(3):
        await asyncio.gather(*(ask() for _ in range(4)), change())
        await check(world)
