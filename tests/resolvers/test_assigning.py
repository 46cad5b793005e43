"""Assignment, and the ledger of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.agent.agent import Agent
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation
from models.link import ScheduleLink
from models.organization.service import Service
from models.words import ConversationStatus, Role
from resolvers import ids
from tests.builders import a_link, a_service, an_agent, an_organization
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import ASSIGN, CONVERSATION, TEN, codes


@pytest.fixture
async def ben(anna: Agent) -> Agent:
    return await an_agent(await anna.organization, "Ben")


async def assign(client: Client, talk: Talk, to: Agent | None = None, **input: Any) -> dict[str, Any]:
    if to is not None:
        input["agentId"] = ids.encode("Agent", to.id)
    return await client.do(ASSIGN, input={"conversationId": talk.id, **input})


async def test_a_conversation_is_given_to_a_colleague_and_the_ledger_says_so(talk: Talk, ben: Agent) -> None:
    given = await assign(talk.anna, talk, ben, note="You know him")
    assert given["errors"] == []
    assert given["conversation"]["assignee"]["name"] == "Ben"
    assert given["conversation"]["assignments"] == [
        {
            "from": None,
            "to": {"name": "Anna"},
            "by": {"__typename": "SystemActor"},
            "how": "BOOKED",
            "reason": None,
        },
        {
            "from": {"name": "Anna"},
            "to": {"name": "Ben"},
            "by": {"__typename": "Agent", "name": "Anna"},
            "how": "ASSIGNED",
            "reason": "You know him",
        },
    ]


async def test_the_one_who_had_it_stays_a_member_and_the_new_one_becomes_one(
    talk: Talk, sign_in: SignIn, ben: Agent
) -> None:
    await assign(talk.anna, talk, ben)
    for client in (talk.anna, sign_in.agent(ben)):
        shown = await client.do(CONVERSATION, id=talk.id)
        roles = {member["party"]["name"]: member["role"] for member in shown["members"]}
        assert roles == {"Anna": "AGENT", "Ben": "ASSIGNEE", "Grace Guest": "GUEST"}


async def test_the_guest_is_told_who_is_there_but_not_why(talk: Talk, ben: Agent) -> None:
    await assign(talk.anna, talk, ben, note="Difficult guest")
    shown = await talk.grace.do(CONVERSATION, id=talk.id)
    assert shown["lastMessage"]["text"] == "Ben is here for you."
    assert shown["assignee"] == {"name": "Ben"}
    assert "Difficult" not in str(shown)


async def test_without_an_agent_the_viewer_takes_it(talk: Talk, sign_in: SignIn, anna: Agent) -> None:
    chief = await an_agent(await anna.organization, "Chief", role=Role.SUPERVISOR)
    taken = await assign(sign_in.agent(chief), talk)
    assert taken["conversation"]["assignee"]["name"] == "Chief"
    assert taken["conversation"]["assignments"][-1]["how"] == "SELF_ASSIGNED"


async def test_to_assign_twice_is_one_entry(talk: Talk, ben: Agent) -> None:
    await assign(talk.anna, talk, ben)
    again = await assign(talk.anna, talk, ben)
    assert again["errors"] == []
    assert [record["how"] for record in again["conversation"]["assignments"]] == ["BOOKED", "ASSIGNED"]
    assert len((await talk.anna.do(CONVERSATION, id=talk.id))["messages"]["edges"]) == 2


async def test_a_conversation_comes_back_to_who_had_it(talk: Talk, sign_in: SignIn, ben: Agent) -> None:
    await assign(talk.anna, talk, ben)
    back = await assign(sign_in.agent(ben), talk, to=await Agent.get(name="Anna"))
    shown = await talk.anna.do(CONVERSATION, id=talk.id)
    assert back["conversation"]["assignee"]["name"] == "Anna"
    roles = {member["party"]["name"]: member["role"] for member in shown["members"]}
    assert roles == {"Anna": "ASSIGNEE", "Ben": "AGENT", "Grace Guest": "GUEST"}


async def test_two_at_the_same_time_are_both_in_the_ledger(talk: Talk, ben: Agent) -> None:
    cara = await an_agent(await ben.organization, "Cara")
    await asyncio.gather(assign(talk.anna, talk, ben), assign(talk.anna, talk, cara))
    booked, first, second = await AssignmentRecord.all().order_by("id")
    assert {first.to_agent_id, second.to_agent_id} == {ben.id, cara.id}
    assert first.from_agent_id == booked.to_agent_id
    assert second.from_agent_id == first.to_agent_id
    assert (await Conversation.get()).assignee_id == second.to_agent_id


async def test_the_same_two_at_the_same_time_are_one_entry(talk: Talk, ben: Agent) -> None:
    await asyncio.gather(*(assign(talk.anna, talk, ben) for _ in range(4)))
    assert await AssignmentRecord.all().count() == 2


async def test_a_role_that_may_not_assign_is_refused(
    talk: Talk, sign_in: SignIn, anna: Agent, ben: Agent
) -> None:
    organization = await anna.organization
    organization.stored_settings = {"can_assign": ["ADMINISTRATOR"]}
    await organization.save()
    assert codes(await assign(talk.anna, talk, ben)) == ["FORBIDDEN"]
    chief = sign_in.agent(await an_agent(organization, "Chief", role=Role.ADMINISTRATOR))
    assert codes(await assign(chief, talk, ben)) == []
    assert await AssignmentRecord.all().count() == 2


@pytest.fixture
async def support(anna: Agent) -> Service:
    return await a_service(await anna.organization, anna)


@pytest.fixture
async def asked(sign_in: SignIn, anna: Agent, annas_link: ScheduleLink, support: Service) -> Talk:
    """A conversation of the service."""
    await a_link(support)
    return await a_talk(sign_in, anna, start=TEN, link="acme/support")


async def test_a_services_conversation_stays_with_its_agents(asked: Talk, ben: Agent) -> None:
    refused = await assign(asked.anna, asked, ben)
    assert refused["conversation"] is None
    assert refused["errors"] == [{"code": "NOT_A_MEMBER", "field": ["agentId"]}]
    assert (await asked.anna.do(CONVERSATION, id=asked.id))["assignee"] == {"name": "Anna"}


async def test_a_conversation_is_given_to_another_service_with_an_agent_of_it(asked: Talk, ben: Agent) -> None:
    sales = await a_service(await ben.organization, ben, name="Sales")
    given = await assign(asked.anna, asked, ben, serviceId=ids.encode("Service", sales.id))
    assert given["conversation"]["service"]["name"] == "Sales"
    assert given["conversation"]["assignee"]["name"] == "Ben"


async def test_a_conversation_changes_its_service_and_keeps_its_agent(asked: Talk, anna: Agent) -> None:
    sales = await a_service(await anna.organization, anna, name="Sales")
    given = await assign(asked.anna, asked, serviceId=ids.encode("Service", sales.id))
    assert given["conversation"]["service"]["name"] == "Sales"
    assert given["conversation"]["assignee"]["name"] == "Anna"
    shown = await asked.anna.do(CONVERSATION, id=asked.id)
    assert [m["role"] for m in shown["members"] if m["party"]["name"] == "Anna"] == ["ASSIGNEE"]


async def test_strangers_and_the_inactive_are_not_found(talk: Talk, anna: Agent) -> None:
    rival = await an_organization("rival")
    eve = await an_agent(rival, "Eve")
    gone = await an_agent(await anna.organization, "Gone", is_active=False)
    theirs = await a_service(rival, eve)
    for agent in (eve, gone):
        refused = await assign(talk.anna, talk, agent)
        assert refused["errors"] == [{"code": "NOT_FOUND", "field": ["agentId"]}]
    refused = await assign(talk.anna, talk, serviceId=ids.encode("Service", theirs.id))
    assert refused["errors"] == [{"code": "NOT_FOUND", "field": ["serviceId"]}]
    assert await AssignmentRecord.all().count() == 1


async def test_neither_guests_nor_the_public_nor_strangers_assign(
    talk: Talk, sign_in: SignIn, ben: Agent, public: Client
) -> None:
    for client in (talk.grace, public):
        assert (await client.run(ASSIGN, input={"conversationId": talk.id})).codes == ["UNAUTHENTICATED"]
    eve = await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR)
    for agent in (eve, ben):
        assert codes(await assign(sign_in.agent(agent), talk)) == ["NOT_FOUND"]
    assert await AssignmentRecord.all().count() == 1


async def test_what_is_closed_is_given_to_nobody(talk: Talk, ben: Agent) -> None:
    await Conversation.all().update(status=ConversationStatus.CLOSED)
    assert codes(await assign(talk.anna, talk, ben)) == ["CONVERSATION_CLOSED"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("WAITING", "OPEN"), ("OPEN", "OPEN"), ("SNOOZED", "SNOOZED")],
)
async def test_a_waiting_conversation_is_open_once_somebody_has_it(
    talk: Talk, ben: Agent, before: str, after: str
) -> None:
    await Conversation.all().update(status=ConversationStatus(before))
    assert (await assign(talk.anna, talk, ben))["conversation"]["status"] == after
