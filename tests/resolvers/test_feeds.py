"""Feeds: what is heard, by whom, and from which cursor; the same over the memory bus and over Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from models.agent.agent import Agent
from models.event import EventRow, Feed
from models.keyring import Keyring
from models.link import ScheduleLink
from models.organization.service import ServiceMember
from models.transactions import outlet
from models.words import Role
from realtime.bus import Bus, MemoryBus, RedisBus
from realtime.cursors import Cursors
from realtime.hub import Hub, Limits
from realtime.store import DatabaseStore
from resolvers import ids
from resolvers.context import World
from tests.builders import Clock, a_link, a_service, an_agent, an_organization
from tests.resolvers import conftest
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import (
    ASSIGN,
    CANCEL,
    CONVERSATION,
    CONVERSATION_EVENTS,
    ELEVEN,
    INBOX_EVENTS,
    MOVE,
    READ,
    TEN,
    say,
)

NO_SWEEP = Limits(sweep_seconds=3600)
"""What arrives was hinted at: without a sweep nothing else brings it."""


@asynccontextmanager
async def running(bus: Bus) -> AsyncIterator[Bus]:
    await bus.start()
    try:
        yield bus
    finally:
        await bus.stop()


@pytest.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest, db: None, clock: Clock, keys: Keyring) -> AsyncIterator[World]:
    """A process's parts. Over Redis, verbs publish as another process would, on a connection of their own."""
    async with AsyncExitStack() as stack:
        if request.param == "memory":
            here = there = await stack.enter_async_context(running(MemoryBus()))
        else:
            url, prefix = request.getfixturevalue("redis_url"), f"test-{uuid4().hex}:"
            here = await stack.enter_async_context(running(RedisBus(url, prefix=prefix)))
            there = await stack.enter_async_context(running(RedisBus(url, prefix=prefix)))
            async with asyncio.timeout(10):
                while not (here.healthy and there.healthy):
                    await asyncio.sleep(0.01)
        hub = Hub(here, DatabaseStore(), limits=NO_SWEEP)
        await hub.start()
        stack.push_async_callback(hub.stop)
        outlet.publish = there.publish
        cursors = Cursors(keys.key("cursors"))
        yield World(keys=keys, cursors=cursors, hub=hub, clock=clock, public_url="http://frontdesk.test")


class Follower:
    """Who follows a feed, and has heard everything up to its cursor."""

    def __init__(self, feed: conftest.Feed, cursor: str) -> None:
        self._feed = feed
        self.cursor = cursor

    async def next(self) -> dict[str, Any]:
        event = await self._feed.next()
        self.cursor = event["cursor"]
        return event

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """The events up to the next one of a kind, with it."""
        heard = [await self.next()]
        while heard[-1]["__typename"] != kind:
            heard.append(await self.next())
        return heard


@asynccontextmanager
async def inbox(client: Client, after: str = "") -> AsyncIterator[Follower]:
    async with following(client, INBOX_EVENTS, after=after) as follower:
        yield follower


@asynccontextmanager
async def conversation(client: Client, talk: Talk, after: str = "") -> AsyncIterator[Follower]:
    async with following(client, CONVERSATION_EVENTS, id=talk.id, after=after) as follower:
        yield follower


@asynccontextmanager
async def following(client: Client, query: str, *, after: str, **variables: Any) -> AsyncIterator[Follower]:
    """Subscribe as a client does that begins (with no cursor, so that it has a Resync first) or comes back."""
    async with client.follow(query, after=after, **variables) as feed:
        follower = Follower(feed, after)
        if not after:
            began = await follower.next()
            assert (began["__typename"], began["reason"]) == ("Resync", "UNKNOWN_CURSOR")
        yield follower


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["__typename"] for event in events]


# ── A conversation's feed ──────────────────────────────────────────────────────────────────────────────────────────


async def test_both_hear_every_message_the_moment_it_is_sent(talk: Talk) -> None:
    async with conversation(talk.grace, talk) as grace, conversation(talk.anna, talk) as anna:
        await say(talk.grace, talk.id, "Hello")
        await say(talk.anna, talk.id, "Good morning")
        for follower in (grace, anna):
            heard = [await follower.next(), await follower.next()]
            assert kinds(heard) == ["MessageAdded", "MessageAdded"]
            assert [event["message"]["text"] for event in heard] == ["Hello", "Good morning"]


