"""Whispers: for who supervises and whoever has the conversation, whatever way somebody else might come to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from tortoise import connections

from models.agent.agent import Agent
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.link import ScheduleLink
from models.organization.service import ServiceMember
from models.webhook.webhook import Webhook
from models.words import MemberRole, Role
from resolvers import ids
from tests.builders import MONDAY, Clock, a_link, a_service, an_agent, an_organization
from tests.resolvers.attachment_documents import MESSAGES, UPLOAD, a_file, send, send_file, upload
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import (
    ASSIGN,
    CONVERSATION,
    CONVERSATIONS,
    READ,
    SEND,
    codes,
    say,
    texts,
)
from tests.resolvers.feeds.following import conversation, inbox, kinds
from tests.resolvers.talk_documents import UNREAD

SECRET = "Offer him the discount."
NODE = "query($id: ID!) { node(id: $id) { id ... on Message { text } } }"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Message { text } } }"


@dataclass(frozen=True, slots=True)
class Room:
    """Anna has the conversation with Grace; Ben was added to it, Zoe is of its service, and the chief supervises."""

    talk: Talk
    ben: Client
    zoe: Client
    chief: Client

    @property
    def others(self) -> tuple[Client, ...]:
        """Who sees the conversation, and no whisper."""
        return self.talk.grace, self.ben, self.zoe

    @property
    def id(self) -> str:
        return self.talk.id


@pytest.fixture
async def room(talk: Talk, sign_in: SignIn, anna: Agent) -> Room:
    organization = await anna.organization
    ben, zoe = await an_agent(organization, "Ben"), await an_agent(organization, "Zoe")
    chief = await an_agent(organization, "Chief", role=Role.SUPERVISOR)
    service = await a_service(organization, anna, zoe)
    await Conversation.all().update(service=service)
    talked = await Conversation.get()
    await Member.create(
        organization=organization, conversation=talked, agent=ben, role=MemberRole.AGENT, joined_at=MONDAY
    )
    return Room(talk, sign_in.agent(ben), sign_in.agent(zoe), sign_in.agent(chief))


@pytest.fixture
async def whisper(room: Room) -> dict[str, Any]:
    """What the chief whispers after a text of Grace's."""
    await say(room.talk.grace, room.id, "Hello")
    return await say(room.chief, room.id, SECRET, kind="WHISPER")


async def gives(room: Room, sign_in: SignIn, name: str) -> None:
    """The chief gives the conversation to the agent of this name."""
    agent = await Agent.get(name=name)
    await ServiceMember.get_or_create(
        organization_id=agent.organization_id,
        service_id=(await Conversation.get()).service_id,
        agent_id=agent.id,
    )
    head = sign_in.agent(await an_agent(await agent.organization, "Head", role=Role.ADMINISTRATOR))
    wanted = {"conversationId": room.id, "agentId": ids.encode("Agent", agent.id)}
    assert codes(await head.do(ASSIGN, input=wanted)) == []


# ── Who sees them ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_whisper_is_seen_by_who_supervises_and_whoever_has_the_conversation(
    room: Room, whisper: dict[str, Any], sign_in: SignIn, anna: Agent
) -> None:
    organization = await anna.organization
    others = [
        sign_in.agent(await an_agent(organization, role.title(), role=role))
        for role in (Role.ADMINISTRATOR, Role.MANAGER)
    ]
    for client in (room.talk.anna, room.chief, *others):
        seen = await client.do(CONVERSATION, id=room.id)
        assert texts(seen) == ["Hello", SECRET]
        assert (seen["lastMessage"]["text"], seen["lastSeq"]) == (SECRET, whisper["seq"])
        assert (await client.do(NODE, id=whisper["id"]))["text"] == SECRET


async def test_who_supervises_whispers_a_file_and_sends_none_to_the_guest(room: Room) -> None:
    said = await send_file(room.chief, room.id, kind="WHISPER", text=SECRET)
    assert (said["kind"], said["attachment"]["filename"]) == ("WHISPER", "photo.png")
    for client in (room.chief, room.talk.anna):
        [edge] = (await client.do(MESSAGES, id=room.id))["messages"]["edges"][-1:]
        assert edge["node"]["attachment"]["id"] == said["attachment"]["id"]
    for client in room.others:
        assert said["attachment"]["id"] not in str(await client.do(MESSAGES, id=room.id))
        node = await client.run(NODE, id=said["attachment"]["id"])
        assert node.data in ({"node": None}, None)
    uploaded = await upload(room.chief, room.id)
    for kind in ("TEXT", "NOTE"):
        refused = await send(room.chief, room.id, kind=kind, text="", attachmentId=uploaded["id"])
        assert codes(refused) == ["NOT_A_MEMBER"]
    assert codes(await room.zoe.do(UPLOAD, id=room.id, file=a_file())) == ["NOT_A_MEMBER"]


