"""Conversations: each meeting opens one; finding them; what a guest is not shown of one."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.conversation.conversation import Conversation
from models.link import ScheduleLink
from models.words import Role
from resolvers import ids
from tests.builders import Clock, a_link, a_service, an_agent, an_organization
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import (
    ASSIGN,
    BOOK,
    CANCEL,
    CONVERSATION,
    CONVERSATIONS,
    ELEVEN,
    GRACE,
    MOVE,
    NINE,
    READ,
    TEN,
    say,
    texts,
    wish,
)


async def test_each_meeting_opens_its_own_conversation_with_guest_and_agent(talk: Talk) -> None:
    shown = await talk.anna.do(CONVERSATION, id=talk.id)
    assert (shown["number"], shown["channel"], shown["status"]) == (1, "MEETING", "OPEN")
    assert shown["assignee"] == {"name": "Anna"}
    assert shown["contact"] == {"name": "Grace Guest"}
    assert shown["meetings"] == [{"id": talk.meeting}]
    assert sorted((m["party"]["name"], m["role"]) for m in shown["members"]) == [
        ("Anna", "ASSIGNEE"),
        ("Grace Guest", "GUEST"),
    ]
    assert [record["how"] for record in shown["assignments"]] == ["BOOKED"]


async def test_the_next_meeting_has_the_next_number_and_another_conversation(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    second = await a_talk(sign_in, anna, start=TEN)
    assert second.id != talk.id
    assert (await talk.anna.do(CONVERSATION, id=second.id))["number"] == 2


async def test_what_happens_to_the_meeting_is_told_in_its_conversation(talk: Talk) -> None:
    await talk.grace.do(MOVE, input={"meetingId": talk.meeting, "start": TEN})
    await talk.anna.do(CANCEL, input={"meetingId": talk.meeting})
    for client in (talk.grace, talk.anna):
        shown = await client.do(CONVERSATION, id=talk.id)
        nodes = [edge["node"] for edge in shown["messages"]["edges"]]
        assert [node["systemEvent"] for node in nodes] == [
            "MEETING_BOOKED",
            "MEETING_CHANGED",
            "MEETING_CANCELLED",
        ]
        assert {node["author"]["__typename"] for node in nodes} == {"SystemActor"}
        assert {node["meeting"]["id"] for node in nodes} == {talk.meeting}


async def test_a_guest_sees_neither_the_ledger_nor_another_meetings_conversation(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    other = await a_talk(sign_in, anna, start=TEN)
    assert (await talk.grace.do(CONVERSATION, id=talk.id))["assignments"] == []
    assert (await talk.grace.run(CONVERSATION, id=other.id)).data == {"conversation": None}
    listed = await talk.grace.do(CONVERSATIONS)
    assert [edge["node"]["id"] for edge in listed["edges"]] == [talk.id]


async def test_an_agent_who_has_nothing_to_do_with_it_does_not_see_it(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    ben = sign_in.agent(await an_agent(await anna.organization, "Ben"))
    assert (await ben.run(CONVERSATION, id=talk.id)).data == {"conversation": None}
    assert (await ben.do(CONVERSATIONS))["totalCount"] == 0


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MANAGER, Role.SUPERVISOR])
async def test_who_oversees_the_organization_sees_it(
    talk: Talk, sign_in: SignIn, anna: Agent, role: Role
) -> None:
    chief = sign_in.agent(await an_agent(await anna.organization, "Chief", role=role))
    assert (await chief.do(CONVERSATION, id=talk.id))["id"] == talk.id


async def test_who_plans_meetings_sees_them_but_reads_nothing_of_what_is_said(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    await say(talk.grace, talk.id, "between us")
    await say(talk.anna, talk.id, "difficult", kind="NOTE")
    planner = sign_in.agent(await an_agent(await anna.organization, "Planner", role=Role.BOOKING_MANAGER))
    query = """query($id: ID!) { meeting(id: $id) { start conversation {
        id unreadCount lastSeq lastMessage { text } messages { edges { node { text } } } assignments { how } } } }"""
    seen = await planner.do(query, id=talk.meeting)
    assert seen["start"] == NINE
    assert seen["conversation"] == {
        "id": talk.id,
        "unreadCount": 0,
        "lastSeq": 0,
        "lastMessage": None,
        "messages": {"edges": []},
        "assignments": [],
    }
    assert (await planner.run(CONVERSATION, id=talk.id)).data == {"conversation": None}


# ── Notes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

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


# ── Lists ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def ben(anna: Agent) -> Agent:
    return await an_agent(await anna.organization, "Ben")


@pytest.fixture
async def support(anna: Agent, ben: Agent) -> str:
    """A service of Anna and Ben, with its link."""
    service = await a_service(await anna.organization, anna, ben)
    await a_link(service)
    return ids.encode("Service", service.id)


@pytest.fixture
async def three(
    sign_in: SignIn, anna: Agent, annas_link: ScheduleLink, ben: Agent, support: str, clock: Clock
) -> list[Talk]:
    """Three conversations, a minute apart: Anna's own, answered; the service's, unread; one that she gave to Ben."""
    first = await a_talk(sign_in, anna, start=NINE)
    await say(first.anna, first.id, "Hello")
    clock.advance(minutes=1)
    second = await a_talk(sign_in, anna, start=TEN, link="acme/support")
    await say(second.grace, second.id, "Anybody?")
    clock.advance(minutes=1)
    third = await a_talk(sign_in, anna, start=ELEVEN, guest={**GRACE, "name": "Heidi"})
    await say(third.grace, third.id, "Hi")
    given = await third.anna.do(
        ASSIGN, input={"conversationId": third.id, "agentId": ids.encode("Agent", ben.id)}
    )
    assert given["errors"] == []
    await _assign(second, anna)
    for talk in (first, third):
        shown = await talk.anna.do(CONVERSATION, id=talk.id)
        await talk.anna.do(READ, input={"conversationId": talk.id, "seq": shown["lastSeq"]})
    return [first, second, third]


async def _assign(talk: Talk, agent: Agent) -> None:
    wanted = {"conversationId": talk.id, "agentId": ids.encode("Agent", agent.id)}
    assert (await talk.anna.do(ASSIGN, input=wanted))["errors"] == []


async def numbers(client: Client, **filter: Any) -> list[int]:
    listed = await client.do(CONVERSATIONS, filter=filter)
    found = [edge["node"]["number"] for edge in listed["edges"]]
    assert listed["totalCount"] == len(found)
    return sorted(found)


async def test_the_list_filters_by_all_that_is_given(
    three: list[Talk], anna: Agent, ben: Agent, support: str
) -> None:
    client = three[0].anna
    heidi = await client.do("query($id: ID!) { conversation(id: $id) { contact { id } } }", id=three[2].id)
    anna_id, ben_id = ids.encode("Agent", anna.id), ids.encode("Agent", ben.id)
    assert await numbers(client) == [1, 2, 3]
    assert await numbers(client, status=["OPEN"]) == [1, 2, 3]
    assert await numbers(client, status=["CLOSED", "WAITING"]) == []
    assert await numbers(client, status=[]) == []
    assert await numbers(client, assignee="ME") == [1, 2]
    assert await numbers(client, assignee="OTHERS") == [3]
    assert await numbers(client, assignee="NOBODY") == []
    assert await numbers(client, assignee="ANYONE") == [1, 2, 3]
    assert await numbers(client, agentId=ben_id) == [3]
    assert await numbers(client, agentId=anna_id, serviceId=support) == [2]
    assert await numbers(client, serviceId=support) == [2]
    assert await numbers(client, channel="MEETING") == [1, 2, 3]
    assert await numbers(client, channel="WHATSAPP") == []
    assert await numbers(client, lastMessageDirection="OUTBOUND") == [1]
    assert await numbers(client, lastMessageDirection="INBOUND") == [2, 3]
    assert await numbers(client, contactId=heidi["contact"]["id"]) == [3]
    assert await numbers(client, unread=True) == [2]
    assert await numbers(client, unread=False) == [1, 3]


async def test_the_list_filters_by_when_conversations_began(three: list[Talk]) -> None:
    client = three[0].anna
    assert await numbers(client, startedFrom="2027-03-01T07:01:00Z") == [2, 3]
    assert await numbers(client, startedTo="2027-03-01T07:01:00Z") == [1]
    assert await numbers(client, startedFrom="2027-03-01T07:00:30Z", startedTo="2027-03-01T07:01:30Z") == [2]


async def test_nobodys_conversations_are_found(three: list[Talk], ben: Agent) -> None:
    await Conversation.filter(number=2).update(assignee_id=None)
    assert await numbers(three[0].anna, assignee="NOBODY") == [2]
    assert await numbers(three[0].anna, assignee="OTHERS") == [3]


async def test_others_and_me_are_as_seen_by_who_asks(three: list[Talk], sign_in: SignIn, ben: Agent) -> None:
    client = sign_in.agent(ben)
    assert await numbers(client, assignee="ME") == [3]
    assert await numbers(client, assignee="OTHERS") == [2]


async def test_the_newest_message_comes_first_and_pages_do_not_repeat(three: list[Talk]) -> None:
    client = three[0].anna
    first = await client.do(CONVERSATIONS, first=2)
    assert first["pageInfo"]["hasNextPage"] is True
    await say(three[0].grace, three[0].id, "Once more")
    second = await client.do(CONVERSATIONS, first=2, after=first["pageInfo"]["endCursor"])
    assert second["pageInfo"]["hasNextPage"] is False
    seen = [edge["node"]["number"] for page in (first, second) for edge in page["edges"]]
    assert len(seen) == len(set(seen))
    assert (await client.do(CONVERSATIONS, first=1))["edges"][0]["node"]["number"] in (1, 2, 3)


async def test_a_range_that_ends_before_it_begins_is_a_bad_request(talk: Talk) -> None:
    asked = {"startedFrom": "2027-03-02T00:00:00Z", "startedTo": "2027-03-01T00:00:00Z"}
    assert (await talk.anna.run(CONVERSATIONS, filter=asked)).codes == ["BAD_REQUEST"]


async def test_the_public_has_no_conversations(talk: Talk, public: Client) -> None:
    assert (await public.run(CONVERSATIONS)).codes == ["UNAUTHENTICATED"]
    assert (await public.run(CONVERSATION, id=talk.id)).data == {"conversation": None}


@pytest.fixture
async def stranger(db: None) -> Agent:
    """An administrator of another organization."""
    return await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR)
