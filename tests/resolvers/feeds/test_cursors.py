"""Cursors that a client comes back with: those that can be gone on from, and those that cannot. Every feed says so.

`slotEvents` has cursors of another kind, which say what is known (see tests/resolvers/slot_feeds/test_slot_feed.py).
"""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLObjectType, build_schema

from models.agent.agent import Agent
from models.event import EventRow, Feed
from models.words import Role
from realtime.cursors import Cursors
from realtime.events import conversation_topic, inbox_topic
from resolvers import ids
from resolvers.context import World
from schema.root import schema
from tests.builders import a_link, an_agent, an_organization
from tests.resolvers.conftest import SignIn, Talk, a_talk
from tests.resolvers.documents import CONVERSATION_EVENTS, ELEVEN, INBOX_EVENTS, MEETING_EVENTS, MOVE, TEN
from tests.resolvers.feeds.following import conversation, following, inbox

FEEDS = {
    "conversationEvents": CONVERSATION_EVENTS,
    "inboxEvents": INBOX_EVENTS,
    "meetingEvents": MEETING_EVENTS,
}
every_feed = pytest.mark.parametrize("name", FEEDS)


def of(name: str, talk: Talk) -> dict[str, Any]:
    """What of the talk is followed."""
    return {"conversationEvents": {"id": talk.id}, "meetingEvents": {"id": talk.meeting}}.get(name, {})


def topic_of(name: str, talk: Talk, anna: Agent) -> str:
    if name == "inboxEvents":
        return inbox_topic(anna.id)
    return conversation_topic(ids.decode(talk.id, "Conversation"))


def test_these_are_all_the_feeds_that_take_a_cursor_of_an_event() -> None:
    subscription = build_schema(schema.as_str()).subscription_type
    assert isinstance(subscription, GraphQLObjectType)
    with_cursors = {name for name, field in subscription.fields.items() if "after" in field.args}
    assert with_cursors - {"slotEvents"} == set(FEEDS)


@every_feed
async def test_a_cursor_of_another_feed_or_of_nobody_is_answered_by_a_resync(
    name: str, talk: Talk, sign_in: SignIn, anna: Agent, world: World
) -> None:
    topic = topic_of(name, talk, anna)
    other = await a_talk(sign_in, anna, start=TEN)
    rival = await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR)
    await a_link(rival)
    theirs = await a_talk(sign_in, rival, link="rival/eve")
    unusable = []
    for person, one in ((talk.anna, other), (theirs.anna, theirs)):
        async with inbox(person) as of_inbox, conversation(person, one) as of_conversation:
            unusable += [of_conversation.cursor] + (
                [of_inbox.cursor] if one is theirs or "inbox" not in name else []
            )
    unusable.append(Cursors(b"another key altogether").mint(topic, 1))
    unusable.append(world.cursors.mint(topic, 1_000_000))
    for cursor in (*unusable, "", "garbage", "\0", "ÄÖÜ", "\ud800", "x" * 100_000):
        async with talk.anna.follow(FEEDS[name], **of(name, talk), after=cursor) as feed:
            resync = await feed.next()
            assert (resync["__typename"], resync["reason"]) == ("Resync", "UNKNOWN_CURSOR"), cursor


@every_feed
async def test_after_a_resync_its_cursor_goes_on_without_a_gap(name: str, talk: Talk) -> None:
    async with talk.anna.follow(FEEDS[name], **of(name, talk), after="garbage") as feed:
        cursor = (await feed.next())["cursor"]
    await talk.grace.do(MOVE, input={"meetingId": talk.meeting, "start": TEN})
    async with following(talk.anna, FEEDS[name], **of(name, talk), after=cursor) as again:
        heard = await again.until("MeetingChanged")
    assert heard[-1]["meeting"]["id"] == talk.meeting


@every_feed
async def test_a_cursor_older_than_what_is_kept_is_too_old(name: str, talk: Talk, anna: Agent) -> None:
    async with following(talk.anna, FEEDS[name], **of(name, talk), after="") as follower:
        cursor = follower.cursor
    await talk.grace.do(MOVE, input={"meetingId": talk.meeting, "start": TEN})
    topic = topic_of(name, talk, anna)
    head = (await Feed.get(topic=topic)).head
    await EventRow.filter(topic=topic, seq__lte=head).delete()
    await Feed.filter(topic=topic).update(floor=head)
    async with talk.anna.follow(FEEDS[name], **of(name, talk), after=cursor) as feed:
        resync = await feed.next()
        assert (resync["__typename"], resync["reason"]) == ("Resync", "TOO_OLD")
        await talk.grace.do(MOVE, input={"meetingId": talk.meeting, "start": ELEVEN})
        while (heard := await feed.next())["__typename"] != "MeetingChanged":
            continue
        assert heard["meeting"]["id"] == talk.meeting
