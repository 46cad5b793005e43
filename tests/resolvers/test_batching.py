"""Lists ask the database once for all of their entries, and each entry is told what is its own."""

from __future__ import annotations

import asyncio
from datetime import date, time, timedelta

from models.actor import SignedInGuest
from models.agent.agent import Agent
from models.agent.hours import DateOverride
from models.agent.template import DayTemplate
from models.calendar.connection import CalendarConnection
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.meeting.meeting import Meeting
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.service import Service, ServiceMember
from models.organization.subject import Subject
from models.windows import stored
from models.words import Channel, ConversationStatus, MeetingType
from resolvers import ids
from resolvers.batching import by_id
from scheduling.hours import Window
from tests.builders import MONDAY, a_contact, a_service, an_agent
from tests.resolvers import documents as say
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.statements import statements

NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
TALKS = "{ conversations { edges { node { meetings { id } } } } }"
AGENTS = """query($from: Date! = "2027-03-01") { organization { agents(first: 25) { edges { node { name
  role offices { name } services { name } expertise { name } openConversationCount
  dayTemplates { name windows { start } }
  dateOverrides(from: $from, to: "2027-03-31") { date template { name } windows { start } } } } } } }"""
CALLS = """{ meetings { edges { node { joinUrl joinPassword joinOpensAt dialIn arrivals { at party { __typename } }
  calendarEvents { agent { name } status } } } } }"""
PLANNED = """{ organization { subjects { name planningRules { seats office { name } subject { name }
  agents { name } } } offices { hours { weekday } closures { from } } } }"""


async def sent(client: Client, query: str, **variables: object) -> int:
    """How many statements answering takes; it must succeed."""
    with statements() as heard:
        answer = await client.run(query, **variables)
    assert not answer.errors, answer.errors
    return len(heard)


async def test_nodes_are_looked_up_once_for_each_kind(talk: Talk, organization: Organization) -> None:
    agents = [ids.encode("Agent", (await an_agent(organization)).id) for _ in range(5)]
    offices = [
        ids.encode("Office", office.id)
        for office in [
            await Office.create(organization=organization, name=name, time_zone="Europe/Rome") for name in "AB"
        ]
    ]
    assert await sent(talk.anna, NODES, ids=agents[:1]) == 1
    assert await sent(talk.anna, NODES, ids=agents) == 1
    assert await sent(talk.anna, NODES, ids=[*agents, *offices, talk.meeting, talk.id]) == 4


