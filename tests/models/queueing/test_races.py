"""Many reach for the same conversation at once, on real parallel connections: one has it, and nobody has too many."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import timedelta
from random import Random

import pytest

from errors import AlreadyTaken, AtCapacity, OfferExpired
from models.agent.agent import Agent
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation
from models.conversation.offer import Offer, OfferRecipient
from models.organization.organization import Organization
from models.organization.service import Service
from models.queueing.accepting import accept
from models.queueing.attending import set_presence, still_online
from models.queueing.expiring import expire
from models.queueing.flowing import flow, flow_in_service, flow_to_agent
from models.queueing.offering import Terms, make_offer
from models.queueing.rejecting import reject
from models.queueing.routing import route
from models.transactions import transaction
from models.words import OfferKind, OfferStatus, Presence, Routing
from tests.builders import a_service, acting, an_agent
from tests.models.conversation.invariants import check_conversations
from tests.models.queueing.desk import MINUTE, NOW, a_conversation, come, offered, owner, pending, work
from tests.models.queueing.rushing import at_once, check, kinds
from tests.waiting import lock_waits, until

ROUNDS = 3
LAST_SECOND = NOW + MINUTE - timedelta(seconds=1)


async def some_agents(organization: Organization, number: int, *, capacity: int = 5) -> list[Agent]:
    agents = [await an_agent(organization, conversation_capacity=capacity) for _ in range(number)]
    await come(*agents)
    return agents


async def an_offered_conversation(service: Service) -> tuple[Conversation, Offer]:
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    return conversation, await pending(conversation)


async def test_of_50_who_accept_at_once_one_has_it(organization: Organization) -> None:
    agents = await some_agents(organization, 25)
    service = await a_service(organization, *agents)
    for _ in range(ROUNDS):
        conversation, offer = await an_offered_conversation(service)
        tries = [accept(offer.id, actor=acting(agent), now=NOW) for agent in agents * 2]
        outcomes = await at_once(*tries)
        assert kinds(outcomes) == {"Offer": 2, "AlreadyTaken": 48}
        winner = await owner(conversation)
        assert {one.accepted_by_id for one in outcomes if isinstance(one, Offer)} == {winner}
        assert await AssignmentRecord.filter(conversation_id=conversation.id).count() == 1
        await check()


async def test_at_the_last_moment_it_is_accepted_or_expires(organization: Organization) -> None:
    agents = await some_agents(organization, 25, capacity=20)
    service = await a_service(organization, *agents)
    for round in range(ROUNDS):
        conversation, offer = await an_offered_conversation(service)
        tries: list[Awaitable[object]] = [
            accept(offer.id, actor=acting(one), now=LAST_SECOND) for one in agents
        ]
        tries += [expire(offer.id, now=NOW + MINUTE) for _ in range(25)]
        Random(round).shuffle(tries)
        counted = kinds(await at_once(*tries))
        offer = await Offer.get(id=offer.id)
        if offer.status is OfferStatus.ACCEPTED:
            assert counted == {"Offer": 1, "AlreadyTaken": 24, "bool": 25}
            assert await owner(conversation) == offer.accepted_by_id
        else:
            assert offer.status is OfferStatus.EXPIRED
            assert counted == {"OfferExpired": 25, "bool": 25}
            assert await owner(conversation) is None
        await check()
        await work(NOW + MINUTE)
        await check()


@pytest.mark.parametrize("others", [0, 1])
async def test_who_says_no_while_it_is_routed_has_said_no(organization: Organization, others: int) -> None:
    """Whether or not a colleague is still asked by the same offer."""
    anna, cara, *rest = await some_agents(organization, 2 + others)
    await set_presence(Presence.OFFLINE, actor=acting(cara), now=NOW)
    conversation, offer = await an_offered_conversation(await a_service(organization, anna, cara, *rest))
    await set_presence(Presence.ONLINE, actor=acting(cara), now=NOW)
    looked, answered = asyncio.Event(), asyncio.Event()

    async def leaving() -> None:
        async with transaction() as tx:
            await still_online(tx, [cara.id], alone=True)
            looked.set()
            await answered.wait()

    async def answering() -> None:
        await looked.wait()
        routing = asyncio.create_task(route(conversation.id, now=NOW))
        await until(lock_waits)  # it has looked, and asks who is still there
        await reject(offer.id, reason=None, actor=acting(anna), now=NOW)
        answered.set()
        await routing

    await asyncio.gather(leaving(), answering())
    assert await offered(conversation) == {cara.id, *(one.id for one in rest)}
    await check()


async def test_while_all_others_reject_it_one_accepts_it_or_it_goes_on(organization: Organization) -> None:
    agents = await some_agents(organization, 25, capacity=20)
    service = await a_service(organization, *agents)
    for round in range(ROUNDS):
        conversation, offer = await an_offered_conversation(service)
        tries: list[Awaitable[object]] = [
            reject(offer.id, reason=None, actor=acting(one), now=NOW) for one in agents
        ]
        tries += [accept(offer.id, actor=acting(one), now=NOW) for one in agents]
        Random(round).shuffle(tries)
        outcomes = await at_once(*tries)
        assert all(isinstance(one, Offer | AlreadyTaken | OfferExpired) for one in outcomes)
        offer = await Offer.get(id=offer.id)
        assert (await owner(conversation) is None) == (offer.status is OfferStatus.REJECTED)
        await check()


async def test_who_leaves_while_accepting_has_it_or_somebody_else_is_asked(organization: Organization) -> None:
    agents = await some_agents(organization, 25)
    service = await a_service(organization, *agents, routing=Routing.OFFER_IN_TURN)
    for round in range(ROUNDS):
        await come(*agents, now=NOW + round * MINUTE)
        five = [await a_conversation(service, now=NOW) for _ in range(10)]
        for one in five:
            await route(one.id, now=NOW + round * MINUTE)
        tries: list[Awaitable[object]] = []
        for one in five:
            offer = await pending(one)
            [agent_id] = await offered(one)
            agent = acting(await Agent.get(id=agent_id))
            tries += [accept(offer.id, actor=agent, now=NOW + round * MINUTE) for _ in range(3)]
            tries += [
                set_presence(presence, actor=agent, now=NOW + round * MINUTE)
                for presence in (Presence.AWAY, Presence.OFFLINE)
            ]
        Random(round).shuffle(tries)
        outcomes = await at_once(*tries)
        assert all(isinstance(one, Offer | OfferExpired | None) for one in outcomes)
        await check()
        await work(NOW + round * MINUTE)
        for one in five:
            assert (await owner(one) is None) == bool(await offered(one))
        await check()


async def test_who_leaves_waits_for_what_is_just_being_offered_to_them(
    organization: Organization, anna: Agent
) -> None:
    service = await a_service(organization, anna)
    await come(anna)
    conversation, is_held = await a_conversation(service), asyncio.Event()

    async def leave() -> None:
        await is_held.wait()
        await set_presence(Presence.OFFLINE, actor=acting(anna), now=NOW)

    leaving = asyncio.create_task(leave())
    async with transaction() as tx:
        assert await still_online(tx, [anna.id]) == [anna.id]
        is_held.set()
        await until(lock_waits)
        await make_offer(
            tx, conversation, [anna.id], Terms(kind=OfferKind.QUEUE, service_id=service.id), now=NOW
        )
    await leaving
    assert await offered(conversation) == set()
    await check()


async def test_two_with_room_for_one_each_have_one_of_many(organization: Organization) -> None:
    for _ in range(ROUNDS):
        agents = await some_agents(organization, 2, capacity=1)
        service = await a_service(organization, *agents, name=f"Service of {agents[0].name}")
        offers = [(await an_offered_conversation(service))[1] for _ in range(25)]
        outcomes = await at_once(
            *(accept(offer.id, actor=acting(agent), now=NOW) for offer in offers for agent in agents)
        )
        counted = kinds(outcomes)
        assert counted["Offer"] == 2
        assert all(isinstance(one, Offer | AtCapacity | AlreadyTaken) for one in outcomes)
        owners = await Conversation.filter(service_id=service.id, assignee_id__isnull=False)
        assert {one.assignee_id for one in owners} == {agent.id for agent in agents}
        await check_conversations()
        await work()
        assert not await OfferRecipient.filter(is_open=True).exists()
        await check()


@pytest.mark.parametrize("workers", [2, 5])
async def test_several_workers_give_automatically_as_much_as_there_is_room_for(
    organization: Organization, workers: int
) -> None:
    for _ in range(ROUNDS):
        agents = await some_agents(organization, 3, capacity=3)
        service = await a_service(
            organization, *agents, name=f"Service of {agents[0].name}", routing=Routing.ASSIGN_AUTOMATICALLY
        )
        waiting = [await a_conversation(service, now=NOW + number * MINUTE) for number in range(12)]
        now = NOW + 12 * MINUTE
        await at_once(*(route(one.id, now=now) for one in reversed(waiting) for _ in range(workers)))
        owners = Counter([await owner(one) for one in waiting])
        assert owners == {**{agent.id: 3 for agent in agents}, None: 3}
        assert [await owner(one) for one in waiting[9:]] == [None] * 3  # the oldest came first
        assert await AssignmentRecord.filter(conversation_id__in=[one.id for one in waiting]).count() == 9
        await check()


async def test_who_is_just_taking_one_is_given_no_more_than_they_have_room_for(
    organization: Organization,
) -> None:
    [anna] = await some_agents(organization, 1, capacity=1)
    _, offer = await an_offered_conversation(await a_service(organization, anna))
    service = await a_service(organization, anna, name="Giving", routing=Routing.ASSIGN_AUTOMATICALLY)
    conversation = await a_conversation(service)
    taken, routed = asyncio.Event(), asyncio.Event()

    async def taking() -> None:
        async with transaction():
            await accept(offer.id, actor=acting(anna), now=NOW)
            taken.set()
            await routed.wait()

    async def routing() -> None:
        await taken.wait()
        trying = asyncio.create_task(route(conversation.id, now=NOW))

        async def is_over_or_waits() -> bool:
            return trying.done() or await lock_waits() > 0

        await until(is_over_or_waits)
        routed.set()
        await trying

    await asyncio.gather(taking(), routing())
    assert await owner(conversation) is None
    await check()


async def test_in_turn_nobody_is_asked_for_more_than_they_have_room_for(organization: Organization) -> None:
    for _ in range(ROUNDS):
        agents = await some_agents(organization, 3, capacity=2)
        service = await a_service(
            organization, *agents, name=f"Service of {agents[0].name}", routing=Routing.OFFER_IN_TURN
        )
        waiting = [await a_conversation(service) for _ in range(25)]
        await at_once(*(route(one.id, now=NOW) for one in waiting for _ in range(2)))
        asked = Counter([agent for one in waiting for agent in await offered(one)])
        assert asked == {agent.id: 2 for agent in agents}
        await check()


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_happens_at_once_everything_holds(organization: Organization, seed: int) -> None:
    """Agents come and go, say yes and no, offers end, and several workers route, all in one heap."""
    random = Random(seed)
    agents = await some_agents(organization, 6, capacity=2)
    services = [
        await a_service(organization, *random.sample(agents, 4), name=routing.value, routing=routing)
        for routing in Routing
    ]
    waiting = [await a_conversation(random.choice(services)) for _ in range(20)]
    for step in range(6):
        now = NOW + step * MINUTE / 3
        parts = await OfferRecipient.all().select_related("agent")
        tries: list[Awaitable[object]] = [route(random.choice(waiting).id, now=now) for _ in range(15)]
        for part in random.sample(parts, min(len(parts), 20)):
            actor = acting(part.agent)
            tries.append(
                accept(part.offer_id, actor=actor, now=now)
                if random.random() < 0.3
                else reject(part.offer_id, reason=None, actor=actor, now=now)
            )
        tries += [expire(part.offer_id, now=now) for part in random.sample(parts, min(len(parts), 5))]
        tries += [
            set_presence(random.choice(list(Presence)), actor=acting(random.choice(agents)), now=now)
            for _ in range(6)
        ]
        tries += [flow_to_agent(random.choice(agents).id, now=now) for _ in range(3)]
        tries += [flow_in_service(random.choice(services).id, now=now), flow(now=now)]
        random.shuffle(tries)
        await at_once(*tries)
        await check()
    await come(*agents, now=NOW + 3 * MINUTE)
    await work(NOW + 3 * MINUTE)
    await check()
