"""The dashboard: what waits, what is unread, and the meetings that want something of an agent."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.agent.presence import AgentPresence
from models.conversation.conversation import Conversation
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.words import Presence, Role
from resolvers import ids
from tests.builders import MONDAY, Clock, a_link, a_service, an_agent, an_organization
from tests.models.meeting.life import setting
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import CANCEL, CONVERSATION, ELEVEN, NINE, READ, TEN, say

DASHBOARD = """{ dashboard {
  queues { service { name } waiting open oldestWaitingSince onlineAgents }
  unreadCount
  meetingsToday { id } unassignedMeetings { id } requests { id }
} }"""


@pytest.fixture
async def ben(anna: Agent) -> Agent:
    return await an_agent(await anna.organization, "Ben")


async def seen(client: Client) -> dict[str, Any]:
    """The dashboard, its meetings as their ids."""
    shown = await client.do(DASHBOARD)
    for part in ("meetingsToday", "unassignedMeetings", "requests"):
        shown[part] = [meeting["id"] for meeting in shown[part]]
    return shown


async def test_what_is_unread_is_counted_by_conversation_and_until_it_is_read(
    sign_in: SignIn, anna: Agent, annas_link: ScheduleLink, ben: Agent
) -> None:
    first, second = [await a_talk(sign_in, anna, start=start) for start in (NINE, TEN)]
    for talk in (first, second):
        shown = await talk.anna.do(CONVERSATION, id=talk.id)
        await talk.anna.do(READ, input={"conversationId": talk.id, "seq": shown["lastSeq"]})
    assert (await seen(first.anna))["unreadCount"] == 0
    for text in ("Hello", "Anybody?"):
        await say(first.grace, first.id, text)
    await say(second.grace, second.id, "Hello")
    assert (await seen(first.anna))["unreadCount"] == 2
    await say(first.anna, first.id, "Good morning")
    assert (await seen(first.anna))["unreadCount"] == 1
    assert (await seen(sign_in.agent(ben)))["unreadCount"] == 0


async def test_queues_are_those_of_ones_services_and_all_to_who_oversees_them(
    sign_in: SignIn, anna: Agent, ben: Agent
) -> None:
    organization = await anna.organization
    support = await a_service(organization, anna, ben)
    await a_service(organization, ben, name="Sales")
    await a_service(organization, ben, name="Gone", is_active=False)
    await a_service(await an_organization(), name="Theirs")
    await AgentPresence.create(organization=organization, agent=ben, presence=Presence.ONLINE, since=MONDAY)
    own: dict[str, Any] = {"organization": organization, "channel": "WEB", "service": support}
    for number, status in ((1, "WAITING"), (2, "WAITING"), (3, "OPEN"), (4, "CLOSED")):
        at: dict[str, Any] = {"created_at": MONDAY, "last_message_at": MONDAY}
        since = MONDAY if number == 1 else None
        await Conversation.create(**own, **at, number=number, status=status, waiting_since=since)
    count = {"waiting": 2, "open": 1, "oldestWaitingSince": "2027-03-01T07:00:00Z", "onlineAgents": 1}
    empty = {"waiting": 0, "open": 0, "oldestWaitingSince": None, "onlineAgents": 1}
    of_support, of_sales = {"service": {"name": "Support"}, **count}, {"service": {"name": "Sales"}, **empty}
    assert (await seen(sign_in.agent(anna)))["queues"] == [of_support]
    assert (await seen(sign_in.agent(ben)))["queues"] == [of_sales, of_support]
    vera = await an_agent(organization, "Vera", role=Role.SUPERVISOR)
    assert (await seen(sign_in.agent(vera)))["queues"] == [of_sales, of_support]


async def test_todays_meetings_are_ones_own_of_ones_own_day(
    sign_in: SignIn, anna: Agent, annas_link: ScheduleLink, ben: Agent, clock: Clock
) -> None:
    await a_link(ben)
    late = await a_talk(sign_in, anna, start=ELEVEN)
    early = await a_talk(sign_in, anna, start=NINE)
    over = await a_talk(sign_in, anna, start=TEN)
    await a_talk(sign_in, anna, start="2027-03-02T08:00:00Z")
    await a_talk(sign_in, ben, start=NINE, link="acme/ben")
    await over.anna.do(CANCEL, input={"meetingId": over.meeting})
    client = sign_in.agent(anna)
    assert (await seen(client))["meetingsToday"] == [early.meeting, late.meeting]
    clock.advance(hours=8)
    assert (await seen(client))["meetingsToday"] == [early.meeting, late.meeting]
    clock.advance(hours=9)  # past midnight in Rome
    assert early.meeting not in (await seen(client))["meetingsToday"]


async def test_what_nobody_has_yet_is_shown_to_those_of_its_service(
    sign_in: SignIn, anna: Agent, ben: Agent, clock: Clock
) -> None:
    organization = await anna.organization
    await a_link(await a_service(organization, anna, assign_on_booking=False))
    talk = await a_talk(sign_in, anna, link="acme/support")
    assert (await seen(talk.anna))["unassignedMeetings"] == [talk.meeting]
    assert (await seen(sign_in.agent(ben)))["unassignedMeetings"] == []
    await setting(organization.id, show_unassigned_meetings=False)
    assert (await seen(talk.anna))["unassignedMeetings"] == []
    await setting(organization.id, show_unassigned_meetings=True)
    clock.advance(hours=3)
    assert (await seen(talk.anna))["unassignedMeetings"] == []


async def test_requests_are_of_who_can_accept_them(
    sign_in: SignIn, anna: Agent, annas_link: ScheduleLink, ben: Agent
) -> None:
    organization = await anna.organization
    support = await a_service(organization, anna, ben)
    await a_link(support)
    own = await a_talk(sign_in, anna, start=NINE)
    shared = await a_talk(sign_in, anna, start=TEN, link="acme/support")
    await requested(own, shared)
    has_it = [agent["name"] for agent in (await agents(shared))]
    for agent in (anna, ben):
        expected = [own.meeting] if agent is anna else []
        expected += [shared.meeting] if agent.name in has_it else []
        assert (await seen(sign_in.agent(agent)))["requests"] == expected
    vera = await an_agent(organization, "Vera", role=Role.SUPERVISOR)
    assert (await seen(sign_in.agent(vera)))["requests"] == [own.meeting, shared.meeting]
    eve = await an_agent(await an_organization(), "Eve", role=Role.ADMINISTRATOR)
    assert (await seen(sign_in.agent(eve)))["requests"] == []


async def requested(*talks: Talk) -> None:
    """As if each meeting still had to be accepted."""
    for talk in talks:
        key = ids.decode(talk.meeting, "Meeting")
        meeting = await Meeting.get(id=key)
        await Meeting.filter(id=key).update(status="REQUESTED", expires_at=meeting.start)


async def agents(talk: Talk) -> list[dict[str, str]]:
    shown = await talk.anna.do("query($id: ID) { meeting(id: $id) { agents { name } } }", id=talk.meeting)
    return list(shown["agents"])


async def test_it_is_for_agents(talk: Talk, public: Client) -> None:
    for client in (talk.grace, public):
        assert (await client.run(DASHBOARD)).codes == ["UNAUTHENTICATED"]
