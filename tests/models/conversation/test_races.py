"""Conversations that many reach for at once, on real parallel connections: one has it, and it is lost to nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from models.actor import AgentActor
from models.agent.agent import Agent
from models.agent.changing import update_agent
from models.conversation.assigning import assign
from models.conversation.assignment import AssignmentRecord
from models.conversation.closing import close, snooze
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.conversation.offer import Offer, OfferRecipient
from models.conversation.releasing import unassign
from models.conversation.reopening import reopen, wake
from models.conversation.starting import Beginning, start
from models.conversation.transferring import Transfer, transfer, withdraw_transfer
from models.organization.organization import Organization
from models.organization.service import Service
from models.queueing.accepting import accept
from models.queueing.attending import set_presence
from models.queueing.expiring import expire
from models.queueing.rejecting import reject
from models.words import ConversationStatus, OfferKind, OfferStatus, Presence, Role, SystemEvent
from tests.builders import MONDAY, a_service, acting, an_agent
from tests.models.conversation.invariants import check_conversations
from tests.models.conversation.talks import MAILING, begun, details, fresh, had, ledger, say, told
from tests.models.queueing.desk import come, offered, pending, work
from tests.models.queueing.rushing import at_once, kinds
from tests.waiting import PATIENCE_SECONDS

NOW = MONDAY
HOUR = timedelta(hours=1)
ROUNDS = 3

pytestmark = pytest.mark.usefixtures("team")


@pytest.fixture
async def team(organization: Organization) -> list[Agent]:
    """Twelve agents at their desks, and the administrator."""
    agents = [await an_agent(organization, conversation_capacity=50) for _ in range(12)]
    await come(*agents)
    return agents


@pytest.fixture
async def chief(organization: Organization) -> AgentActor:
    return acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


@pytest.fixture
async def support(organization: Organization, team: list[Agent]) -> Service:
    return await a_service(organization, *team)


def to(talk: Conversation, agent: Agent, *, by: AgentActor) -> Awaitable[Conversation]:
    return assign(talk, agent, service=None, note=None, actor=by, now=NOW)


def shuffled(round: int, *tries: Awaitable[Any]) -> list[Awaitable[Any]]:
    mixed = list(tries)
    Random(round).shuffle(mixed)
    return mixed


async def test_it_is_accepted_or_withdrawn(support: Service, team: list[Agent], chief: AgentActor) -> None:
    for round in range(ROUNDS):
        owner, *others = team
        talk = await had(support, owner)
        offer = await transfer(talk, Transfer(service=support), actor=acting(owner), now=NOW)
        takers = [accept(offer.id, actor=acting(one), now=NOW) for one in others * 2]
        ends = [withdraw_transfer(offer.id, actor=one, now=NOW) for one in [chief, acting(owner)] * 14]
        counted = kinds(await at_once(*shuffled(round, *takers, *ends)))
        offer = await Offer.get(id=offer.id)
        if offer.status is OfferStatus.ACCEPTED:
            assert counted["Offer"] == 2  # who has it gets the same answer again
            assert (await fresh(talk)).assignee_id == offer.accepted_by_id
        else:
            assert offer.status is OfferStatus.WITHDRAWN
            assert counted == {"Offer": 1, "OfferExpired": 49}
            assert (await fresh(talk)).assignee_id == owner.id
        await check_conversations()


async def test_what_is_accepted_while_it_is_assigned_has_one_owner(
    support: Service, team: list[Agent], chief: AgentActor
) -> None:
    for round in range(ROUNDS):
        talk = await begun(support)
        await work()
        offer = await pending(talk)
        takers = [accept(offer.id, actor=acting(one), now=NOW) for one in team * 2]
        givers = [to(talk, one, by=chief) for one in team * 2]
        counted = kinds(await at_once(*shuffled(round, *takers, *givers)))
        assert counted["Conversation"] == 24
        assert counted["AtCapacity"] == 0
        accepted = (await Offer.get(id=offer.id)).status is OfferStatus.ACCEPTED
        assert (("OFFER_ACCEPTED" in dict(await ledger(talk))), counted["Offer"] > 0) == (accepted, accepted)
        await check_conversations()


async def test_of_those_who_assign_it_at_once_the_ledger_has_each(
    support: Service, team: list[Agent], chief: AgentActor
) -> None:
    for round in range(ROUNDS):
        talk = await had(support, team[0])
        counted = kinds(await at_once(*shuffled(round, *(to(talk, one, by=chief) for one in team * 4))))
        assert counted == {"Conversation": 48}
        await check_conversations()
        records = await AssignmentRecord.filter(conversation_id=talk.id)
        assert all(one.from_agent_id != one.to_agent_id for one in records)


async def test_what_a_guest_writes_while_it_is_closed_is_in_an_open_one(
    support: Service, team: list[Agent], chief: AgentActor
) -> None:
    for round in range(ROUNDS):
        talk = await had(support, team[0])
        words: list[Awaitable[object]] = [say(talk, f"One more {n}") for n in range(25)]
        ends: list[Awaitable[object]] = [close(talk, actor=chief, now=NOW) for _ in range(25)]
        counted = kinds(await at_once(*shuffled(round, *words, *ends)))
        assert counted["Message"] == 25
        assert counted["Conversation"] == (await told(talk)).count("CLOSED")
        last = await Message.filter(conversation_id=talk.id).order_by("-seq").first()
        assert last is not None
        is_over = last.system_event is SystemEvent.CLOSED
        assert ((await fresh(talk)).status is ConversationStatus.CLOSED) == is_over
        await check_conversations()


async def test_what_is_closed_while_it_is_accepted_is_closed(
    support: Service, team: list[Agent], chief: AgentActor
) -> None:
    for round in range(ROUNDS):
        owner, *others = team
        talk = await had(support, owner)
        offer = await transfer(talk, Transfer(service=support), actor=acting(owner), now=NOW)
        takers = [accept(offer.id, actor=acting(one), now=NOW) for one in others * 2]
        ends = [close(talk, actor=chief, now=NOW) for _ in range(25)]
        counted = kinds(await at_once(*shuffled(round, *takers, *ends)))
        assert counted["Conversation"] == 1
        now, offer = await fresh(talk), await Offer.get(id=offer.id)
        assert now.status is ConversationStatus.CLOSED
        assert offer.status in (OfferStatus.ACCEPTED, OfferStatus.WITHDRAWN)
        assert now.assignee_id == (offer.accepted_by_id or owner.id)
        await check_conversations()


async def test_what_waits_is_accepted_or_closed(support: Service, team: list[Agent], chief: AgentActor) -> None:
    for round in range(ROUNDS):
        talk = await begun(support)
        await work()
        offer = await pending(talk)
        takers = [accept(offer.id, actor=acting(one), now=NOW) for one in team * 2]
        ends = [close(talk, actor=chief, now=NOW) for _ in range(25)]
        counted = kinds(await at_once(*shuffled(round, *takers, *ends)))
        assert counted["Conversation"] == 1
        assert (await fresh(talk)).status is ConversationStatus.CLOSED
        await check_conversations()


async def test_what_is_passed_on_while_it_is_closed_is_offered_to_nobody(
    support: Service, team: list[Agent], chief: AgentActor
) -> None:
    for round in range(ROUNDS):
        owner, *others = team
        talk = await had(support, owner)
        wishes = [transfer(talk, Transfer(agent=one), actor=acting(owner), now=NOW) for one in others * 2]
        ends = [close(talk, actor=chief, now=NOW) for _ in range(25)]
        counted = kinds(await at_once(*shuffled(round, *wishes, *ends)))
        assert counted["Offer"] <= 1
        assert counted["Conversation"] == 1
        now = await fresh(talk)
        assert (now.status, now.assignee_id) == (ConversationStatus.CLOSED, owner.id)
        assert await offered(talk) == set()
        await check_conversations()


async def test_it_is_passed_on_once_at_a_time(support: Service, team: list[Agent]) -> None:
    for _ in range(ROUNDS):
        owner, *others = team
        talk = await had(support, owner)
        wishes = [transfer(talk, Transfer(agent=one), actor=acting(owner), now=NOW) for one in others * 4]
        assert kinds(await at_once(*wishes)) == {"Offer": 1, "AlreadyDecided": 43}
        assert await Offer.filter(conversation_id=talk.id).count() == 1
        await check_conversations()


async def test_an_owner_is_lost_in_no_transfer(support: Service, team: list[Agent]) -> None:
    """Accepted, refused, withdrawn and run out of time at once."""
    for round in range(ROUNDS):
        owner, *others = team
        talk = await had(support, owner)
        offer = await transfer(talk, Transfer(service=support), actor=acting(owner), now=NOW)
        takers: list[Awaitable[Any]] = [accept(offer.id, actor=acting(one), now=NOW) for one in others]
        noes = [reject(offer.id, reason=None, actor=acting(one), now=NOW) for one in others]
        ends = [withdraw_transfer(offer.id, actor=acting(owner), now=NOW) for _ in range(14)]
        times = [expire(offer.id, now=NOW + HOUR) for _ in range(14)]
        await at_once(*shuffled(round, *takers, *noes, *ends, *times))
        offer = await Offer.get(id=offer.id)
        assert offer.status is not OfferStatus.PENDING
        assert (await fresh(talk)).assignee_id == (offer.accepted_by_id or owner.id)
        assert (await told(talk)).count("TRANSFER_RETURNED") == (offer.status is not OfferStatus.ACCEPTED)
        await check_conversations()


async def test_who_leaves_while_it_is_passed_on_to_them_is_not_waited_for(
    support: Service, team: list[Agent]
) -> None:
    for round in range(ROUNDS):
        owner, ben, *_ = team
        await come(ben)
        talk = await had(support, owner)
        gone = [set_presence(Presence.OFFLINE, actor=acting(ben), now=NOW) for _ in range(10)]
        wishes = [transfer(talk, Transfer(agent=ben), actor=acting(owner), now=NOW) for _ in range(40)]
        await at_once(*shuffled(round, *gone, *wishes))
        assert await offered(talk) == set()
        assert (await fresh(talk)).assignee_id == owner.id
        await check_conversations()


async def test_an_agent_to_whom_all_turn_has_as_many_as_they_can(
    organization: Organization, team: list[Agent], chief: AgentActor
) -> None:
    agent = team[0]
    await Agent.filter(id=agent.id).update(conversation_capacity=5)
    for_them = [
        Beginning(organization=organization, text="Hi", agent=agent, guest=details()) for _ in range(25)
    ]
    by_colleagues = [start(one, actor=chief, mailing=MAILING, now=NOW) for one in for_them]
    counted = kinds(await at_once(*shuffled(0, *(begun(agent) for _ in range(25)), *by_colleagues)))
    assert counted["AtCapacity"] == 45
    assert await Conversation.filter(assignee_id=agent.id).count() == 5
    await check_conversations()


async def test_what_all_reopen_at_once_is_opened_once_and_for_no_more_than_there_is_room(
    support: Service, team: list[Agent], chief: AgentActor
) -> None:
    owner = team[0]
    for _ in range(ROUNDS):
        talks = [await had(support, owner) for _ in range(10)]
        for talk in talks:
            await close(talk, actor=chief, now=NOW)
        await Agent.filter(id=owner.id).update(conversation_capacity=4)
        await at_once(*(say(talk, "Hello again") for talk in talks * 5))
        assert await Conversation.filter(assignee_id=owner.id, status=ConversationStatus.OPEN).count() == 4
        for talk in talks:
            assert (await told(talk)).count("REOPENED") == 1
        await check_conversations()
        for talk in talks:
            await close(talk, actor=chief, now=NOW)
        await Agent.filter(id=owner.id).update(conversation_capacity=50)


@dataclass(frozen=True, slots=True)
class Rush:
    """Who does what, by chance."""

    random: Random
    talks: Sequence[Conversation]
    team: Sequence[Agent]
    chief: AgentActor
    support: Service

    @property
    def talk(self) -> Conversation:
        return self.random.choice(self.talks)

    @property
    def agent(self) -> Agent:
        return self.random.choice(self.team)

    @property
    def wish(self) -> Transfer:
        return self.random.choice([Transfer(agent=self.agent), Transfer(service=self.support)])

    async def takes(self, now: datetime) -> None:
        agent = self.agent
        for offer in await Offer.pending_for(agent.id, now=now):
            await accept(offer.id, actor=acting(agent), now=now)

    async def says_no(self, now: datetime) -> None:
        agent = self.agent
        for offer in await Offer.pending_for(agent.id, now=now):
            await reject(offer.id, reason=None, actor=acting(agent), now=now)

    async def takes_back(self, now: datetime) -> None:
        for offer in await Offer.filter(status=OfferStatus.PENDING, kind=OfferKind.TRANSFER):
            await withdraw_transfer(offer.id, actor=self.chief, now=now)

    def deed(self) -> Awaitable[object]:
        now, by = NOW + self.random.choice([timedelta(), HOUR]), self.chief
        deeds: list[Callable[[], Awaitable[object]]] = [
            lambda: to(self.talk, self.agent, by=by),
            lambda: to(self.talk, self.agent, by=by),
            lambda: unassign(self.talk, actor=by, now=now),
            lambda: transfer(self.talk, self.wish, actor=by, now=now),
            lambda: transfer(self.talk, self.wish, actor=by, now=now),
            lambda: self.takes(now),
            lambda: self.takes(now),
            lambda: self.says_no(now),
            lambda: self.takes_back(now),
            lambda: close(self.talk, actor=by, now=now),
            lambda: snooze(self.talk, until=now + HOUR, actor=by, now=now),
            lambda: reopen(self.talk, actor=by, now=now),
            lambda: wake(self.talk.id, now=now + HOUR),
            lambda: say(self.talk, "And now?", now=now),
            lambda: set_presence(self.random.choice(list(Presence)), actor=acting(self.agent), now=now),
        ]
        return self.random.choice(deeds)()


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_done_at_once_everything_holds(
    support: Service, team: list[Agent], chief: AgentActor, seed: int
) -> None:
    await Agent.filter(id__in=[agent.id for agent in team]).update(conversation_capacity=2)
    talks = [await had(support, agent) for agent in team[:6]]
    talks += [await begun(support) for _ in range(6)] + [await begun(team[8])]
    rush = Rush(Random(seed), talks, team, chief, support)
    for _ in range(3):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await at_once(*(rush.deed() for _ in range(50)))
        await check_conversations()
        await work(NOW + HOUR)
        await check_conversations()
        left = OfferRecipient.filter(is_open=True).exclude(offer__status=OfferStatus.PENDING)
        assert not await left.exists()


async def test_who_is_deactivated_while_they_are_given_more_has_nothing_in_the_end(
    support: Service, team: list[Agent], chief: AgentActor
) -> None:
    for round in range(ROUNDS):
        agent = team[round]
        talks = [await had(support, team[5]) for _ in range(10)]
        gone = update_agent(agent.id, actor=chief, is_active=False)
        await at_once(*shuffled(round, gone, *(to(talk, agent, by=chief) for talk in talks * 4)))
        await work()
        assert not await Conversation.filter(assignee_id=agent.id, status=ConversationStatus.OPEN).exists()
        await check_conversations()
