"""Somebody is taken for gone in the very moment in which they say that they are there, or take what was offered."""

from __future__ import annotations

from asyncio import create_task
from collections.abc import Awaitable
from contextvars import Context
from random import Random

import pytest

from models.agent.agent import Agent
from models.agent.heartbeat import LASTS, keep_alive, let_go
from models.agent.presence import AgentPresence
from models.conversation.offer import Offer
from models.organization.organization import Organization
from models.queueing.accepting import accept
from models.queueing.attending import set_presence
from models.queueing.lapsing import bring_back, lapse, lapse_silent
from models.queueing.routing import route
from models.transactions import outlet, transaction
from models.words import OfferStatus, Presence, Routing
from tests.builders import a_service, acting, an_agent
from tests.models.queueing.desk import NOW, a_conversation, come, offered, owner, pending, work
from tests.models.queueing.rushing import at_once, check, kinds
from tests.waiting import lock_waits, until

ROUNDS = 3
THEN = NOW + LASTS


def shuffled(tries: list[Awaitable[object]], seed: int) -> list[Awaitable[object]]:
    Random(seed).shuffle(tries)
    return tries


async def presence_of(agent: Agent) -> Presence:
    return (await AgentPresence.get(agent_id=agent.id)).presence


@pytest.mark.parametrize("said", [Presence.ONLINE, Presence.AWAY])
async def test_who_says_that_they_are_there_is_there(anna: Agent, said: Presence) -> None:
    for round in range(ROUNDS):
        now = THEN + round * 2 * LASTS
        await come(anna, now=now - LASTS)
        tries: list[Awaitable[object]] = [lapse(anna.id, now=now) for _ in range(25)]
        tries += [set_presence(said, actor=acting(anna), now=now) for _ in range(25)]
        await at_once(*shuffled(tries, round))
        assert await presence_of(anna) is said


async def test_who_says_it_in_the_moment_in_which_they_are_looked_at_is_there(anna: Agent) -> None:
    """They have said so, but it is not committed yet; what they are is not changed by it."""
    await come(anna)
    async with transaction():
        await set_presence(Presence.ONLINE, actor=acting(anna), now=THEN)
        looking = create_task(lapse(anna.id, now=THEN), context=Context())

        async def has_looked() -> bool:
            return looking.done() or bool(await lock_waits())

        await until(has_looked)
    assert await looking is False
    assert await presence_of(anna) is Presence.ONLINE


async def test_who_is_heard_of_at_the_last_moment_is_what_they_were(anna: Agent) -> None:
    async def beat() -> None:
        await keep_alive([anna.id], now=now)
        await bring_back([anna.id], now=now)

    for round in range(ROUNDS):
        now = THEN + round * 2 * LASTS
        await come(anna, now=now - LASTS)
        tries: list[Awaitable[object]] = [lapse(anna.id, now=now) for _ in range(25)]
        await at_once(*shuffled(tries + [beat() for _ in range(25)], round))
        assert await presence_of(anna) is Presence.ONLINE


async def test_who_says_that_they_go_does_not_come_back(anna: Agent) -> None:
    for round in range(ROUNDS):
        now = THEN + round * 2 * LASTS
        await come(anna, now=now - LASTS)
        tries: list[Awaitable[object]] = [lapse(anna.id, now=now) for _ in range(10)]
        tries += [bring_back([anna.id], now=now) for _ in range(20)]
        tries += [set_presence(Presence.OFFLINE, actor=acting(anna), now=now) for _ in range(20)]
        await at_once(*shuffled(tries, round))
        await bring_back([anna.id], now=now)
        assert await presence_of(anna) is Presence.OFFLINE


async def test_of_50_who_find_them_gone_one_says_so(anna: Agent) -> None:
    told: list[bytes] = []

    async def mention(topic: str, payload: bytes) -> None:
        told.append(payload)

    await come(anna)
    outlet.mention = mention
    outcomes = await at_once(*(lapse(anna.id, now=THEN) for _ in range(50)))
    assert outcomes.count(True) == 1
    assert told == [f"PRESENCE_CHANGED:{anna.id}".encode()]


@pytest.mark.parametrize("routing", [Routing.OFFER_IN_TURN, Routing.OFFER_TO_ALL])
async def test_who_is_taken_for_gone_while_accepting_has_it_or_somebody_else_is_asked(
    organization: Organization, routing: Routing
) -> None:
    agents = [await an_agent(organization, conversation_capacity=20) for _ in range(5)]
    service = await a_service(organization, *agents, routing=routing)
    for round in range(ROUNDS):
        before, now = NOW + round * 2 * LASTS, THEN + round * 2 * LASTS
        await come(*agents, now=before)
        ten = [await a_conversation(service, now=before) for _ in range(10)]
        for one in ten:
            await route(one.id, now=before)
        tries: list[Awaitable[object]] = []
        for one in ten:
            offer = await pending(one)
            for agent in await Agent.filter(id__in=await offered(one)):
                tries += [accept(offer.id, actor=acting(agent), now=before) for _ in range(2)]
        tries += [lapse(agent.id, now=now) for agent in agents for _ in range(4)]
        tries += [lapse_silent(now=now) for _ in range(3)]
        counted = kinds(await at_once(*shuffled(tries, round)))
        assert counted.keys() <= {"Offer", "OfferExpired", "AlreadyTaken", "bool", "int"}
        await check()
        for one in ten:
            taken = await Offer.filter(conversation_id=one.id, status=OfferStatus.ACCEPTED).exists()
            assert (await owner(one) is not None) == taken
        await lapse_silent(now=now)
        await work(now)
        await check()
        assert not await AgentPresence.exclude(presence=Presence.OFFLINE).exists()


async def test_processes_that_beat_and_let_go_at_once_never_wait_in_a_ring(organization: Organization) -> None:
    ids = [(await an_agent(organization)).id for _ in range(20)]
    mixed = [Random(seed).sample(ids, 15) for seed in range(50)]
    tries = [
        keep_alive(some, now=NOW) if seed % 2 else let_go(some, now=NOW) for seed, some in enumerate(mixed)
    ]
    assert await at_once(*tries) == [None] * 50
