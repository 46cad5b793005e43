"""Conversations are closed, opened again and put to sleep through the API; and what a guest sees of that."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.desk.disposition import Disposition
from models.link import ScheduleLink
from models.organization.office import Office
from models.organization.service import Service
from models.words import Role
from resolvers import ids
from tests.builders import a_link, a_service, an_agent
from tests.resolvers import handover_documents as over
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import CONVERSATION, TEN, codes, say
from tests.resolvers.feeds import following

TOMORROW = "2027-03-02T08:00:00Z"
ENDING = (
    "query($id: ID!) { conversation(id: $id) { status snoozedUntil dispositionNote disposition { name } } }"
)


async def act(client: Client, document: str, talk: Talk, **more: Any) -> dict[str, Any]:
    return await client.do(document, input={"conversationId": talk.id, **more})


@pytest.fixture
async def solved(anna: Agent) -> str:
    made = await Disposition.create(organization_id=anna.organization_id, name="Solved")
    return ids.encode("Disposition", made.id)


@pytest.fixture
async def asked(sign_in: SignIn, anna: Agent, annas_link: ScheduleLink) -> Talk:
    """A conversation of Support, which Anna has."""
    await a_link(await a_service(await anna.organization, anna))
    return await a_talk(sign_in, anna, start=TEN, link="acme/support")


async def test_agents_see_what_came_of_it_and_guests_that_it_is_over(talk: Talk, solved: str) -> None:
    closed = await act(talk.anna, over.CLOSE, talk, dispositionId=solved, note="He cannot pay")
    assert closed["errors"] == []
    assert closed["conversation"]["status"] == "CLOSED"
    assert closed["conversation"]["disposition"] == {"id": solved, "name": "Solved"}
    assert closed["conversation"]["dispositionNote"] == "He cannot pay"
    seen = await talk.grace.do(ENDING, id=talk.id)
    assert seen == {"status": "CLOSED", "snoozedUntil": None, "dispositionNote": None, "disposition": None}
    assert (await talk.grace.do(CONVERSATION, id=talk.id))["lastMessage"][
        "text"
    ] == "The conversation is closed."


async def test_a_guest_does_not_see_how_long_it_sleeps(talk: Talk) -> None:
    asleep = await act(talk.anna, over.SNOOZE, talk, until=TOMORROW)
    assert (asleep["conversation"]["status"], asleep["conversation"]["snoozedUntil"]) == ("SNOOZED", TOMORROW)
    assert (await talk.grace.do(ENDING, id=talk.id))["snoozedUntil"] is None


async def test_whoever_follows_it_hears_that_it_is_closed_and_open_again(talk: Talk) -> None:
    async with following.conversation(talk.grace, talk) as grace, following.inbox(talk.anna) as anna:
        await act(talk.anna, over.CLOSE, talk)
        heard = await grace.until("MessageAdded")
        assert following.kinds(heard) == ["ConversationChanged", "MessageAdded"]
        assert (await anna.next())["__typename"] == "ConversationChanged"
        await say(talk.grace, talk.id, "One more thing")
        heard = await grace.until("MessageAdded")
        assert following.kinds(heard) == ["ConversationChanged", "MessageAdded"]
        assert heard[-1]["message"]["text"] == "The conversation is open again."


async def test_it_is_given_back_to_its_service(asked: Talk) -> None:
    given_back = await act(asked.anna, over.UNASSIGN, asked)
    assert given_back["errors"] == []
    shown = given_back["conversation"]
    assert (shown["status"], shown["assignee"], shown["service"]) == ("WAITING", None, {"name": "Support"})
    last = (await asked.anna.do(CONVERSATION, id=asked.id))["assignments"][-1]
    assert (last["how"], last["from"], last["to"]) == ("UNASSIGNED", {"name": "Anna"}, None)
    assert last["by"] == {"__typename": "Agent", "name": "Anna"}
    again = await act(asked.anna, over.UNASSIGN, asked)
    assert again["errors"] == []


async def test_what_is_of_no_service_is_not_given_back(talk: Talk) -> None:
    refused = await act(talk.anna, over.UNASSIGN, talk)
    assert codes(refused) == ["INVALID"]
    assert (await talk.anna.do(CONVERSATION, id=talk.id))["assignee"] == {"name": "Anna"}


async def test_the_manager_of_another_office_neither_gives_back_nor_closes(
    asked: Talk, sign_in: SignIn, anna: Agent
) -> None:
    organization = await anna.organization
    here, there = [
        await Office.create(organization=organization, name=name, time_zone="Europe/Rome")
        for name in ("A", "B")
    ]
    own, other = [await an_agent(organization, name, role=Role.MANAGER) for name in ("Own", "Other")]
    await anna.offices.add(here)
    await own.offices.add(here)
    await other.offices.add(there)
    for document, more in ((over.UNASSIGN, {}), (over.CLOSE, {}), (over.SNOOZE, {"until": TOMORROW})):
        assert codes(await act(sign_in.agent(other), document, asked, **more)) == ["FORBIDDEN"]
    assert codes(await act(sign_in.agent(own), over.UNASSIGN, asked)) == []


async def test_roles_that_may_not_assign_close_their_own_and_give_nothing_back(
    asked: Talk, anna: Agent
) -> None:
    organization = await anna.organization
    organization.stored_settings = {"can_assign": ["ADMINISTRATOR"]}
    await organization.save()
    assert codes(await act(asked.anna, over.UNASSIGN, asked)) == ["FORBIDDEN"]
    assert codes(await act(asked.anna, over.SNOOZE, asked, until=TOMORROW)) == []
    assert codes(await act(asked.anna, over.REOPEN, asked)) == []
    assert codes(await act(asked.anna, over.CLOSE, asked)) == []


async def test_a_disposition_of_another_service_is_none(asked: Talk, anna: Agent) -> None:
    sales = await a_service(await anna.organization, name="Sales")
    support = await Service.get(name="Support")
    for service, expected in ((sales, ["NOT_FOUND"]), (support, [])):
        made = await Disposition.create(organization_id=anna.organization_id, name="Sold", service=service)
        closed = await act(asked.anna, over.CLOSE, asked, dispositionId=ids.encode("Disposition", made.id))
        assert codes(closed) == expected
