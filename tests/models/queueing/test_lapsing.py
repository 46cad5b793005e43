"""Whoever is not heard of any more is gone, and what was theirs to take goes on, as if they had said so."""

from __future__ import annotations

from asyncio import create_task, timeout
from contextvars import Context
from datetime import timedelta

import pytest

from models.agent.agent import Agent
from models.agent.changing import update_agent
from models.agent.heartbeat import GRACE, LASTS, keep_alive, let_go
from models.agent.locking import lock_agents
from models.agent.presence import AgentHeartbeat, AgentPresence
from models.event import EventRow, Feed
from models.organization.organization import Organization
from models.queueing.attending import still_online
from models.queueing.lapsing import RETURNS_WITHIN, bring_back, lapse, lapse_silent
from models.queueing.routing import route
from models.transactions import outlet, transaction
from models.words import Presence, Role, Routing
from tests.builders import a_service, acting, an_agent
from tests.models.queueing.desk import MINUTE, NOW, a_conversation, come, go, offered, work
from tests.resolvers.statements import statements
from tests.waiting import PATIENCE_SECONDS

SECOND = timedelta(seconds=1)
THEN = NOW + LASTS


@pytest.fixture
async def ben(organization: Organization) -> Agent:
    return await an_agent(organization, "Ben")


@pytest.fixture
def told() -> list[str]:
    """What is mentioned, in order."""
    said: list[str] = []

    async def mention(topic: str, payload: bytes) -> None:
        said.append(payload.decode())

    outlet.mention = mention
    return said


async def presence_of(agent: Agent) -> Presence:
    return (await AgentPresence.get(agent_id=agent.id)).presence


@pytest.mark.parametrize("said", [Presence.ONLINE, Presence.AWAY])
async def test_who_says_nothing_for_a_minute_is_gone_then_and_not_before(anna: Agent, said: Presence) -> None:
    await come(anna, presence=said)
    assert await lapse_silent(now=THEN - SECOND) == 0
    assert await presence_of(anna) is said
    assert await lapse_silent(now=THEN) == 1
    assert await presence_of(anna) is Presence.OFFLINE
    assert await lapse_silent(now=THEN) == 0


async def test_who_repeats_it_stays(anna: Agent, told: list[str]) -> None:
    await come(anna)
    told.clear()
    for minute in range(1, 5):
        await come(anna, now=NOW + minute * MINUTE - SECOND)
        assert await lapse_silent(now=NOW + minute * MINUTE) == 0
    assert told == []


async def test_who_was_there_before_heartbeats_were_kept_lapses_too(anna: Agent) -> None:
    await AgentPresence.create(
        organization_id=anna.organization_id, agent=anna, presence=Presence.ONLINE, since=NOW
    )
    assert await lapse_silent(now=THEN - SECOND) == 0
    assert await lapse_silent(now=THEN) == 1


async def test_it_is_told_as_one_change_for_each_and_once(anna: Agent, ben: Agent, told: list[str]) -> None:
    await come(anna, ben)
    told.clear()
    await keep_alive([ben.id], now=NOW + MINUTE / 2)
    for _ in range(3):
        await lapse_silent(now=THEN)
    assert told == [f"PRESENCE_CHANGED:{anna.id}"]


async def test_no_feed_is_touched_by_it(anna: Agent) -> None:
    await come(anna)
    await keep_alive([anna.id], now=NOW + SECOND)
    await lapse_silent(now=THEN + MINUTE)
    await bring_back([anna.id], now=THEN + MINUTE + SECOND)
    assert await presence_of(anna) is Presence.ONLINE
    assert not await EventRow.exists()
    assert not await Feed.exists()


async def test_what_was_offered_to_who_has_died_goes_to_others(anna: Agent, ben: Agent) -> None:
    service = await a_service(await anna.organization, anna, ben, routing=Routing.OFFER_IN_TURN)
    await come(anna, ben)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    [first] = await offered(conversation)
    other = ben if first == anna.id else anna
    await keep_alive([other.id], now=NOW + MINUTE / 2)
    await lapse_silent(now=THEN)
    await work(THEN)
    assert await offered(conversation) == {other.id}


async def test_who_has_closed_their_last_window_has_a_moment_to_come_back(anna: Agent) -> None:
    await come(anna)
    await let_go([anna.id], now=NOW)
    assert await lapse_silent(now=NOW + GRACE - SECOND) == 0
    await keep_alive([anna.id], now=NOW + GRACE - SECOND)
    assert await lapse_silent(now=NOW + GRACE) == 0
    await let_go([anna.id], now=NOW + GRACE)
    assert await lapse_silent(now=NOW + 2 * GRACE) == 1


