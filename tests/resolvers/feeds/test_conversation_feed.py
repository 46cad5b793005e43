"""A conversation's feed: what is heard of it, live and afterwards, and by whom."""

from __future__ import annotations

import asyncio

from models.agent.agent import Agent
from models.conversation.message import Message
from models.link import ScheduleLink
from models.organization.service import ServiceMember
from models.transactions import transaction
from models.words import Role
from realtime.events import Announcement, EventKind, announce, conversation_topic
from resolvers import ids
from tests.builders import a_link, a_service, an_agent, an_organization
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import (
    ASSIGN,
    CANCEL,
    CONVERSATION,
    CONVERSATION_EVENTS,
    MOVE,
    NINE,
    READ,
    TEN,
    say,
)
from tests.resolvers.feeds.following import conversation, kinds


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
        await talk.anna.do(READ, input={"conversationId": talk.id, "seq": 1})
        assert kinds([await grace.next()]) == ["ReadMarkerMoved"]
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


async def test_a_message_that_has_changed_is_told_of_as_it_is_now(talk: Talk) -> None:
    async with conversation(talk.grace, talk) as grace:
        said = await say(talk.grace, talk.id, "Hello")
        await grace.next()
        async with transaction():
            message = await Message.get(id=ids.decode(said["id"], "Message"))
            await Message.filter(id=message.id).update(text="Goodbye", edited_at=NINE)
            announce(
                Announcement(
                    message.organization_id,
                    conversation_topic(message.conversation_id),
                    EventKind.MESSAGE_CHANGED,
                    {"message": message.id},
                )
            )
        [changed] = await grace.until("MessageChanged")
    assert changed["message"] == {
        "seq": said["seq"],
        "text": "Goodbye",
        "redacted": False,
        "editedAt": NINE,
        "replyTo": None,
    }
