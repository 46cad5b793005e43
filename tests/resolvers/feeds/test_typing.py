"""That somebody types is heard by the others who follow the conversation just then, and is kept nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.event import EventRow, Feed
from models.keyring import Keyring
from models.words import ConversationStatus, Role
from resolvers.ids import encode
from tests.builders import Clock, an_agent
from tests.resolvers import conftest
from tests.resolvers.conftest import Client, SignIn, Talk
from tests.resolvers.documents import codes, say
from tests.resolvers.handover_documents import CLOSE
from tests.resolvers.talk_documents import ADD_MEMBER, TYPING
from tests.resolvers.test_guest_sign_in import Door
from tests.resolvers.test_guest_sign_in import door as door
from tests.resolvers.test_members import TOM, token_of
from tests.waiting import until

FOLLOW = """subscription($id: ID!) { conversationEvents(conversationId: $id, after: "") { __typename
  ... on MessageAdded { message { text } }
  ... on TypingChanged { typing party { __typename ... on Agent { name } ... on Contact { name email } } } } }"""


@pytest.fixture
async def chief(sign_in: SignIn, anna: Agent) -> Client:
    return sign_in.agent(await an_agent(await anna.organization, "Chief", role=Role.SUPERVISOR))


class Live:
    """Who follows, and asks for the next event as soon as they have one: what is of the moment waits for nobody."""

    def __init__(self, feed: conftest.Feed) -> None:
        self._feed = feed
        self._next = asyncio.create_task(feed.next())

    async def next(self) -> dict[str, Any]:
        event = await self._next
        self._next = asyncio.create_task(self._feed.next())
        return event

    async def stop(self) -> None:
        self._next.cancel()
        await asyncio.gather(self._next, return_exceptions=True)


@asynccontextmanager
async def following(client: Client, talk: Talk) -> AsyncIterator[Live]:
    hub = client.world.hub

    async def is_live() -> bool:
        return hub.live == hub.subscribers

    async with client.follow(FOLLOW, id=talk.id) as feed:
        assert (await feed.next())["__typename"] == "Resync"
        live = Live(feed)
        await until(is_live)
        yield live
        await live.stop()


async def types(client: Client, talk: Talk, typing: bool = True) -> list[str]:
    """The codes with which it is refused."""
    return codes(await client.do(TYPING, input={"conversationId": talk.id, "typing": typing}))


async def hears(feed: Live) -> tuple[dict[str, Any], bool]:
    event = await feed.next()
    assert event.pop("__typename") == "TypingChanged", event
    return event["party"], event["typing"]


async def hears_nothing_before(feed: Live, talk: Talk) -> None:
    """But what is said now."""
    await say(talk.anna, talk.id, "Nothing so far")
    while (event := await feed.next())["__typename"] != "MessageAdded":
        assert event["__typename"] != "TypingChanged", event


GUEST = {"__typename": "Contact", "name": "Grace Guest", "email": "grace@guests.example"}
ANNA = {"__typename": "Agent", "name": "Anna"}


async def test_an_agent_hears_that_the_guest_types_and_has_stopped(talk: Talk) -> None:
    async with following(talk.anna, talk) as annas:
        for typing in (True, False):
            assert await types(talk.grace, talk, typing) == []
            assert await hears(annas) == (GUEST, typing)


async def test_a_guest_hears_that_an_agent_types(talk: Talk) -> None:
    async with following(talk.grace, talk) as graces:
        assert await types(talk.anna, talk) == []
        assert await hears(graces) == (ANNA, True)


async def test_who_types_does_not_hear_so_in_any_window(talk: Talk, door: Door) -> None:
    grace = await door.client()
    async with (
        following(talk.anna, talk) as annas,
        following(talk.grace, talk) as graces,
        following(grace, talk) as signed_in,
    ):
        for client, typing in ((talk.grace, True), (grace, False)):
            await types(client, talk, typing)
            assert await hears(annas) == (GUEST, typing)
        for own in (graces, signed_in):
            await hears_nothing_before(own, talk)
    async with following(talk.anna, talk) as annas:
        await types(talk.anna, talk)
        await hears_nothing_before(annas, talk)


async def test_a_guest_who_has_signed_in_types_as_they_are_there(talk: Talk, door: Door) -> None:
    grace = await door.client()
    async with following(talk.anna, talk) as annas:
        assert await types(grace, talk) == []
        assert await hears(annas) == (GUEST, True)


async def test_other_guests_hear_that_a_guest_types_and_not_who(
    talk: Talk, sign_in: SignIn, keys: Keyring
) -> None:
    await talk.grace.do(ADD_MEMBER, input={"conversationId": talk.id, "guest": TOM})
    tom = await sign_in.bearer(await token_of(keys))
    async with following(tom, talk) as toms, following(talk.grace, talk) as graces:
        await types(talk.grace, talk)
        assert await hears(toms) == ({"__typename": "Contact", "name": "Guest", "email": None}, True)
        await types(tom, talk)
        assert await hears(graces) == ({"__typename": "Contact", "name": "Guest", "email": None}, True)


async def test_an_agent_from_whom_addresses_are_masked_hears_it_masked(talk: Talk, anna: Agent) -> None:
    organization = await anna.organization
    organization.stored_settings = {**organization.stored_settings, "mask_contacts_from": ["AGENT"]}
    await organization.save()
    async with following(talk.anna, talk) as annas:
        await types(talk.grace, talk)
        party, _ = await hears(annas)
    assert party["name"] == "Grace Guest"
    assert "grace@" not in party["email"]


async def test_who_supervises_hears_it_and_does_not_type_themselves(talk: Talk, chief: Client) -> None:
    async with following(chief, talk) as chiefs, following(talk.grace, talk) as graces:
        assert await types(chief, talk) == ["NOT_A_MEMBER"]
        assert await types(chief, talk, False) == ["NOT_A_MEMBER"]
        await types(talk.grace, talk)
        assert await hears(chiefs) == (GUEST, True)
        await hears_nothing_before(graces, talk)


async def test_that_somebody_types_is_told_once_in_three_seconds(talk: Talk, clock: Clock) -> None:
    async with following(talk.anna, talk) as annas:
        for _ in range(10):
            assert await types(talk.grace, talk) == []
        assert await hears(annas) == (GUEST, True)
        clock.advance(seconds=3)
        for typing in (True, False):
            for _ in range(5):
                assert await types(talk.grace, talk, typing) == []
            assert await hears(annas) == (GUEST, typing)
        await hears_nothing_before(annas, talk)


async def test_nothing_of_it_is_kept(talk: Talk, clock: Clock) -> None:
    async def kept() -> tuple[list[tuple[Any, ...]], int]:
        return await Feed.all().order_by("topic").values_list("topic", "head"), await EventRow.all().count()

    before = await kept()
    for typing in (True, False, True):
        for client in (talk.grace, talk.anna):
            assert await types(client, talk, typing) == []
        clock.advance(seconds=3)
    assert await kept() == before


async def test_where_it_is_closed_whoever_would_open_it_by_writing_may_type(
    talk: Talk, anna: Agent, sign_in: SignIn
) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    await talk.anna.do(ADD_MEMBER, input={"conversationId": talk.id, "agentId": encode("Agent", ben.id)})
    assert codes(await talk.anna.do(CLOSE, input={"conversationId": talk.id})) == []
    assert (await Conversation.get()).status is ConversationStatus.CLOSED
    assert await types(talk.grace, talk) == []
    assert await types(talk.anna, talk) == []
    assert await types(sign_in.agent(ben), talk) == ["CONVERSATION_CLOSED"]
    assert await types(sign_in.agent(ben), talk, False) == []
    assert (await Conversation.get()).status is ConversationStatus.CLOSED


async def test_who_was_merged_is_who_they_became(talk: Talk, anna: Agent) -> None:
    kept = await Contact.create(
        organization_id=anna.organization_id, name="Grace Kept", email="kept@guests.example", time_zone="UTC"
    )
    async with following(talk.anna, talk) as annas, following(talk.grace, talk) as graces:
        await Contact.filter(name="Grace Guest").update(merged_into_id=kept.id)
        await types(talk.grace, talk)
        party, _ = await hears(annas)
        assert party["name"] == "Grace Kept"
        await hears_nothing_before(graces, talk)
