"""Who follows a conversation at the same time: peers by one execution, all others by their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import replace
from functools import partial

import orjson
import pytest

from models.actor import GuestActor, Public
from models.agent.agent import Agent
from models.keyring import Keyring
from models.words import Role
from realtime.sharing import Shared
from realtime.transport import OperationRequest, Outcome, Rejected, Telling
from resolvers import ids
from resolvers.context import Context
from resolvers.scopes import scope_of
from tests.builders import an_agent, an_organization
from tests.resolvers.conftest import ENGINE, Client, SignIn, Talk
from tests.resolvers.documents import say
from tests.resolvers.talk_documents import ADD_MEMBER, REDACT
from tests.resolvers.test_members import TOM, token_of
from tests.waiting import PATIENCE_SECONDS

MESSAGES = """subscription($id: ID!, $after: String) { conversationEvents(conversationId: $id, after: $after) {
  __typename ... on Resync { cursor }
  ... on MessageAdded { cursor message { id text kind at author { ... on Agent { name } ... on Contact { name } }
    %s } } } }"""
SHARED = MESSAGES % ""
WITH_AN_ADDRESS = MESSAGES % "attachment { url }"


class Listener:
    def __init__(self, outcomes: Telling) -> None:
        self.heard: list[bytes] = []
        self._outcomes = outcomes

    async def next(self) -> Outcome:
        async with asyncio.timeout(PATIENCE_SECONDS):
            outcome = await anext(self._outcomes)
        self.heard.append(outcome.encode())
        return outcome

    async def message(self) -> Outcome:
        """The next outcome that tells of a message."""
        while b'"MessageAdded"' not in (outcome := await self.next()).encode():
            continue
        return outcome


@asynccontextmanager
async def listening(talk: Talk, *clients: Client, query: str = SHARED) -> AsyncIterator[list[Listener]]:
    """All of them, each by a cursor of their own, who have heard the Resync."""
    async with AsyncExitStack() as stack:
        listeners = []
        for number, client in enumerate(clients):
            request = OperationRequest(query, {"id": talk.id, "after": "nothing" * number})
            context = partial(Context, client.actor, world=client.world)
            outcomes = ENGINE.subscribe(ENGINE.prepare(request), context)
            listeners.append(Listener(await stack.enter_async_context(aclosing(outcomes))))
            assert b"Resync" in (await listeners[-1].next()).encode()
        yield listeners


@pytest.fixture
async def chiefs(talk: Talk, sign_in: SignIn, anna: Agent) -> list[Client]:
    organization = await anna.organization
    return [
        sign_in.agent(await an_agent(organization, name, role=Role.SUPERVISOR))
        for name in ("Chief", "Deputy", "Second deputy")
    ]


async def test_supervisors_are_told_of_a_message_by_one_execution(talk: Talk, chiefs: list[Client]) -> None:
    async with listening(talk, *chiefs) as listeners:
        for text in ("Hello", "Are you there?"):
            await say(talk.grace, talk.id, text)
            first, *others = await asyncio.gather(*(one.message() for one in listeners))
            assert all(outcome is first for outcome in others)
            assert orjson.loads(first.encode())["data"]["conversationEvents"]["message"]["text"] == text


async def test_everybody_else_is_told_by_their_own(
    talk: Talk, chiefs: list[Client], sign_in: SignIn, anna: Agent
) -> None:
    others = [
        sign_in.agent(await an_agent(await anna.organization, role.title(), role=role))
        for role in (Role.ADMINISTRATOR, Role.MANAGER)
    ]
    tabs = [talk.grace, await sign_in.bearer(talk.token)]
    async with listening(talk, chiefs[0], talk.anna, *others, *tabs) as listeners:
        await say(talk.anna, talk.id, "Hello")
        *told, tab, other_tab = await asyncio.gather(*(one.message() for one in listeners))
    assert tab is other_tab
    assert len({id(outcome) for outcome in (*told, tab)}) == 5


async def test_an_address_that_names_its_reader_is_nobody_elses(talk: Talk, chiefs: list[Client]) -> None:
    async with listening(talk, *chiefs, query=WITH_AN_ADDRESS) as listeners:
        await say(talk.grace, talk.id, "Hello")
        told = await asyncio.gather(*(one.message() for one in listeners))
    assert len({id(outcome) for outcome in told}) == len(chiefs)


async def test_a_whisper_is_told_to_none_but_who_may_hear_it(
    talk: Talk, chiefs: list[Client], sign_in: SignIn, anna: Agent
) -> None:
    """Anna has the conversation, Ben is a member of it."""
    ben = await an_agent(await anna.organization, "Ben")
    wanted = {"conversationId": talk.id, "agentId": ids.encode("Agent", ben.id)}
    assert (await talk.anna.do(ADD_MEMBER, input=wanted))["errors"] == []
    audience = (*chiefs, talk.anna, sign_in.agent(ben), talk.grace)
    async with listening(talk, *audience) as listeners:
        await say(chiefs[0], talk.id, "Offer him the discount.", kind="WHISPER")
        await say(talk.grace, talk.id, "Hello")
        told = [(await one.message()).encode() for one in listeners]
    assert [b"discount" in one for one in told] == [True, True, True, True, False, False]
    assert [b"Hello" in one for one in told] == [False, False, False, False, True, True]


CHANGES = """subscription($id: ID!, $after: String) { conversationEvents(conversationId: $id, after: $after) {
  __typename ... on FeedEvent { cursor } ... on MessageAdded { message { text } }
  ... on MessageChanged { message { seq text } } } }"""


async def test_a_guest_who_came_later_is_not_told_of_what_was_said_before(
    talk: Talk, sign_in: SignIn, keys: Keyring
) -> None:
    """Also not that it has changed, however many are told of that by one execution."""
    first = await say(talk.grace, talk.id, "Before his time")
    await talk.grace.do(ADD_MEMBER, input={"conversationId": talk.id, "guest": TOM})
    tom, tab = await sign_in.bearer(await token_of(keys)), await sign_in.bearer(talk.token)
    async with listening(talk, talk.grace, tab, tom, query=CHANGES) as (graces, tabs, toms):
        await talk.grace.do(REDACT, id=first["id"])
        await say(talk.anna, talk.id, "Hello, Tom")
        changed = await asyncio.gather(graces.next(), tabs.next())
        told = await asyncio.gather(*(one.message() for one in (graces, tabs, toms)))
    assert changed[0] is changed[1] and b'"MessageChanged"' in changed[0].encode()
    assert told[0] is told[1] and told[2] is not told[0]
    assert b"Hello, Tom" in told[2].encode() and b"MessageChanged" not in b"".join(toms.heard)


async def test_two_organizations_share_nothing(talk: Talk, chiefs: list[Client], sign_in: SignIn) -> None:
    stranger = sign_in.agent(await an_agent(await an_organization("rival"), "Eve", role=Role.SUPERVISOR))
    for among in (Shared.OWN, Shared.PEERS):
        scopes = {Context(one.actor, world=one.world).scope(among) for one in (chiefs[0], stranger)}
        assert len(scopes) == 2
    prepared = ENGINE.prepare(OperationRequest(SHARED, {"id": talk.id}))
    context = partial(Context, stranger.actor, world=stranger.world)
    with pytest.raises(Rejected) as rejected:
        await anext(ENGINE.subscribe(prepared, context))
    assert rejected.value.errors[0]["extensions"]["refusal"] == "NOT_FOUND"


async def test_who_has_shown_that_an_address_is_theirs_shares_nothing_with_who_holds_a_link(
    talk: Talk, sign_in: SignIn
) -> None:
    actor = talk.grace.actor
    assert isinstance(actor, GuestActor)
    verified = replace(actor, is_verified=True)
    others = (
        verified,
        replace(actor, meeting_id=7),
        replace(actor, link_id=7),
        replace(actor, others=frozenset({7})),
    )
    for among in (Shared.OWN, Shared.PEERS):
        scopes = {scope_of(one, among) for one in (actor, replace(actor), *others)}
        assert len(scopes) == 1 + len(others)
        assert scope_of(Public(), among) is None