async def test_how_meetings_are_joined_and_who_came_is_looked_up_for_all_of_them_together(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    await CalendarConnection.create(
        organization_id=anna.organization_id, agent=anna, provider="ICS", account="Private"
    )
    one = await sent(talk.anna, CALLS)
    for start in (say.TEN, say.ELEVEN):
        heidi = {**say.GRACE, "name": "Heidi", "email": "heidi@guests.example"}
        await a_talk(sign_in, anna, start=start, guest=heidi)
    await Meeting.all().update(call_state="DONE", join_url="https://meet.example.org/room")
    assert await sent(talk.anna, CALLS) == one + 1  # the organization, whose settings say when they open


async def test_messages_are_looked_up_together(talk: Talk) -> None:
    for text in ("One", "Two", "Three"):
        await say.say(talk.grace, talk.id, text)
    messages = [ids.encode("Message", message.id) for message in await Message.all()]
    assert await sent(talk.anna, NODES, ids=messages) == await sent(talk.anna, NODES, ids=messages[:1])


async def test_a_guest_who_has_signed_in_has_the_meetings_of_all_conversations_looked_up_together(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    grace = await Contact.get(name="Grace Guest")
    actor = SignedInGuest(
        grace,
        0,
        0,
        is_verified=True,
        session_id=1,
        email="grace@guests.example",
        expires_at=MONDAY + timedelta(days=7),
        all_ids=frozenset({grace.id}),
    )
    client = Client(sign_in.world, actor)
    one = await sent(client, TALKS)
    await a_talk(sign_in, anna, start=say.TEN)
    shown = await client.run(TALKS)
    assert [len(edge["node"]["meetings"]) for edge in shown.data["conversations"]["edges"]] == [1, 1]
    assert await sent(client, TALKS) == one


async def test_nodes_come_in_the_order_in_which_they_were_asked_for_also_twice(talk: Talk) -> None:
    anna = ids.encode("Agent", (await Agent.get(name="Anna")).id)
    wanted = [anna, "nonsense", talk.meeting, ids.encode("Agent", 2**40), anna, ids.encode("Wallet", 1)]
    answer = await talk.anna.run(NODES, ids=wanted)
    shown = [one and one["id"] for one in answer.data["nodes"]]
    assert shown == [anna, None, talk.meeting, None, anna, None]
    assert await sent(talk.anna, NODES, ids=[anna] * 100) == 1


async def test_a_node_asked_for_twice_in_two_spellings_is_found_twice(talk: Talk) -> None:
    padded = talk.meeting + "=" * (-len(talk.meeting) % 4)
    answer = await talk.anna.run(NODES, ids=[talk.meeting, padded])
    assert [one["id"] for one in answer.data["nodes"]] == [talk.meeting] * 2


async def busy(organization: Organization, name: str) -> Agent:
    """An agent with an office, a service, a subject, an open conversation, a closed one, a day template and a date that
    has it."""
    agent = await an_agent(organization, name)
    await agent.offices.add(
        await Office.create(organization=organization, name=f"{name}'s office", time_zone="Europe/Rome")
    )
    await a_service(organization, agent, name=f"{name}'s service")
    await agent.expertise.add(await Subject.create(organization=organization, name=f"{name}'s subject"))
    template = await DayTemplate.create(
        organization=organization,
        agent=agent,
        name=f"{name}'s day",
        windows=[stored(Window(time(9), time(12)))],
    )
    await DateOverride.create(
        organization=organization, agent=agent, date=date(2027, 3, agent.id % 28 + 1), template=template
    )
    contact = await a_contact(organization, f"{name}'s guest")
    for status in (ConversationStatus.OPEN, ConversationStatus.CLOSED):
        await Conversation.create(
            organization=organization,
            number=await Conversation.all().count() + 1,
            channel=Channel.WEB,
            status=status,
            contact=contact,
            assignee=agent,
            created_at=MONDAY,
            last_message_at=MONDAY,
        )
    return agent


async def test_a_list_of_agents_takes_no_more_statements_for_more_agents(
    sign_in: SignIn, organization: Organization, anna: Agent
) -> None:
    client = sign_in.agent(anna)
    await busy(organization, "Ben")
    few = await sent(client, AGENTS)
    for number in range(20):
        await busy(organization, f"Agent{number}")
    assert await sent(client, AGENTS) == few


async def test_each_agent_of_a_list_is_told_of_with_what_is_their_own(
    sign_in: SignIn, organization: Organization, anna: Agent
) -> None:
    rows = {name: await busy(organization, name) for name in ("Ben", "Chandra")}
    answer = await sign_in.agent(anna).run(AGENTS)
    shown = {edge["node"].pop("name"): edge["node"] for edge in answer.data["organization"]["agents"]["edges"]}
    nothing = {"offices": [], "services": [], "expertise": [], "openConversationCount": 0, "dateOverrides": []}
    built_in = {"name": "Unavailable", "windows": []}
    assert shown.pop("Anna") == {"role": "AGENT", "dayTemplates": [built_in], **nothing}
    assert shown == {
        name: {
            "role": "AGENT",
            "offices": [{"name": f"{name}'s office"}],
            "services": [{"name": f"{name}'s service"}],
            "expertise": [{"name": f"{name}'s subject"}],
            "openConversationCount": 1,
            "dayTemplates": [built_in, {"name": f"{name}'s day", "windows": [{"start": "09:00"}]}],
            "dateOverrides": [
                {
                    "date": f"2027-03-{row.id % 28 + 1:02}",
                    "template": {"name": f"{name}'s day"},
                    "windows": [{"start": "09:00"}],
                }
            ],
        }
        for name, row in rows.items()
    }


async def test_what_agents_share_each_has_in_the_order_of_names(
    sign_in: SignIn, organization: Organization, anna: Agent
) -> None:
    ben = await an_agent(organization, "Ben")
    for name in ("Turin", "Milan", "Rome"):
        office = await Office.create(organization=organization, name=name, time_zone="Europe/Rome")
        service = await Service.create(organization=organization, name=name)
        subject = await Subject.create(organization=organization, name=name)
        for agent in (anna, ben):
            await agent.offices.add(office)
            await agent.expertise.add(subject)
            await ServiceMember.create(organization=organization, service=service, agent=agent)
    answer = await sign_in.agent(anna).run(AGENTS)
    for edge in answer.data["organization"]["agents"]["edges"]:
        for field in ("offices", "services", "expertise"):
            assert [one["name"] for one in edge["node"][field]] == ["Milan", "Rome", "Turin"]


async def test_overridden_dates_are_those_of_the_range_that_each_field_asks_for(
    sign_in: SignIn, organization: Organization, anna: Agent
) -> None:
    for day in (1, 2, 3):
        await DateOverride.create(organization=organization, agent=anna, date=date(2027, 3, day))
    query = """{ viewer { agent {
      two: dateOverrides(from: "2027-03-01", to: "2027-03-02") { date }
      last: dateOverrides(from: "2027-03-03", to: "2027-03-03") { date } } } }"""
    shown = (await sign_in.agent(anna).do(query))["agent"]
    assert [one["date"] for one in shown["two"]] == ["2027-03-01", "2027-03-02"]
    assert [one["date"] for one in shown["last"]] == ["2027-03-03"]


async def test_a_second_change_in_one_operation_is_answered_as_it_is_by_then(
    sign_in: SignIn, organization: Organization, anna: Agent
) -> None:
    query = """mutation($first: SetDateOverrideInput!, $second: SetDateOverrideInput!) {
      first: setDateOverride(input: $first) { ...Dates } second: setDateOverride(input: $second) { ...Dates } }
      fragment Dates on AgentPayload { agent { dateOverrides(from: "2027-03-01", to: "2027-03-31") { date } } }"""
    mine = {"agentId": ids.encode("Agent", anna.id), "windows": []}
    answer = await sign_in.agent(anna).run(
        query, first={**mine, "date": "2027-03-02"}, second={**mine, "date": "2027-03-03"}
    )
    assert len(answer.data["first"]["agent"]["dateOverrides"]) == 1
    assert len(answer.data["second"]["agent"]["dateOverrides"]) == 2


async def a_planned_subject(organization: Organization, name: str, *agents: Agent) -> None:
    """A subject that is met by phone anywhere, and by the agents at an office of its own."""
    subject = await Subject.create(organization=organization, name=name)
    office = await Office.create(organization=organization, name=f"{name}'s office", time_zone="Europe/Rome")
    for place, seats in ((None, 1), (office, 2)):
        rule = await PlanningRule.create(
            organization=organization,
            subject=subject,
            meeting_type=MeetingType.PHONE,
            office=place,
            duration_options=[30],
            default_duration_minutes=30,
            slot_interval_minutes=30,
            seats=seats,
        )
        await rule.agents.add(*(agents if place else ()))


async def test_planning_rules_take_no_more_statements_for_more_subjects(
    sign_in: SignIn, organization: Organization, anna: Agent
) -> None:
    client = sign_in.agent(anna)
    await a_planned_subject(organization, "Loans", anna)
    few = await sent(client, PLANNED)
    for number in range(20):
        await a_planned_subject(organization, f"Subject {number}", anna, await an_agent(organization))
    assert await sent(client, PLANNED) == few


async def test_each_subject_is_told_of_with_its_own_rules(
    sign_in: SignIn, organization: Organization, anna: Agent
) -> None:
    ben = await an_agent(organization, "Ben")
    await a_planned_subject(organization, "Loans", anna)
    await a_planned_subject(organization, "Wills", ben, anna)
    shown = (await sign_in.agent(anna).do(PLANNED))["subjects"]
    assert shown == [
        {
            "name": name,
            "planningRules": [
                {"seats": 1, "office": None, "subject": {"name": name}, "agents": []},
                {
                    "seats": 2,
                    "office": {"name": f"{name}'s office"},
                    "subject": {"name": name},
                    "agents": [{"name": agent} for agent in agents],
                },
            ],
        }
        for name, agents in (("Loans", ["Anna"]), ("Wills", ["Anna", "Ben"]))
    ]


async def test_a_field_that_is_given_up_takes_nothing_from_others_that_wait_for_the_same(anna: Agent) -> None:
    loader = by_id(Agent)
    given_up, waiting = (asyncio.ensure_future(loader.load(anna.id)) for _ in range(2))
    given_up.cancel()
    assert await waiting == anna
    assert given_up.cancelled()


async def test_a_refused_field_leaves_the_rest_of_an_operation_standing(talk: Talk) -> None:
    """Each of the meeting's agents is refused to its guest; others wait for the same agents meanwhile."""
    answer = await talk.grace.run(REFUSED, id=talk.meeting, conversation=talk.id)
    assert set(answer.codes) == {"FORBIDDEN"}
    assert answer.data["conversation"]["meetings"] == [{"agents": [{"name": "Anna"}]}]


REFUSED = """query($id: ID!, $conversation: ID!) {
  meeting(id: $id) { agents { openConversationCount } conversation { meetings { agents { name } } } }
  conversation(id: $conversation) { meetings { agents { name } } } }"""
