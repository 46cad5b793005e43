"""What ends by itself ends in what is kept as well, to the second; and clocks that go back are right, too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from errors import LinkExpired
from models.actor import Public
from models.agent.agent import Agent
from models.availability.engine import Answer, Request, ask_engine
from models.availability.questions import within_minute
from models.availability.target import Named, find_target
from models.calendar.connection import CalendarConnection
from models.claim import Claim
from models.link import ScheduleLink
from models.organization.organization import Organization
from models.organization.service import Service
from models.words import CalendarProvider, ConnectionStatus
from scheduling.hours import Dates
from tests.builders import MONDAY, a_link, a_service
from tests.models.meeting.life import setting
from tests.models.meeting.teams import booked, target_of

TEN = MONDAY.replace(hour=9)
ENDS = MONDAY + timedelta(seconds=30)
BEFORE, AFTER = ENDS - timedelta(seconds=10), ENDS + timedelta(seconds=10)


async def ask(now: datetime) -> Answer:
    target = await find_target(Named(link="acme/anna"), actor=Public(), now=now)
    request = Request(target=target, guest_zone=target.organization.zone, actor=Public())
    return await ask_engine(request, now=now, turns=False)


async def is_offered(now: datetime) -> bool:
    return (await ask(now)).availability.decide(TEN).bookable


def a_claim(agent: Agent, **values: object) -> Awaitable[Claim]:
    return Claim.create(
        organization_id=agent.organization_id,
        agent=agent,
        starts_at=TEN,
        ends_at=TEN + timedelta(hours=1),
        **values,  # type: ignore[arg-type]
    )


async def a_hold(agent: Agent, link: ScheduleLink) -> tuple[bool, bool]:
    await a_claim(agent, expires_at=ENDS)
    return False, True


async def a_calendar(agent: Agent, link: ScheduleLink) -> tuple[bool, bool]:
    await Organization.all().update(stored_settings={"unknown_calendars_block": True})
    await CalendarConnection.create(
        organization_id=agent.organization_id,
        agent=agent,
        provider=CalendarProvider.ICS,
        account="Private",
        status=ConnectionStatus.CONNECTED,
        known_until=ENDS,
    )
    return True, False


async def an_offer_that_a_guest_holds(agent: Agent, link: ScheduleLink) -> tuple[bool, bool]:
    await ScheduleLink.all().update(offered_times=[TEN.isoformat()])
    await a_claim(agent, link=link, held_until=ENDS)
    return False, True


async def a_meeting_to_be_confirmed(agent: Agent, link: ScheduleLink) -> tuple[bool, bool]:
    await _awaited(agent)
    return False, True


async def a_meeting_of_nobody_yet(agent: Agent, link: ScheduleLink) -> tuple[bool, bool]:
    service = await a_service(await agent.organization, agent, assign_on_booking=False)
    await _awaited(service)
    await link.delete()
    await a_link(service, "anna")
    return False, True


async def _awaited(of: Agent | Service) -> None:
    """A meeting whose guest has a minute to confirm it."""
    await setting(of.organization_id, guest_must_confirm=True, guest_confirmation_timeout_minutes=1)
    await booked(await target_of(of), TEN, now=ENDS - timedelta(minutes=1))


@pytest.mark.parametrize(
    "one",
    [a_hold, a_calendar, an_offer_that_a_guest_holds, a_meeting_to_be_confirmed, a_meeting_of_nobody_yet],
)
async def test_within_one_minute_it_holds_until_it_ends(
    anna: Agent, one: Callable[[Agent, ScheduleLink], Awaitable[tuple[bool, bool]]]
) -> None:
    before, after = await one(anna, await a_link(anna))
    for _ in range(2):
        assert await is_offered(BEFORE) is before
        assert await is_offered(ENDS) is after
        assert await is_offered(AFTER) is after


async def test_what_nothing_changes_is_answered_once_a_minute(anna: Agent) -> None:
    await a_link(anna)
    first = await ask(BEFORE)
    assert await ask(AFTER) is first
    assert (await ask(AFTER)).texts(Dates()) is first.texts(Dates())
    later = await ask(AFTER + timedelta(minutes=1))
    assert later is not first
    assert later.availability.candidates[0].timeline is first.availability.candidates[0].timeline


async def test_a_link_ends_on_time_although_it_is_kept(anna: Agent) -> None:
    await a_link(anna, expires_at=ENDS)
    assert await is_offered(BEFORE)
    with pytest.raises(LinkExpired):
        await ask(ENDS)
    assert await is_offered(BEFORE)


def test_all_of_a_minute_is_one_moment_but_for_its_first() -> None:
    minute = MONDAY
    within = {within_minute(minute + timedelta(microseconds=n)) for n in (1, 1_000_000, 59_999_999)}
    assert len(within) == 1
    assert within_minute(minute) == minute
    assert minute < within.pop() < minute + timedelta(minutes=1)