async def test_to_let_go_makes_nobody_stay_longer(anna: Agent) -> None:
    await come(anna)
    await let_go([anna.id], now=THEN - SECOND)
    assert await lapse_silent(now=THEN) == 1


async def test_a_clock_that_is_slow_takes_nothing_back(anna: Agent) -> None:
    await come(anna)
    await keep_alive([anna.id], now=NOW - MINUTE)
    assert await lapse_silent(now=THEN - SECOND) == 0


@pytest.mark.parametrize("said", [Presence.ONLINE, Presence.AWAY])
async def test_who_is_heard_of_soon_is_what_they_were(anna: Agent, told: list[str], said: Presence) -> None:
    await come(anna, presence=said)
    await lapse_silent(now=THEN)
    told.clear()
    await bring_back([anna.id], now=THEN + RETURNS_WITHIN - SECOND)
    assert await presence_of(anna) is said
    assert told == [f"PRESENCE_CHANGED:{anna.id}"]
    await bring_back([anna.id], now=THEN + RETURNS_WITHIN - SECOND)
    assert told == [f"PRESENCE_CHANGED:{anna.id}"]


async def test_what_waits_comes_to_who_is_back(anna: Agent) -> None:
    service = await a_service(await anna.organization, anna)
    await come(anna)
    await lapse_silent(now=THEN)
    conversation = await a_conversation(service, now=THEN)
    await work(THEN)
    assert await offered(conversation) == set()
    await bring_back([anna.id], now=THEN + SECOND)
    await work(THEN + SECOND)
    assert await offered(conversation) == {anna.id}


async def test_who_comes_back_late_says_anew_that_they_are_there(anna: Agent) -> None:
    await come(anna)
    await lapse_silent(now=THEN)
    await bring_back([anna.id], now=THEN + RETURNS_WITHIN)
    assert await presence_of(anna) is Presence.OFFLINE


async def test_who_has_said_since_that_they_are_gone_stays_so(anna: Agent, told: list[str]) -> None:
    await come(anna)
    await lapse_silent(now=THEN)
    told.clear()
    await go(anna, now=THEN + SECOND)
    await bring_back([anna.id], now=THEN + 2 * SECOND)
    assert await presence_of(anna) is Presence.OFFLINE
    assert told == []


async def test_who_goes_by_themselves_does_not_come_back_by_themselves(anna: Agent) -> None:
    await come(anna)
    await go(anna)
    await bring_back([anna.id], now=NOW + SECOND)
    assert await presence_of(anna) is Presence.OFFLINE


async def test_who_works_here_no_more_does_not_come_back(organization: Organization, anna: Agent) -> None:
    admin = acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    await come(anna)
    await lapse_silent(now=THEN)
    await update_agent(anna.id, actor=admin, is_active=False)
    await work(THEN)
    await bring_back([anna.id], now=THEN + SECOND)
    assert await presence_of(anna) is Presence.OFFLINE


async def test_who_has_said_nothing_yet_and_goes_is_no_news(anna: Agent, told: list[str]) -> None:
    await go(anna)
    assert told == []


async def test_a_thousand_are_kept_alive_by_one_statement(organization: Organization) -> None:
    await Agent.bulk_create(
        Agent(
            organization=organization,
            name=f"Agent {number}",
            email=f"{number}@acme.example",
            slug=f"agent-{number}",
            time_zone="Europe/Rome",
        )
        for number in range(1_000)
    )
    ids = [one.id for one in await Agent.all()]
    for now in (NOW, NOW + MINUTE):
        with statements() as sent:
            await keep_alive(ids, now=now)
        assert len(sent) == 1
        assert await AgentHeartbeat.filter(alive_until=now + LASTS).count() == 1_000


async def test_heartbeats_are_written_while_bookings_and_offers_hold_the_agent(anna: Agent) -> None:
    await come(anna)
    async with transaction() as tx:
        await lock_agents(tx, [anna.id])
        await still_online(tx, [anna.id], alone=True)
        async with timeout(PATIENCE_SECONDS):
            await create_task(keep_alive([anna.id], now=NOW + MINUTE), context=Context())
    assert await lapse_silent(now=THEN) == 0


async def test_who_is_just_being_offered_something_is_left_to_the_next_time(anna: Agent) -> None:
    await come(anna)
    async with transaction() as tx:
        await still_online(tx, [anna.id])
        async with timeout(PATIENCE_SECONDS):
            assert await create_task(lapse(anna.id, now=THEN), context=Context()) is False
    assert await lapse(anna.id, now=THEN) is True
