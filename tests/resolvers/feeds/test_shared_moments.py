"""What is of the moment is told to all colleagues by one execution for each role, and to nobody by another's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from functools import partial

import orjson
import pytest

from models.agent.agent import Agent
from models.organization.organization import Organization
from models.organization.service import Service, ServiceMember
from models.queueing.counting import queue_changed
from models.transactions import transaction
from models.words import Role
from realtime.transport import OperationRequest, Outcome, Telling
from resolvers import ids
from resolvers.context import Context
from tests.builders import a_service, an_agent, an_organization
from tests.resolvers import queue_documents as queue
from tests.resolvers.conftest import ENGINE, Client, SignIn, Talk
from tests.resolvers.documents import codes
from tests.resolvers.talk_documents import ADD_MEMBER, TYPING
from tests.waiting import PATIENCE_SECONDS, until

MANY = 200
INBOX = """subscription($after: String) { inboxEvents(after: $after) { __typename
  ... on FeedEvent { cursor }
  ... on ConversationChanged { conversation { id unreadCount lastMessage { text attachment { url } } } }
  ... on PresenceChanged { agent { id name email presence services { name } } }
  ... on QueueChanged { queue { service { name } waiting open onlineAgents } } } }"""
TALK = """subscription($id: ID!, $after: String) { conversationEvents(conversationId: $id, after: $after) { __typename
  ... on MessageAdded { message { text attachment { url } } }
  ... on ConversationChanged { conversation { unreadCount } }
  ... on TypingChanged { typing party { __typename ... on Agent { name } ... on Contact { name email } } } } }"""


class Listener:
    """Who has asked for the next outcome already; what is of the moment waits for nobody."""

    def __init__(self, outcomes: Telling) -> None:
        self.heard: list[bytes] = []
        self._outcomes = outcomes
        self._next = asyncio.create_task(anext(outcomes))

    async def next(self, kind: str) -> Outcome:
        """The next outcome of this kind."""
        while True:
            async with asyncio.timeout(PATIENCE_SECONDS):
                outcome = await self._next
            self._next = asyncio.create_task(anext(self._outcomes))
            self.heard.append(outcome.encode())
            if b'"%b"' % kind.encode() in self.heard[-1]:
                return outcome

    async def stop(self) -> None:
        self._next.cancel()
        await asyncio.gather(self._next, return_exceptions=True)


@asynccontextmanager
async def listening(*clients: Client, query: str = INBOX, **variables: str) -> AsyncIterator[list[Listener]]:
    hub = clients[0].world.hub

    async def are_live() -> bool:
        return hub.live == hub.subscribers

    async with AsyncExitStack() as stack:
        listeners = []
        for client in clients:
            request = OperationRequest(query, {**variables, "after": ""})
            context = partial(Context, client.actor, world=client.world)
            outcomes = ENGINE.subscribe(ENGINE.prepare(request), context)
            listener = Listener(await stack.enter_async_context(aclosing(outcomes)))
            stack.push_async_callback(listener.stop)
            await listener.next("Resync")
            listeners.append(listener)
        await until(are_live)
        yield listeners


async def told(listeners: Collection[Listener], kind: str) -> list[Outcome]:
    return await asyncio.gather(*(one.next(kind) for one in listeners))


def shown(outcome: Outcome) -> dict[str, object]:
    [event] = orjson.loads(outcome.encode())["data"].values()
    return dict(event)


@pytest.fixture
async def service(organization: Organization, anna: Agent) -> Service:
    return await a_service(organization, anna)


async def colleagues(sign_in: SignIn, organization: Organization, role: Role, number: int) -> list[Client]:
    return [
        sign_in.agent(await an_agent(organization, f"{role.title()} {n}", role=role)) for n in range(number)
    ]


async def comes(sign_in: SignIn, agent: Agent, presence: str = "ONLINE") -> None:
    await sign_in.agent(agent).do(queue.PRESENCE, presence=presence)


async def queue_moves(service: Service) -> None:
    async with transaction():
        queue_changed(service.id)


async def test_however_many_listen_a_presence_is_executed_once_for_each_role(
    sign_in: SignIn, organization: Organization, anna: Agent
) -> None:
    agents = await colleagues(sign_in, organization, Role.AGENT, MANY - 20)
    chiefs = await colleagues(sign_in, organization, Role.SUPERVISOR, 20)
    async with listening(*agents, *chiefs) as listeners:
        for presence in ("ONLINE", "AWAY"):
            await comes(sign_in, anna, presence)
            outcomes = await told(listeners, "PresenceChanged")
            assert len({id(one) for one in outcomes}) == 2
            assert all(one is outcomes[0] for one in outcomes[: len(agents)])
            assert {shown(one)["agent"]["presence"] for one in outcomes} == {presence}  # type: ignore[index]


async def test_a_queue_is_counted_once_for_all_its_agents(
    sign_in: SignIn, organization: Organization, service: Service
) -> None:
    rows = [await an_agent(organization, f"Agent {n}") for n in range(10)]
    for row in rows:
        await ServiceMember.create(organization=organization, service=service, agent=row)
    async with listening(*map(sign_in.agent, rows)) as listeners:
        await queue.a_waiting_conversation(service)
        await queue_moves(service)
        first, *others = await told(listeners, "QueueChanged")
    assert all(one is first for one in others)
    assert shown(first)["queue"]["waiting"] == 1  # type: ignore[index]


async def test_who_has_left_a_queue_is_not_told_what_the_others_share(
    sign_in: SignIn, organization: Organization, service: Service, anna: Agent
) -> None:
    ben, carl = [await an_agent(organization, name) for name in ("Ben", "Carl")]
    for row in (ben, carl):
        await ServiceMember.create(organization=organization, service=service, agent=row)
    bens = sign_in.agent(ben)
    async with listening(sign_in.agent(anna), sign_in.agent(carl), bens) as (annas, carls, left):
        await ServiceMember.filter(agent_id=ben.id).delete()
        await bens.world.grants._look()
        await queue_moves(service)
        first, second = await told([annas, carls], "QueueChanged")
        assert first is second
        await comes(sign_in, anna)
        await left.next("PresenceChanged")
    assert not any(b"QueueChanged" in one for one in left.heard)


async def test_two_organizations_share_no_moment(
    sign_in: SignIn, organization: Organization, anna: Agent
) -> None:
    rival = await an_organization("rival")
    eve, mallory = [await an_agent(rival, name) for name in ("Eve", "Mallory")]
    [ben] = await colleagues(sign_in, organization, Role.AGENT, 1)
    async with listening(ben, sign_in.agent(mallory)) as (bens, mallorys):
        await comes(sign_in, anna)
        await comes(sign_in, eve)
        ours, theirs = await told([bens, mallorys], "PresenceChanged")
    assert b"Anna" in ours.encode() and b"Eve" in theirs.encode()
    assert b"Anna" not in theirs.encode()


async def two_more(talk: Talk, sign_in: SignIn, organization: Organization) -> list[Client]:
    """Agents who are members of the conversation, too."""
    rows = [await an_agent(organization, name) for name in ("Ben", "Carl")]
    for row in rows:
        wanted = {"conversationId": talk.id, "agentId": ids.encode("Agent", row.id)}
        assert codes(await talk.anna.do(ADD_MEMBER, input=wanted)) == []
    return [sign_in.agent(row) for row in rows]


async def types(client: Client, talk: Talk) -> None:
    assert codes(await client.do(TYPING, input={"conversationId": talk.id, "typing": True})) == []


async def test_agents_share_who_types_and_each_role_sees_its_own_mask(
    talk: Talk, sign_in: SignIn, organization: Organization
) -> None:
    organization.stored_settings = {**organization.stored_settings, "mask_contacts_from": ["AGENT"]}
    await organization.save()
    agents = [talk.anna, *await two_more(talk, sign_in, organization)]
    chiefs = await colleagues(sign_in, organization, Role.SUPERVISOR, 2)
    async with listening(*agents, *chiefs, query=TALK, id=talk.id) as listeners:
        await types(talk.grace, talk)
        outcomes = await told(listeners, "TypingChanged")
    masked, unmasked = outcomes[:3], outcomes[3:]
    assert len({id(one) for one in masked}) == len({id(one) for one in unmasked}) == 1
    assert b"grace@" not in masked[0].encode() and b"grace@" in unmasked[0].encode()


async def test_who_types_is_not_told_what_the_others_share(
    talk: Talk, sign_in: SignIn, organization: Organization
) -> None:
    ben, carl = await two_more(talk, sign_in, organization)
    async with listening(talk.anna, ben, carl, talk.grace, query=TALK, id=talk.id) as listeners:
        annas, bens, carls, graces = listeners
        await types(talk.anna, talk)
        first, second, guests = await told([bens, carls, graces], "TypingChanged")
        assert first is second and guests is not first
        await types(ben, talk)
        assert shown(await annas.next("TypingChanged"))["party"] == {"__typename": "Agent", "name": "Ben"}


async def test_a_guest_is_told_of_another_guest_by_their_own_execution(
    talk: Talk, sign_in: SignIn, organization: Organization
) -> None:
    ben, carl = await two_more(talk, sign_in, organization)
    tab = await sign_in.bearer(talk.token)
    async with listening(ben, carl, talk.grace, tab, query=TALK, id=talk.id) as listeners:
        await types(talk.anna, talk)
        bens, carls, graces, tabs = await told(listeners, "TypingChanged")
    assert bens is carls and graces is tabs and bens is not graces