async def test_nobody_else_sees_it_in_any_field_of_the_conversation(
    room: Room, whisper: dict[str, Any]
) -> None:
    await room.talk.anna.do(READ, input={"conversationId": room.id, "seq": whisper["seq"]})
    for client in room.others:
        seen = await client.do(CONVERSATION, id=room.id)
        assert texts(seen) == ["Hello"]
        assert (seen["lastMessage"]["text"], seen["lastSeq"]) == ("Hello", 2)
        assert max(member["lastReadSeq"] for member in seen["members"]) == 2
        assert seen["lastMessageDirection"] == "INBOUND"
        assert SECRET not in str(seen)


async def test_it_is_no_node_to_them(room: Room, whisper: dict[str, Any], public: Client) -> None:
    for client in (*room.others, public):
        assert (await client.run(NODE, id=whisper["id"])).data == {"node": None}
        assert (await client.run(NODES, ids=[whisper["id"]])).data == {"nodes": [None]}


async def test_it_raises_their_count_no_more_than_it_is_listed_as_unread(
    room: Room, whisper: dict[str, Any]
) -> None:
    await room.ben.do(READ, input={"conversationId": room.id, "seq": 2})
    assert (await room.ben.do(CONVERSATION, id=room.id))["unreadCount"] == 0
    for client in (room.ben, room.talk.grace):
        assert (await client.do(CONVERSATIONS, filter={"unread": True}))["totalCount"] == 0
    await room.talk.anna.do(READ, input={"conversationId": room.id, "seq": 2})
    assert (await room.talk.anna.do(CONVERSATION, id=room.id))["unreadCount"] == 1
    assert (await room.talk.anna.do(CONVERSATIONS, filter={"unread": True}))["totalCount"] == 1


async def test_nobody_else_finds_a_conversation_by_it(room: Room, whisper: dict[str, Any]) -> None:
    for client in (*room.others, room.talk.anna, room.chief):
        found = await client.do(CONVERSATIONS, filter={"search": "discount"})
        assert found["totalCount"] == (0 if client in room.others else 1)


async def test_it_moves_no_conversation_to_the_top(room: Room, whisper: dict[str, Any], clock: Clock) -> None:
    talked = await Conversation.get()
    before = (talked.last_message_at, talked.last_message_direction)
    clock.advance(minutes=5)
    await say(room.chief, room.id, "And be quick.", kind="WHISPER")
    talked = await Conversation.get()
    assert (talked.last_message_at, talked.last_message_direction) == before


async def test_a_reply_to_a_whisper_quotes_it_to_nobody_else(room: Room, whisper: dict[str, Any]) -> None:
    await say(room.talk.anna, room.id, "You get a discount.", replyToId=whisper["id"])
    for client in room.others:
        shown = await client.do(CONVERSATION, id=room.id)
        assert shown["messages"]["edges"][-1]["node"]["replyTo"] is None
        assert SECRET not in str(shown)
    shown = await room.talk.anna.do(CONVERSATION, id=room.id)
    assert shown["messages"]["edges"][-1]["node"]["replyTo"]["text"] == SECRET


async def test_others_neither_reply_to_it_nor_mark_it(room: Room, whisper: dict[str, Any]) -> None:
    marked = {"conversationId": room.id, "seq": whisper["seq"]}
    for client in (room.ben, room.talk.grace):
        replied = {"conversationId": room.id, "text": "What?", "replyToId": whisper["id"]}
        assert codes(await client.do(SEND, input=replied)) == ["NOT_FOUND"]
        assert codes(await client.do(READ, input=marked)) == ["INVALID"]
        assert codes(await client.do(UNREAD, input=marked)) == ["INVALID"]


async def test_whoever_is_given_the_conversation_sees_the_whispers_and_who_had_it_no_more(
    room: Room, whisper: dict[str, Any], sign_in: SignIn
) -> None:
    await gives(room, sign_in, "Ben")
    assert SECRET in texts(await room.ben.do(CONVERSATION, id=room.id))
    assert SECRET not in str(await room.talk.anna.do(CONVERSATION, id=room.id))
    assert (await room.talk.anna.run(NODE, id=whisper["id"])).data == {"node": None}


