"""Notes: for agents only, whatever way a guest might come to one."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.words import Role
from tests.builders import an_agent, an_organization
from tests.resolvers.conftest import Client, SignIn, Talk
from tests.resolvers.documents import (
    BOOK,
    CONVERSATION,
    CONVERSATIONS,
    READ,
    TEN,
    say,
    texts,
    wish,
)
from tests.resolvers.feeds.following import conversation, kinds

SECRET = "He is always late."


@pytest.fixture
async def note(talk: Talk) -> dict[str, Any]:
    """A note by Anna between two texts."""
    await say(talk.grace, talk.id, "Hello")
    return await say(talk.anna, talk.id, SECRET, kind="NOTE")


async def test_a_note_is_seen_by_agents(talk: Talk, note: dict[str, Any]) -> None:
    assert texts(await talk.anna.do(CONVERSATION, id=talk.id)) == ["Hello", SECRET]


async def test_a_guest_sees_no_note_in_any_field_of_the_conversation(talk: Talk, note: dict[str, Any]) -> None:
    shown = await talk.grace.do(CONVERSATION, id=talk.id)
    assert texts(shown) == ["Hello"]
    assert shown["lastMessage"]["text"] == "Hello"
    assert shown["lastSeq"] == shown["lastMessage"]["seq"] == 2
    assert shown["lastMessageDirection"] == "INBOUND"
    assert shown["unreadCount"] == 0
    assert SECRET not in str(shown)


async def test_a_note_raises_no_count_and_no_filter_of_a_guest(talk: Talk, note: dict[str, Any]) -> None:
    unread = await talk.grace.do(CONVERSATIONS, filter={"unread": True})
    assert unread["totalCount"] == 0
    answered = await talk.grace.do(CONVERSATIONS, filter={"lastMessageDirection": "OUTBOUND"})
    assert answered["totalCount"] == 0


async def test_paging_jumps_over_a_note_for_a_guest(talk: Talk, note: dict[str, Any]) -> None:
    await say(talk.anna, talk.id, "Good morning")
    query = "query($id: ID!) { conversation(id: $id) { messages(last: 2) { edges { node { text } } } } }"
    shown = await talk.grace.do(query, id=talk.id)
    assert [edge["node"]["text"] for edge in shown["messages"]["edges"]] == ["Hello", "Good morning"]


async def test_a_reply_to_a_note_shows_a_guest_no_note(talk: Talk, note: dict[str, Any]) -> None:
    await say(talk.anna, talk.id, "You are welcome", replyToId=note["id"])
    seen = await talk.grace.do(CONVERSATION, id=talk.id)
    assert seen["messages"]["edges"][-1]["node"]["replyTo"] is None
    assert SECRET not in str(seen)
    by_agents = await talk.anna.do(CONVERSATION, id=talk.id)
    assert by_agents["messages"]["edges"][-1]["node"]["replyTo"]["text"] == SECRET


async def test_a_note_is_no_node_to_a_guest(talk: Talk, note: dict[str, Any], public: Client) -> None:
    query = "query($id: ID!) { node(id: $id) { id ... on Message { text } } }"
    many = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Message { text } } }"
    for stranger in (talk.grace, public):
        assert (await stranger.run(query, id=note["id"])).data == {"node": None}
        assert (await stranger.run(many, ids=[note["id"]])).data == {"nodes": [None]}
    assert (await talk.anna.do(query, id=note["id"]))["text"] == SECRET


async def test_a_guest_can_neither_reply_to_a_note_nor_read_up_to_it(talk: Talk, note: dict[str, Any]) -> None:
    query = """mutation($input: SendMessageInput!) {
        sendMessage(input: $input) { message { id } errors { code field } } }"""
    replied = await talk.grace.do(
        query, input={"conversationId": talk.id, "text": "What?", "replyToId": note["id"]}
    )
    assert replied["errors"] == [{"code": "NOT_FOUND", "field": ["replyToId"]}]
    read = await talk.grace.do(READ, input={"conversationId": talk.id, "seq": note["seq"]})
    assert read["errors"] == [{"code": "INVALID", "field": ["seq"]}]


async def test_a_guest_sees_no_note_through_the_meeting(
    talk: Talk, note: dict[str, Any], public: Client
) -> None:
    inside = (
        "{ lastSeq unreadCount lastMessage { text } messages { edges { node { text } } } assignments { how } }"
    )
    by_token = f"query($token: String) {{ meeting(manageToken: $token) {{ conversation {inside} }} }}"
    by_id = f"query($id: ID) {{ meeting(id: $id) {{ conversation {inside} }} }}"
    listed = f"{{ meetings {{ edges {{ node {{ conversation {inside} }} }} }} }}"
    for answer in (
        await public.run(by_token, token=talk.token),
        await talk.grace.run(by_token, token=talk.token),
        await talk.grace.run(by_id, id=talk.meeting),
        await talk.grace.run(listed),
    ):
        assert "Hello" in str(answer.data)
        assert SECRET not in str(answer.data)
        assert "'lastSeq': 2" in str(answer.data)


@pytest.mark.parametrize("elsewhere", [True, False])
async def test_an_agent_who_shows_a_manage_token_is_the_guest_it_was_given_to(
    talk: Talk, note: dict[str, Any], sign_in: SignIn, anna: Agent, stranger: Agent, elsewhere: bool
) -> None:
    visitor = stranger if elsewhere else await an_agent(await anna.organization, "Ben")
    query = """query($token: String) { meeting(manageToken: $token) { conversation {
        lastSeq lastMessage { text } messages { edges { node { text } } } assignments { how } } } }"""
    seen = (await sign_in.agent(visitor).do(query, token=talk.token))["conversation"]
    assert (seen["lastSeq"], seen["lastMessage"], seen["assignments"]) == (2, {"text": "Hello"}, [])
    assert SECRET not in str(seen)


async def test_an_agent_who_sees_the_meeting_stays_an_agent_with_its_token(
    talk: Talk, note: dict[str, Any]
) -> None:
    query = "query($token: String) { meeting(manageToken: $token) { conversation { lastMessage { text } } } }"
    seen = await talk.anna.do(query, token=talk.token)
    assert seen["conversation"]["lastMessage"]["text"] == SECRET


async def test_a_guest_who_books_again_is_the_guest_of_the_new_meeting_in_the_answer(talk: Talk) -> None:
    query = BOOK.replace(
        "conversation { id }", "conversation { id meetings { id } messages { edges { node { id } } } }"
    )
    booked = await talk.grace.do(query, input=wish(TEN))
    meeting = booked["meeting"]
    assert meeting["conversation"]["meetings"] == [{"id": meeting["id"]}]
    assert len(meeting["conversation"]["messages"]["edges"]) == 1


@pytest.fixture
async def stranger(db: None) -> Agent:
    """An administrator of another organization."""
    return await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR)


async def test_neither_order_nor_read_markers_show_a_guest_that_there_is_a_note(talk: Talk) -> None:
    asked = """query($id: ID!) { conversation(id: $id) { lastSeq members { lastReadSeq } }
      conversations { edges { cursor } } }"""
    await say(talk.anna, talk.id, "Hello")  # she has read all that is before this
    before = await talk.grace.run(asked, id=talk.id)
    await say(talk.anna, talk.id, SECRET, kind="NOTE")
    assert (await talk.grace.run(asked, id=talk.id)).data == before.data
    assert before.errors == []


async def test_two_tokens_in_one_query_are_refused(talk: Talk, public: Client) -> None:
    asked = 'query { a: meeting(manageToken: "guest_a") { id } b: meeting(manageToken: "guest_b") { id } }'
    assert (await public.run(asked)).codes == ["BAD_REQUEST"]


async def test_who_writes_a_note_has_read_what_was_said_before_and_the_guest_hears_it(talk: Talk) -> None:
    await say(talk.grace, talk.id, "Hello")
    async with conversation(talk.grace, talk) as grace:
        await say(talk.anna, talk.id, SECRET, kind="NOTE")
        await say(talk.anna, talk.id, "And another one.", kind="NOTE")
        assert (await grace.next())["member"] == {"lastReadSeq": 2}
        await say(talk.grace, talk.id, "Are you there?")
        assert kinds([await grace.next()]) == ["MessageAdded"]
