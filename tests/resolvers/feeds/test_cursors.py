"""Cursors that a client comes back with: those that can be gone on from, and those that cannot."""

from __future__ import annotations

from models.agent.agent import Agent
from models.event import EventRow, Feed
from realtime.cursors import Cursors
from resolvers import ids
from resolvers.context import World
from tests.resolvers.conftest import SignIn, Talk, a_talk
from tests.resolvers.documents import (
    CONVERSATION_EVENTS,
    TEN,
    say,
)
from tests.resolvers.feeds.following import conversation, inbox


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
