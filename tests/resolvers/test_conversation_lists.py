"""Lists of conversations: filters, order and pages, as seen by who asks."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.conversation.conversation import Conversation
from models.link import ScheduleLink
from resolvers import ids
from tests.builders import Clock, a_link, a_service, an_agent
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import (
    ASSIGN,
    CONVERSATION,
    CONVERSATIONS,
    ELEVEN,
    GRACE,
    NINE,
    READ,
    TEN,
    say,
)


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
