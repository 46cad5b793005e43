"""Meetings of a service that nobody is given yet: each takes one of what its agents can do together."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random

import pytest

from errors import AgentUnavailable, Refused, SlotTaken
from models.agent.agent import Agent
from models.claim import Claim
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation, Member
from models.event import EventRow
from models.hold import Held, release
from models.meeting.changing import Change, cancel
from models.meeting.meeting import Meeting
from models.meeting.reassigning import reassign
from models.organization.service import Service, ServiceMember
from models.words import ConversationStatus
from realtime.events import EventKind, inbox_topic
from tests.builders import a_service, acting
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW, take, try_to_hold
from tests.models.meeting.teams import (
    a_team,
    agents_of,
    assert_claims_are_whole,
    booked,
    target_of,
    try_to_book,
    try_to_move,
)
from tests.waiting import PATIENCE_SECONDS

NAMES = ("Ben", "Chandra", "Dora", "Emil")


async def a_pool(anna: Agent, *names: str) -> tuple[Service, list[Agent]]:
    """A service of Anna and colleagues whose bookings are given to nobody."""
    team = await a_team(anna, *names)
    return await a_service(await anna.organization, *team, assign_on_booking=False), team


async def give(meeting: Meeting, agent: Agent, *, by: Agent) -> Meeting | Refused:
    try:
        return await reassign(meeting.id, agent.id, Change(), actor=acting(by), now=NOW)
    except Refused as refused:
        return refused


async def test_a_booking_has_no_agent_and_its_conversation_waits_for_one_of_the_service(anna: Agent) -> None:
    service, _ = await a_pool(anna, "Ben")
    meeting = await booked(await target_of(service))
    assert (await agents_of(meeting), meeting.title) == ([], "Meeting with Support")
    assert await Claim.all().count() == 0
    conversation = await Conversation.get(id=meeting.conversation_id)
    assert (conversation.status, conversation.assignee_id) == (ConversationStatus.WAITING, None)
    assert (conversation.service_id, conversation.waiting_since) == (service.id, NOW)
    assert await Member.filter(agent_id__isnull=False).count() == await AssignmentRecord.all().count() == 0
    assert [member.given_count for member in await ServiceMember.all()] == [0, 0]


async def test_all_agents_of_the_service_hear_of_it_and_that_it_waits_no_longer(anna: Agent) -> None:
    service, [anna, ben] = await a_pool(anna, "Ben")
    outsider = (await a_team(anna, "Zoe"))[1]
    meeting = await booked(await target_of(service))
    for agent, expected in ((anna, 1), (ben, 1), (outsider, 0)):
        heard = EventRow.filter(topic=inbox_topic(agent.id), kind=EventKind.MEETING_CHANGED)
        assert await heard.count() == expected
    before = await EventRow.filter(topic=inbox_topic(ben.id), kind=EventKind.CONVERSATION_CHANGED).count()
    assert isinstance(await give(meeting, anna, by=anna), Meeting)
    after = await EventRow.filter(topic=inbox_topic(ben.id), kind=EventKind.CONVERSATION_CHANGED).count()
    assert after == before + 1
    conversation = await Conversation.get(id=meeting.conversation_id)
    assert (conversation.status, conversation.assignee_id) == (ConversationStatus.OPEN, anna.id)
    assert conversation.waiting_since is None


async def test_there_are_as_many_as_agents_are_free_and_no_more(anna: Agent) -> None:
    service, [anna, ben] = await a_pool(anna, "Ben")
    target = await target_of(service)
    first, second = await booked(target), await booked(target)
    assert isinstance(await try_to_book(target), SlotTaken)
    assert isinstance(await try_to_hold(target), SlotTaken)
    await cancel(first.id, Change(), actor=acting(anna), now=NOW)
    await booked(target)
    assert isinstance(await give(second, ben, by=ben), Meeting)
    assert isinstance(await try_to_book(target), SlotTaken)


async def test_a_hold_has_some_agents_time_and_gives_it_back_into_the_pool(anna: Agent) -> None:
    service, _ = await a_pool(anna, "Ben")
    target = await target_of(service)
    held = await take(target)
    assert await Claim.all().count() == 1
    meeting = await booked(target, hold_token=held.token)
    assert (await agents_of(meeting), await Claim.all().count()) == ([], 0)
    await booked(target)
    assert isinstance(await try_to_book(target), SlotTaken)


@pytest.mark.parametrize("seed", range(2))
async def test_of_64_clients_at_once_as_many_hold_or_book_as_there_are_agents(anna: Agent, seed: int) -> None:
    service, _ = await a_pool(anna, *NAMES)
    target = await target_of(service)
    chance = Random(seed)

    async def client(number: int) -> Meeting | Held | Refused:
        if chance.random() < 0.5:
            return await try_to_book(target, name=f"Guest{number}")
        held = await try_to_hold(target)
        if isinstance(held, Refused) or chance.random() < 0.3:
            return held
        return await try_to_book(target, name=f"Guest{number}", hold_token=held.token)

    outcomes = await asyncio.gather(*map(client, range(64)))
    won = [one for one in outcomes if not isinstance(one, Refused)]
    assert len(won) == 5
    assert {type(one) for one in outcomes if isinstance(one, Refused)} == {SlotTaken}
    assert await Meeting.all().count() + await Claim.all().count() == 5


async def test_overlapping_times_and_releases_at_once_never_take_more_than_there_are(anna: Agent) -> None:
    service, _ = await a_pool(anna, *NAMES)
    short, long = await target_of(service), await target_of(service, duration_minutes=60)

    async def client(number: int) -> None:
        target, start = (short, long)[number % 2], NINE + number % 3 * HALF_HOUR
        held = await try_to_hold(target, start)
        if isinstance(held, Held) and number % 4 == 0:
            await release(held.token, now=NOW)
        elif isinstance(held, Held):
            await booked(target, start, f"Guest{number}", hold_token=held.token)
        else:
            await try_to_book(target, start, f"Guest{number}")

    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*map(client, range(64)))
    assert await Claim.all().count() == 0
    for number in range(5):
        moment = NINE + number * HALF_HOUR + timedelta(minutes=1)
        assert await Meeting.filter(start__lte=moment, end__gt=moment).count() <= 5


async def test_it_moves_within_the_pool_where_its_own_place_is_free(anna: Agent) -> None:
    service, [anna, ben] = await a_pool(anna, "Ben")
    target = await target_of(service, duration_minutes=60)
    meetings = [await booked(target) for _ in range(2)]
    moved = await try_to_move(meetings[0], NINE + HALF_HOUR, anna)
    assert isinstance(moved, Meeting)
    assert await agents_of(moved) == []
    await booked(await target_of(anna), NINE + 3 * HALF_HOUR)
    assert isinstance(await try_to_move(meetings[1], NINE + 2 * HALF_HOUR, ben), SlotTaken)


async def test_moves_into_a_full_time_at_once_are_as_many_as_fit(anna: Agent) -> None:
    service, [anna, _] = await a_pool(anna, "Ben")
    target = await target_of(service)
    meetings = [await booked(target, NINE + n // 2 * HALF_HOUR) for n in range(8)]
    afternoon = NINE + 10 * HALF_HOUR
    async with asyncio.timeout(PATIENCE_SECONDS):
        outcomes = await asyncio.gather(*(try_to_move(one, afternoon, anna) for one in meetings))
    assert sum(isinstance(one, Meeting) for one in outcomes) == 2


async def test_of_many_who_take_it_at_once_one_after_the_other_has_it(anna: Agent) -> None:
    service, team = await a_pool(anna, *NAMES)
    meeting = await booked(await target_of(service))
    async with asyncio.timeout(PATIENCE_SECONDS):
        outcomes = await asyncio.gather(
            *(
                reassign(meeting.id, agent.id, Change(expected_version=1), actor=acting(agent), now=NOW)
                for agent in team
            ),
            return_exceptions=True,
        )
    assert sum(isinstance(one, Meeting) for one in outcomes) == 1
    assert len(await agents_of(meeting)) == 1
    await assert_claims_are_whole()


async def test_who_is_not_free_does_not_take_it(anna: Agent) -> None:
    service, [anna, ben] = await a_pool(anna, "Ben")
    meeting = await booked(await target_of(service))
    await booked(await target_of(ben))
    assert isinstance(await give(meeting, ben, by=ben), AgentUnavailable)
    assert isinstance(await give(meeting, anna, by=ben), Meeting)
    await assert_claims_are_whole()
