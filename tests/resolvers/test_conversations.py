"""Conversations: each meeting opens one; who sees it, and how much of it."""

from __future__ import annotations

import pytest

from models.agent.agent import Agent
from models.link import ScheduleLink
from models.words import Role
from resolvers import ids
from tests.builders import an_agent
from tests.resolvers.conftest import SignIn, Talk, a_talk
from tests.resolvers.documents import (
    ASSIGN,
    CANCEL,
    CONVERSATION,
    CONVERSATIONS,
    GRACE,
    MOVE,
    NINE,
    TEN,
    say,
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


async def test_the_system_speaks_the_guests_language(
    sign_in: SignIn, anna: Agent, annas_link: ScheduleLink
) -> None:
    talk = await a_talk(sign_in, anna, guest={**GRACE, "locale": "de-AT"})
    ben = await an_agent(await anna.organization, "Ben")
    await talk.anna.do(ASSIGN, input={"conversationId": talk.id, "agentId": ids.encode("Agent", ben.id)})
    await talk.grace.do(CANCEL, input={"meetingId": talk.meeting})
    shown = await talk.grace.do(CONVERSATION, id=talk.id)
    assert [edge["node"]["text"] for edge in shown["messages"]["edges"]] == [
        "Der Termin ist gebucht.",
        "Ben ist für Sie da.",
        "Der Termin ist abgesagt.",
    ]