async def test_a_snapshot_and_the_events_after_its_cursor_are_the_whole(talk: Talk) -> None:
    """The Resync's cursor is older than the snapshot: what comes between is told, and nothing is missing."""
    async with conversation(talk.anna, talk) as anna:
        await say(talk.grace, talk.id, "Before the snapshot")
        snapshot = await talk.anna.do(CONVERSATION, id=talk.id)
        seqs = {edge["node"]["seq"] for edge in snapshot["messages"]["edges"]}
        await say(talk.grace, talk.id, "After the snapshot")
        heard = [await anna.next(), await anna.next()]
    assert seqs | {event["message"]["seq"] for event in heard} == {1, 2, 3}


async def test_who_comes_back_hears_what_was_missed_once_and_in_order(talk: Talk) -> None:
    async with conversation(talk.anna, talk) as anna:
        await say(talk.grace, talk.id, "Heard")
        await anna.next()
    for number in range(120):  # more than a page of the table
        await say(talk.grace, talk.id, f"Missed {number}")
    async with conversation(talk.anna, talk, after=anna.cursor) as again:
        heard = [await again.next() for _ in range(120)]
        await say(talk.grace, talk.id, "Live")
        heard.append(await again.next())
    assert [event["message"]["text"] for event in heard] == [f"Missed {n}" for n in range(120)] + ["Live"]


async def test_any_events_cursor_is_one_to_come_back_with(talk: Talk) -> None:
    async with conversation(talk.anna, talk) as anna:
        for text in ("One", "Two", "Three"):
            await say(talk.grace, talk.id, text)
        first, *rest = [await anna.next() for _ in range(3)]
    async with conversation(talk.anna, talk, after=first["cursor"]) as again:
        assert [await again.next() for _ in range(2)] == rest


async def test_messages_while_it_subscribes_are_neither_lost_nor_told_twice(talk: Talk) -> None:
    async with conversation(talk.anna, talk) as anna:
        cursor = anna.cursor

    async def write() -> None:
        for number in range(40):
            await say(talk.grace, talk.id, f"{number}")

    async def follow() -> list[str]:
        async with conversation(talk.anna, talk, after=cursor) as again:
            return [(await again.next())["message"]["text"] for _ in range(40)]

    _, *heard = await asyncio.gather(write(), *(follow() for _ in range(5)))
    assert heard == [[f"{number}" for number in range(40)]] * 5


