"""What is told directly to those who sleep: all that needs no further question, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from models.agent.agent import Agent
from models.words import Role
from resolvers import ids
from tests.builders import an_agent
from tests.resolvers.conftest import Client, SignIn, Talk
from tests.resolvers.documents import ASSIGN, INBOX_EVENTS, MOVE, READ, say
from tests.resolvers.feeds.consoles import Console, consoles, until
from tests.resolvers.talk_documents import ADD_MEMBER, REDACT, REMOVE_MEMBER

SHARED = """subscription($id: ID!, $after: String) { conversationEvents(conversationId: $id, after: $after) {
  __typename ... on FeedEvent { cursor } ... on MessageAdded { message { id text kind author { __typename } } }
  ... on MessageChanged { message { id text } } ... on TypingChanged { typing } } }"""


@pytest.fixture
async def chief(sign_in: SignIn, anna: Agent) -> Client:
    return sign_in.agent(await an_agent(await anna.organization, "Chief", role=Role.SUPERVISOR))


@pytest.fixture
async def deputy(sign_in: SignIn, anna: Agent) -> Client:
    return sign_in.agent(await an_agent(await anna.organization, "Deputy", role=Role.SUPERVISOR))


@pytest.fixture
async def ben(anna: Agent) -> Agent:
    return await an_agent(await anna.organization, "Ben")


def kinds(console: Console) -> list[str]:
    return [event["__typename"] for event in console.heard]


def texts(console: Console) -> list[str]:
    return [event["message"]["text"] for event in console.heard if "message" in event]


def pushed_messages(console: Console) -> list[bool]:
    told = zip(kinds(console), console.pushed, strict=True)
    return [pushed for kind, pushed in told if kind == "MessageAdded"]


async def heard(consoles: Sequence[Console], count: int) -> None:
    await until(lambda: all(len(console.heard) >= count for console in consoles))
    assert [len(console.heard) for console in consoles] == [count] * len(consoles)


async def joins(talk: Talk, ben: Agent) -> None:
    wanted = {"conversationId": talk.id, "agentId": ids.encode("Agent", ben.id)}
    assert (await talk.anna.do(ADD_MEMBER, input=wanted))["errors"] == []


async def test_a_message_is_pushed_to_agents_and_to_the_guest(
    talk: Talk, chief: Client, deputy: Client
) -> None:
    async with consoles(SHARED, chief, deputy, talk.anna, talk.grace, id=talk.id) as opened:
        for text in ("Hello", "Are you there?"):
            await say(talk.grace, talk.id, text)
        await heard(opened, 2)
        for console in opened:
            assert [event["message"]["text"] for event in console.heard] == ["Hello", "Are you there?"]
            assert console.pushed == [True, True]


async def test_a_note_is_pushed_to_agents_alone(talk: Talk, chief: Client) -> None:
    async with consoles(SHARED, chief, talk.anna, talk.grace, id=talk.id) as (*agents, guest):
        await say(talk.anna, talk.id, "He cannot pay.", kind="NOTE")
        await say(talk.anna, talk.id, "Good morning")
        await until(lambda: all("Good morning" in texts(console) for console in (*agents, guest)))
        for console in agents:
            assert texts(console) == ["He cannot pay.", "Good morning"] and all(console.pushed)
        assert texts(guest) == ["Good morning"]


async def test_a_whisper_is_asked_for_each_and_what_follows_it_comes_after(
    talk: Talk, chief: Client, ben: Agent, sign_in: SignIn
) -> None:
    await joins(talk, ben)
    audience = chief, talk.anna, sign_in.agent(ben), talk.grace
    async with consoles(SHARED, *audience, id=talk.id) as opened:
        await say(chief, talk.id, "Offer him the discount.", kind="WHISPER")
        await say(talk.grace, talk.id, "Hello")
        await until(lambda: all(console.heard for console in opened) and len(opened[1].heard) == 2)
        told = [[event["message"]["text"] for event in console.heard] for console in opened]
        assert told == [["Offer him the discount.", "Hello"]] * 2 + [["Hello"]] * 2
        assert [console.pushed[0] for console in opened[:2]] == [False, False]


async def test_that_members_have_changed_is_pushed_to_nobody(talk: Talk, chief: Client, ben: Agent) -> None:
    async with consoles(SHARED, chief, talk.anna, id=talk.id) as opened:
        await joins(talk, ben)
        await until(lambda: all("MembersChanged" in kinds(console) for console in opened))
        for console in opened:
            assert not console.pushed[kinds(console).index("MembersChanged")]


@pytest.mark.parametrize("feed", [SHARED, INBOX_EVENTS], ids=["conversation", "inbox"])
async def test_that_a_meeting_has_changed_is_pushed_to_none_who_has_to_be_asked_for(
    talk: Talk, feed: str
) -> None:
    variables = {"id": talk.id} if feed is SHARED else {}
    async with consoles(feed, talk.anna, **variables) as [console]:
        await talk.anna.do(MOVE, input={"meetingId": talk.meeting, "start": "2027-03-02T09:00:00Z"})
        await until(lambda: "MeetingChanged" in kinds(console))
        assert not console.pushed[kinds(console).index("MeetingChanged")]


async def test_who_is_removed_hears_nothing_that_is_said_afterwards(
    talk: Talk, chief: Client, ben: Agent, sign_in: SignIn
) -> None:
    await joins(talk, ben)
    async with consoles(SHARED, chief, sign_in.agent(ben), id=talk.id) as (stays, goes):
        wanted = {"conversationId": talk.id, "partyId": ids.encode("Agent", ben.id)}
        assert (await chief.do(REMOVE_MEMBER, input=wanted))["errors"] == []
        await say(talk.grace, talk.id, "Is he gone?")
        await until(lambda: "MessageAdded" in kinds(stays) and goes.errors)
        assert "MessageAdded" not in kinds(goes)
        assert goes.errors[0]["message"] == "The conversation is no longer yours to see."


async def test_by_both_ways_each_is_told_the_same(
    talk: Talk, chief: Client, deputy: Client, ben: Agent, sign_in: SignIn
) -> None:
    """Beside everyone who is told directly is one who asks something of their own, and so is told by their task."""
    await joins(talk, ben)
    alone = SHARED.replace("message { id text kind", "message { attachment { url } id text kind")
    audience = chief, deputy, talk.anna, sign_in.agent(ben), talk.grace
    async with (
        consoles(SHARED, *audience, id=talk.id) as together,
        consoles(alone, *audience, id=talk.id) as apart,
    ):
        first = await say(talk.grace, talk.id, "Hello")
        noted = await say(talk.anna, talk.id, "He cannot pay.", kind="NOTE")
        await say(chief, talk.id, "Offer him the discount.", kind="WHISPER")
        await talk.grace.do(READ, input={"conversationId": talk.id, "seq": first["seq"]})
        await talk.anna.do(ASSIGN, input={"conversationId": talk.id})
        await talk.anna.do(REDACT, id=noted["id"])
        await say(talk.grace, talk.id, "Bye")
        await until(
            lambda: all(
                one.heard and one.heard[-1].get("message", {}).get("text") == "Bye"
                for one in (*together, *apart)
            )
        )
        for one, other in zip(together, apart, strict=True):
            assert [event["cursor"] for event in one.heard] == [event["cursor"] for event in other.heard]
            assert kinds(one) == kinds(other)
            assert True in pushed_messages(one) and True not in pushed_messages(other)


async def test_what_happens_in_an_inbox_is_pushed(talk: Talk, anna: Agent, sign_in: SignIn) -> None:
    async with consoles(INBOX_EVENTS, talk.anna, sign_in.agent(anna)) as opened:
        await say(talk.grace, talk.id, "Hello")
        await until(lambda: all("ConversationChanged" in kinds(console) for console in opened))
        for console in opened:
            assert console.pushed[kinds(console).index("ConversationChanged")]
