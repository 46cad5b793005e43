"""Messages: sent by guest and agent, and what is refused of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.agent.agent import Agent
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.words import ConversationStatus, MemberRole, Role
from resolvers import ids
from tests.builders import MONDAY, an_agent
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import ASSIGN, CONVERSATION, SEND, TEN, codes, say


async def test_guest_and_agent_write_to_each_other(talk: Talk) -> None:
    asked = await say(talk.grace, talk.id, "  Where do we meet?\r\nOnline?  ")
    answered = await say(talk.anna, talk.id, "Here.", replyToId=asked["id"])
    assert (asked["seq"], asked["kind"], asked["direction"]) == (2, "TEXT", "INBOUND")
    assert asked["text"] == "Where do we meet?\nOnline?"
    assert asked["author"] == {"__typename": "Contact", "name": "Grace Guest"}
    assert (answered["seq"], answered["direction"]) == (3, "OUTBOUND")
    assert answered["author"] == {"__typename": "Agent", "name": "Anna"}
    assert answered["replyTo"]["id"] == asked["id"]
    for client in (talk.grace, talk.anna):
        assert (await client.do(CONVERSATION, id=talk.id))["lastMessage"]["text"] == "Here."


async def test_seqs_are_dense_however_many_write_at_once(talk: Talk) -> None:
    clients = (talk.grace, talk.anna)
    sent = await asyncio.gather(*(say(clients[n % 2], talk.id, f"{n}") for n in range(32)))
    assert sorted(message["seq"] for message in sent) == list(range(2, 34))
    shown = await talk.anna.do(CONVERSATION, id=talk.id)
    assert shown["lastSeq"] == shown["lastMessage"]["seq"] == 33
    assert [edge["node"]["seq"] for edge in shown["messages"]["edges"]] == list(range(1, 34))


async def send(client: Client, talk: Talk, **input: Any) -> list[str]:
    return codes(await client.do(SEND, input={"conversationId": talk.id, "text": "Hello", **input}))


async def test_a_guest_writes_no_notes(talk: Talk) -> None:
    assert await send(talk.grace, talk, kind="NOTE") == ["FORBIDDEN"]
    assert await Message.filter(text="Hello").count() == 0


@pytest.mark.parametrize("kind", ["SYSTEM", "ATTACHMENT", "VOICE", "TEMPLATE"])
async def test_what_somebody_says_is_a_text_a_note_or_a_whisper(talk: Talk, kind: str) -> None:
    for client in (talk.anna, talk.grace):
        assert await send(client, talk, kind=kind) == ["INVALID"]


async def test_who_is_no_member_does_not_write(talk: Talk, sign_in: SignIn, anna: Agent) -> None:
    chief = sign_in.agent(await an_agent(await anna.organization, "Chief", role=Role.ADMINISTRATOR))
    assert await send(chief, talk) == ["NOT_A_MEMBER"]


async def test_who_does_not_see_the_conversation_does_not_find_it(
    talk: Talk, sign_in: SignIn, anna: Agent, public: Client
) -> None:
    ben = sign_in.agent(await an_agent(await anna.organization, "Ben"))
    heidi = (await a_talk(sign_in, anna, start=TEN)).grace
    for client in (ben, heidi):
        assert await send(client, talk) == ["NOT_FOUND"]
    answer = await public.run(SEND, input={"conversationId": talk.id, "text": "Hello"})
    assert answer.codes == ["UNAUTHENTICATED"]
    assert await Message.filter(text="Hello").count() == 0


async def test_a_closed_conversation_takes_no_more_of_who_does_not_have_it(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    await talk.anna.do(ASSIGN, input={"conversationId": talk.id, "agentId": ids.encode("Agent", ben.id)})
    await Conversation.all().update(status=ConversationStatus.CLOSED)
    assert await send(talk.anna, talk) == ["CONVERSATION_CLOSED"]
    assert await send(talk.grace, talk) == []
    assert await send(talk.anna, talk) == []


async def test_a_reply_is_to_a_message_of_the_same_conversation(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    other = await a_talk(sign_in, anna, start=TEN)
    elsewhere = await say(other.grace, other.id, "Elsewhere")
    assert await send(talk.anna, talk, replyToId=elsewhere["id"]) == ["NOT_FOUND"]


# ── Another agent has answered meanwhile ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def ben(talk: Talk, sign_in: SignIn, anna: Agent) -> Client:
    """Another agent of the conversation."""
    agent = await an_agent(await anna.organization, "Ben")
    conversation = await Conversation.get()
    await Member.create(
        organization_id=agent.organization_id,
        conversation=conversation,
        agent=agent,
        role=MemberRole.AGENT,
        joined_at=MONDAY,
    )
    return sign_in.agent(agent)


async def test_an_answer_that_another_agent_gave_meanwhile_stops_a_second_one(talk: Talk, ben: Client) -> None:
    asked = await say(talk.grace, talk.id, "Where do we meet?")
    await say(talk.anna, talk.id, "Here.", expectedLastSeq=asked["seq"])
    assert await send(ben, talk, expectedLastSeq=asked["seq"]) == ["REPLIED_MEANWHILE"]
    assert await send(ben, talk, expectedLastSeq=asked["seq"] + 1) == []


async def test_neither_a_note_nor_the_guest_nor_oneself_is_another_agents_answer(
    talk: Talk, ben: Client
) -> None:
    asked = await say(talk.grace, talk.id, "Where do we meet?")
    await say(talk.anna, talk.id, "Ask him", kind="NOTE")
    await say(talk.grace, talk.id, "Hello?")
    await say(ben, talk.id, "One moment")
    assert await send(ben, talk, expectedLastSeq=asked["seq"]) == []


async def test_of_two_agents_who_answer_at_once_one_is_told(talk: Talk, ben: Client) -> None:
    asked = await say(talk.grace, talk.id, "Where do we meet?")
    answers = await asyncio.gather(*(send(c, talk, expectedLastSeq=asked["seq"]) for c in (talk.anna, ben)))
    assert sorted(answers) == [[], ["REPLIED_MEANWHILE"]]


async def test_of_many_agents_who_answer_at_once_one_answers(talk: Talk, sign_in: SignIn, anna: Agent) -> None:
    colleagues = [await an_agent(await anna.organization) for _ in range(10)]
    talked = await Conversation.get()
    shared = {"organization_id": anna.organization_id, "conversation_id": talked.id, "joined_at": MONDAY}
    await Member.bulk_create([Member(**shared, agent_id=one.id, role=MemberRole.AGENT) for one in colleagues])
    clients = [sign_in.agent(one) for one in colleagues]
    for _ in range(3):
        asked = await say(talk.grace, talk.id, "Hello?")
        answers = await asyncio.gather(*(send(one, talk, expectedLastSeq=asked["seq"]) for one in clients))
        assert sorted(answers) == [[], *[["REPLIED_MEANWHILE"]] * 9]


# ── The same message twice ─────────────────────────────────────────────────────────────────────────────────────────


async def test_the_same_key_sends_once_and_answers_the_same(talk: Talk) -> None:
    first = await say(talk.grace, talk.id, "Hello", idempotencyKey="k")
    assert await say(talk.grace, talk.id, "Hello", idempotencyKey="k") == first
    assert await Message.filter(text="Hello").count() == 1


async def test_twins_that_come_at_once_are_one_message(talk: Talk) -> None:
    sent = await asyncio.gather(*(say(talk.grace, talk.id, "Hello", idempotencyKey="k") for _ in range(16)))
    assert len({message["id"] for message in sent}) == 1
    assert (await talk.grace.do(CONVERSATION, id=talk.id))["lastSeq"] == 2


async def test_the_same_key_with_another_input_is_refused(talk: Talk) -> None:
    await say(talk.grace, talk.id, "Hello", idempotencyKey="k")
    for other in ({"text": "Bye"}, {"kind": "NOTE"}, {"expectedLastSeq": 1}):
        assert await send(talk.grace, talk, idempotencyKey="k", **other) in (
            ["IDEMPOTENCY_CONFLICT"],
            ["FORBIDDEN"],
        )
    assert await Message.exclude(kind="SYSTEM").count() == 1


async def test_each_writer_has_keys_of_their_own(talk: Talk) -> None:
    await say(talk.grace, talk.id, "Hello", idempotencyKey="k")
    await say(talk.anna, talk.id, "Hello", idempotencyKey="k")
    assert await Message.filter(text="Hello").count() == 2


async def test_the_key_of_a_refused_message_may_be_used_again(talk: Talk) -> None:
    assert await send(talk.grace, talk, replyToId=ids.encode("Message", 1), idempotencyKey="k") == ["NOT_FOUND"]
    assert await send(talk.grace, talk, idempotencyKey="k") == []


async def test_what_was_said_by_somebody_who_was_forgotten_was_not_said_by_the_system(talk: Talk) -> None:
    await say(talk.grace, talk.id, "Hello")
    await Message.filter(text="Hello").update(author_contact_id=None)
    read = "query($id: ID!) { conversation(id: $id) { messages { edges { node { kind author { __typename } } } } } }"
    edges = (await talk.anna.do(read, id=talk.id))["messages"]["edges"]
    assert [(one["node"]["kind"], one["node"]["author"]) for one in edges] == [
        ("SYSTEM", {"__typename": "SystemActor"}),
        ("TEXT", None),
    ]