async def test_webhooks_are_not_told_of_it(room: Room, anna: Agent) -> None:
    wanting: dict[str, Any] = {"events": ["message.added"], "sealed_secret": b""}
    await Webhook.create(organization_id=anna.organization_id, url="https://hooks.example", **wanting)
    whisper = await say(room.chief, room.id, SECRET, kind="WHISPER")
    await say(room.talk.grace, room.id, "Good morning")
    jobs = await connections.get("default").execute_query_dict(
        "SELECT args FROM procrastinate_jobs WHERE task_name = 'webhooks.tell_of_message'"
    )
    told = {job["args"]["message_id"] for job in jobs}
    assert ids.decode(whisper["id"], "Message") not in told
    assert len(told) == 1  # Grace's


# ── Who hears of them ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_conversations_feed_tells_of_it_who_sees_it_and_nobody_else(room: Room) -> None:
    async with (
        conversation(room.talk.anna, room.talk) as anna,
        conversation(room.chief, room.talk) as chief,
        conversation(room.ben, room.talk) as ben,
        conversation(room.talk.grace, room.talk) as grace,
    ):
        start = ben.cursor
        await say(room.chief, room.id, SECRET, kind="WHISPER")
        await say(room.talk.anna, room.id, "Good morning")
        for follower in (anna, chief):
            assert (await follower.next())["message"]["text"] == SECRET
        for follower in (anna, chief, ben, grace):
            assert (await follower.next())["message"]["text"] == "Good morning"
    async with conversation(room.ben, room.talk, after=start) as again:
        assert (await again.next())["message"]["text"] == "Good morning"


async def test_it_is_told_again_to_whoever_has_the_conversation_then(room: Room, sign_in: SignIn) -> None:
    async with conversation(room.talk.anna, room.talk) as anna, conversation(room.ben, room.talk) as ben:
        before = anna.cursor, ben.cursor
        await say(room.chief, room.id, SECRET, kind="WHISPER")
        assert (await anna.next())["message"]["text"] == SECRET
    await gives(room, sign_in, "Ben")
    async with conversation(room.talk.anna, room.talk, after=before[0]) as anna:
        assert SECRET not in str(await anna.until("MessageAdded"))
    async with conversation(room.ben, room.talk, after=before[1]) as ben:
        assert (await ben.next())["message"]["text"] == SECRET


async def test_who_is_given_the_conversation_hears_the_next_one_where_they_listen_already(
    room: Room, sign_in: SignIn
) -> None:
    async with conversation(room.talk.anna, room.talk) as anna, conversation(room.ben, room.talk) as ben:
        await gives(room, sign_in, "Ben")
        await say(room.chief, room.id, SECRET, kind="WHISPER")
        await say(room.talk.grace, room.id, "Hello?")
        heard = [await follower.until("MessageAdded") for follower in (anna, ben)]  # that it was given away
        his = (await ben.next())["message"]["text"]
        hers = (await anna.next())["message"]["text"]
    assert (his, hers) == (SECRET, "Hello?")
    assert SECRET not in str(heard)


async def test_inboxes_of_others_are_not_even_told_that_there_is_one(room: Room) -> None:
    async with inbox(room.talk.anna) as anna, inbox(room.ben) as ben:
        await say(room.chief, room.id, SECRET, kind="WHISPER")
        heard = await anna.next()
        assert heard["conversation"]["lastMessage"] == {"text": SECRET}
        await say(room.talk.grace, room.id, "Hello")
        assert (await ben.next())["conversation"]["lastMessage"] == {"text": "Hello"}


async def test_the_inbox_of_a_member_who_supervises_is_told(room: Room, anna: Agent) -> None:
    chief = await Agent.get(name="Chief")
    await Member.create(
        organization_id=chief.organization_id,
        conversation=await Conversation.get(),
        agent=chief,
        role=MemberRole.SUPERVISOR,
        joined_at=MONDAY,
    )
    async with inbox(room.chief) as follower:
        await say(room.chief, room.id, SECRET, kind="WHISPER")
        assert kinds([await follower.next()]) == ["ConversationChanged"]


async def test_of_one_that_waits_its_service_is_not_told(
    sign_in: SignIn, anna: Agent, annas_link: ScheduleLink
) -> None:
    organization = await anna.organization
    zoe = await an_agent(organization, "Zoe")
    service = await a_service(organization, zoe, name="Waiting", assign_on_booking=False)
    await a_link(service)
    talk = await a_talk(sign_in, anna, link="acme/waiting")
    chief = sign_in.agent(await an_agent(organization, "Chief", role=Role.SUPERVISOR))
    async with inbox(sign_in.agent(zoe)) as follower:
        await say(chief, talk.id, SECRET, kind="WHISPER")
        await say(talk.grace, talk.id, "Hello")
        assert (await follower.next())["conversation"]["lastMessage"] == {"text": "Hello"}