async def test_a_conversation_tells_of_meeting_assignment_and_reading(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    async with conversation(talk.anna, talk) as follower:
        await talk.grace.do(MOVE, input={"meetingId": talk.meeting, "start": TEN})
        moved = await follower.until("MeetingChanged")
        assert kinds(moved) == ["MessageAdded", "MeetingChanged"]
        assert moved[-1]["change"] == {"kind": "RESCHEDULED"}
        wanted = {"conversationId": talk.id, "agentId": ids.encode("Agent", ben.id), "note": "Yours"}
        await talk.anna.do(ASSIGN, input=wanted)
        assigned = await follower.until("MessageAdded")
        assert kinds(assigned) == ["AssignmentChanged", "MembersChanged", "MessageAdded"]
        assert assigned[0]["record"] == {"how": "ASSIGNED", "to": {"name": "Ben"}, "reason": "Yours"}
        await talk.grace.do(READ, input={"conversationId": talk.id, "seq": 2})
        assert (await follower.next())["member"] == {"lastReadSeq": 2}
        await talk.anna.do(CANCEL, input={"meetingId": talk.meeting})
        assert (await follower.until("MeetingChanged"))[-1]["meeting"]["status"] == "CANCELLED"


async def test_a_guest_hears_no_note_and_no_assignment_live_or_replayed(talk: Talk, anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    async with conversation(talk.grace, talk) as grace:
        start = grace.cursor
        note = await say(talk.anna, talk.id, "He is always late.", kind="NOTE")
        wanted = {"conversationId": talk.id, "agentId": ids.encode("Agent", ben.id), "note": "Difficult"}
        await talk.anna.do(ASSIGN, input=wanted)
        await say(talk.anna, talk.id, "Hello", replyToId=note["id"])
        live = [await grace.next() for _ in range(3)]
    async with conversation(talk.grace, talk, after=start) as again:
        replayed = [await again.next() for _ in range(3)]
    assert kinds(live) == ["MembersChanged", "MessageAdded", "MessageAdded"]
    assert live[-1]["message"] == {"seq": 4, "kind": "TEXT", "text": "Hello", "replyTo": None}
    assert "late" not in str(live) and "Difficult" not in str(live)
    # Rows are shown as they are when they are told: the newest message has changed since.
    assert [event["cursor"] for event in replayed] == [event["cursor"] for event in live]
    assert "late" not in str(replayed) and "Difficult" not in str(replayed)


async def test_who_may_no_longer_see_a_conversation_hears_no_more_of_it(
    sign_in: SignIn, anna: Agent, annas_link: ScheduleLink
) -> None:
    organization = await anna.organization
    ben = await an_agent(organization, "Ben")
    support = await a_service(organization, anna, ben)
    await a_link(support)
    sales = await a_service(organization, anna, name="Sales")
    talk = await a_talk(sign_in, anna, link="acme/support")
    watcher = await an_agent(organization, "Watcher")
    await ServiceMember.create(organization=organization, service=support, agent=watcher)
    client = sign_in.agent(watcher)
    chief = sign_in.agent(await an_agent(organization, "Chief", role=Role.ADMINISTRATOR))
    async with client.follow(CONVERSATION_EVENTS, id=talk.id, after="") as feed:
        assert (await feed.next())["__typename"] == "Resync"
        given = {
            "conversationId": talk.id,
            "agentId": ids.encode("Agent", anna.id),
            "serviceId": ids.encode("Service", sales.id),
        }
        assert (await chief.do(ASSIGN, input=given))["errors"] == []
        assert (await feed.next())["__typename"] == "AssignmentChanged"
        assert (await feed.refusal())["code"] == "FORBIDDEN"


# ── Cursors ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_cursor_of_another_feed_or_of_nobody_is_answered_by_a_resync(
    talk: Talk, sign_in: SignIn, anna: Agent, world: World
) -> None:
    other = await a_talk(sign_in, anna, start=TEN)
    async with conversation(other.anna, other) as follower:
        elsewhere = follower.cursor
    async with inbox(talk.anna) as follower:
        of_inbox = follower.cursor
    forged = Cursors(b"another key altogether").mint(f"conversation:{_key(talk.id)}", 1)
    ahead = world.cursors.mint(f"conversation:{_key(talk.id)}", 1_000_000)
    for cursor in (elsewhere, of_inbox, forged, ahead, "garbage", "\0", "ÄÖÜ", "\ud800", "x" * 100_000):
        async with talk.anna.follow(CONVERSATION_EVENTS, id=talk.id, after=cursor) as feed:
            resync = await feed.next()
            assert (resync["__typename"], resync["reason"]) == ("Resync", "UNKNOWN_CURSOR")


async def test_after_a_resync_its_cursor_goes_on_without_a_gap(talk: Talk) -> None:
    async with talk.anna.follow(CONVERSATION_EVENTS, id=talk.id, after="garbage") as feed:
        cursor = (await feed.next())["cursor"]
    await say(talk.grace, talk.id, "Hello")
    async with conversation(talk.anna, talk, after=cursor) as again:
        assert (await again.next())["message"]["text"] == "Hello"


async def test_a_cursor_older_than_what_is_kept_is_too_old(talk: Talk) -> None:
    async with conversation(talk.anna, talk) as anna:
        cursor = anna.cursor
    for text in ("One", "Two", "Three"):
        await say(talk.grace, talk.id, text)
    topic = f"conversation:{_key(talk.id)}"
    head = (await Feed.get(topic=topic)).head
    await EventRow.filter(topic=topic, seq__lt=head).delete()
    await Feed.filter(topic=topic).update(floor=head - 1)
    async with talk.anna.follow(CONVERSATION_EVENTS, id=talk.id, after=cursor) as feed:
        resync = await feed.next()
        assert (resync["__typename"], resync["reason"]) == ("Resync", "TOO_OLD")
        await say(talk.grace, talk.id, "Four")
        assert (await feed.next())["message"]["text"] == "Four"


def _key(id: str) -> int:
    return ids.decode(id, "Conversation")


# ── An agent's inbox ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_inbox_hears_a_meetings_whole_life(
    sign_in: SignIn, anna: Agent, annas_link: ScheduleLink
) -> None:
    async with inbox(sign_in.agent(anna)) as follower:
        talk = await a_talk(sign_in, anna)
        booked = await follower.until("MeetingChanged")
        assert sorted(kinds(booked)) == ["AssignmentChanged", "ConversationChanged", "MeetingChanged"]
        assert booked[-1]["meeting"] == {
            "id": talk.meeting,
            "status": "SCHEDULED",
            "start": "2027-03-01T08:00:00Z",
        }
        [assigned] = [event for event in booked if event["__typename"] == "AssignmentChanged"]
        assert (assigned["conversation"]["id"], assigned["record"]["how"]) == (talk.id, "BOOKED")
        await say(talk.grace, talk.id, "Hello")
        [changed] = await follower.until("ConversationChanged")
        assert changed["conversation"] == {
            "id": talk.id,
            "lastSeq": 2,
            "unreadCount": 2,
            "lastMessage": {"text": "Hello"},
        }
        await talk.grace.do(MOVE, input={"meetingId": talk.meeting, "start": TEN})
        assert (await follower.until("MeetingChanged"))[-1]["change"] == {"kind": "RESCHEDULED"}
        await talk.grace.do(CANCEL, input={"meetingId": talk.meeting})
        assert (await follower.until("MeetingChanged"))[-1]["change"] == {"kind": "CANCELLED"}