async def test_of_one_that_waits_who_supervises_in_its_service_is_told(
    sign_in: SignIn, anna: Agent, annas_link: ScheduleLink
) -> None:
    chief = await an_agent(await anna.organization, "Chief", role=Role.SUPERVISOR)
    await a_link(await a_service(await anna.organization, chief, name="Waiting", assign_on_booking=False))
    talk = await a_talk(sign_in, anna, link="acme/waiting")
    async with inbox(sign_in.agent(chief)) as follower:
        await say(sign_in.agent(chief), talk.id, SECRET, kind="WHISPER")
        assert (await follower.next())["conversation"]["lastMessage"] == {"text": SECRET}


async def test_that_a_whisper_was_read_hears_who_sees_it(room: Room, whisper: dict[str, Any]) -> None:
    await room.talk.anna.do(READ, input={"conversationId": room.id, "seq": 2})
    async with (
        conversation(room.chief, room.talk) as chief,
        conversation(room.ben, room.talk) as ben,
        conversation(room.talk.grace, room.talk) as grace,
    ):
        await room.talk.anna.do(READ, input={"conversationId": room.id, "seq": whisper["seq"]})
        await say(room.talk.grace, room.id, "Hello?")
        assert (await chief.next())["member"] == {"lastReadSeq": whisper["seq"]}
        for follower in (ben, grace):
            assert kinds([await follower.next()]) == ["MessageAdded"]


async def test_that_a_note_was_read_hears_no_guest(room: Room) -> None:
    note = await say(room.ben, room.id, "He is always late.", kind="NOTE")
    await room.talk.anna.do(READ, input={"conversationId": room.id, "seq": 1})
    async with conversation(room.ben, room.talk) as ben, conversation(room.talk.grace, room.talk) as grace:
        await room.talk.anna.do(READ, input={"conversationId": room.id, "seq": note["seq"]})
        await say(room.talk.grace, room.id, "Hello?")
        assert (await ben.next())["member"] == {"lastReadSeq": note["seq"]}
        assert kinds([await grace.next()]) == ["MessageAdded"]


# ── Who whispers ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_supervises_whispers_without_being_a_member(room: Room, sign_in: SignIn, anna: Agent) -> None:
    organization = await anna.organization
    for role in (Role.ADMINISTRATOR, Role.MANAGER, Role.SUPERVISOR):
        client = sign_in.agent(await an_agent(organization, f"A {role.value}".title(), role=role))
        said = await say(client, room.id, SECRET, kind="WHISPER")
        assert (said["kind"], said["text"]) == ("WHISPER", SECRET)
    assert await Message.filter(kind="WHISPER").count() == 3
    assert await Member.all().count() == 3  # Anna, Grace and Ben, as before


@pytest.mark.parametrize("kind", ["TEXT", "NOTE"])
async def test_who_reads_along_says_nothing_else(room: Room, kind: str) -> None:
    said = {"conversationId": room.id, "text": "Hello", "kind": kind}
    assert codes(await room.chief.do(SEND, input=said)) == ["NOT_A_MEMBER"]


async def test_others_do_not_whisper(room: Room, sign_in: SignIn, anna: Agent, public: Client) -> None:
    said = {"conversationId": room.id, "text": SECRET, "kind": "WHISPER"}
    for client in (room.talk.anna, room.ben, room.zoe, room.talk.grace):
        assert codes(await client.do(SEND, input=said)) == ["FORBIDDEN"]
    planner = sign_in.agent(await an_agent(await anna.organization, "Planner", role=Role.BOOKING_MANAGER))
    assert codes(await planner.do(SEND, input=said)) == ["NOT_FOUND"]
    assert (await public.run(SEND, input=said)).codes == ["UNAUTHENTICATED"]
    assert await Message.filter(kind="WHISPER").count() == 0


async def test_a_whisper_replies_to_any_message_and_is_no_answer_of_another(room: Room) -> None:
    asked = await say(room.talk.grace, room.id, "Where do we meet?")
    await say(room.chief, room.id, SECRET, kind="WHISPER", replyToId=asked["id"])
    await say(room.talk.anna, room.id, "Here.", expectedLastSeq=asked["seq"])


async def test_another_organization_neither_sees_nor_whispers(
    room: Room, whisper: dict[str, Any], sign_in: SignIn
) -> None:
    eve = await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR)
    stranger = sign_in.agent(eve)
    assert (await stranger.run(NODE, id=whisper["id"])).data == {"node": None}
    said = {"conversationId": room.id, "text": SECRET, "kind": "WHISPER"}
    assert codes(await stranger.do(SEND, input=said)) == ["NOT_FOUND"]