async def test_an_agents_other_windows_hear_that_it_was_read(talk: Talk) -> None:
    async with inbox(talk.anna) as follower:
        await talk.anna.do(READ, input={"conversationId": talk.id, "seq": 1})
        assert (await follower.next())["conversation"]["unreadCount"] == 0


async def test_who_is_given_a_conversation_hears_it_and_who_had_it_too(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    async with inbox(talk.anna) as hers, inbox(sign_in.agent(ben)) as his:
        wanted = {"conversationId": talk.id, "agentId": ids.encode("Agent", ben.id)}
        await talk.anna.do(ASSIGN, input=wanted)
        for follower in (hers, his):
            assert kinds(await follower.until("ConversationChanged")) == [
                "AssignmentChanged",
                "ConversationChanged",
            ]


async def test_an_inbox_comes_back_with_its_cursor(
    sign_in: SignIn, anna: Agent, annas_link: ScheduleLink
) -> None:
    client = sign_in.agent(anna)
    async with inbox(client) as follower:
        cursor = follower.cursor
    first, second = await a_talk(sign_in, anna), await a_talk(sign_in, anna, start=TEN)
    async with inbox(client, after=cursor) as again:
        heard = await again.until("MeetingChanged") + await again.until("MeetingChanged")
    meetings = [event["meeting"]["id"] for event in heard if event["__typename"] == "MeetingChanged"]
    assert meetings == [first.meeting, second.meeting]


async def test_neither_colleagues_nor_strangers_hear_what_is_not_theirs(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    """Each hears first of all the meeting of their own that is booked last."""
    organization, rival = await anna.organization, await an_organization("rival")
    ben, eve = await an_agent(organization, "Ben"), await an_agent(rival, "Eve", role=Role.ADMINISTRATOR)
    await a_link(ben)
    await a_link(eve)
    async with inbox(sign_in.agent(ben)) as his, inbox(sign_in.agent(eve)) as hers:
        await say(talk.grace, talk.id, "Hello")
        await a_talk(sign_in, anna, start=TEN)
        await talk.grace.do(CANCEL, input={"meetingId": talk.meeting})
        for follower, agent, link in ((his, ben, "acme/ben"), (hers, eve, "rival/eve")):
            own = await a_talk(sign_in, agent, start=ELEVEN, link=link)
            heard = await follower.until("MeetingChanged")
            assert heard[-1]["meeting"]["id"] == own.meeting
            seen = {event["conversation"]["id"] for event in heard if "conversation" in event}
            assert seen == {own.id}


async def test_who_may_not_see_a_conversation_may_not_follow_it(
    talk: Talk, sign_in: SignIn, anna: Agent, public: Client
) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    eve = await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR)
    heidi = await a_talk(sign_in, anna, start=TEN)
    for client in (sign_in.agent(ben), sign_in.agent(eve), heidi.grace):
        for after in ("", None):
            async with client.follow(CONVERSATION_EVENTS, id=talk.id, after=after) as feed:
                refusal = await feed.refusal()
            assert (refusal["code"], refusal["refusal"]) == ("BAD_REQUEST", "NOT_FOUND")
    async with public.follow(CONVERSATION_EVENTS, id=talk.id, after="") as feed:
        assert (await feed.refusal())["code"] == "UNAUTHENTICATED"


async def test_only_agents_have_an_inbox(talk: Talk, public: Client) -> None:
    for client in (talk.grace, public):
        async with client.follow(INBOX_EVENTS, after="") as feed:
            assert (await feed.refusal())["code"] == "UNAUTHENTICATED"
