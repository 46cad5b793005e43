"""Offices, services and subjects are taken out of use for a while, and deleted, through the API."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.claim import Claim
from models.conversation.conversation import Conversation
from models.desk.canned_reply import CannedReply
from models.link import ScheduleLink
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.service import Service, ServiceMember
from models.organization.subject import Subject
from models.words import ConversationStatus, Role
from resolvers import ids
from tests.builders import Clock, a_service, an_agent
from tests.resolvers import documents as say
from tests.resolvers import link_documents as linked
from tests.resolvers import planning_documents as plan
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import BOOK, EXPLAIN, SLOTS, TEN, codes, wish
from tests.resolvers.house import a_planned_subject

PAST = """query($id: ID!) { meeting(id: $id) { title subject { id name } office { id name } service { id name } } }"""
LISTED = """{ organization {
  offices(activeOnly: false) { name } services { name } subjects(bookableOnly: false) { name } } }"""


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


@pytest.fixture
async def places(anna: Agent) -> dict[str, str]:
    """The ids of an office, a subject and a service, all of which are Anna's."""
    planned = await a_planned_subject(anna)
    await anna.offices.add(await Office.get())
    await anna.expertise.add(await Subject.get())
    service = await a_service(await anna.organization, anna)
    return {**planned, "service": ids.encode("Service", service.id)}


def refusals(answer: dict[str, Any]) -> list[tuple[str, list[str] | None]]:
    return [(error["code"], error["field"]) for error in answer["errors"]]


async def delete(client: Client, kind: str, id: str, **more: Any) -> dict[str, Any]:
    return await client.do(plan.DELETIONS[kind], input={f"{kind}Id": id, **more})


async def booked(client: Client, places: dict[str, str], start: str = TEN) -> str:
    """A meeting about the subject at the office by the service; its id."""
    slots = {"serviceId": places["service"], "officeId": places["office"], "subjectId": places["subject"]}
    answer = await client.do(BOOK, input=wish(start, slots={**slots, "meetingType": "VIDEO"}))
    assert answer["errors"] == []
    return str(answer["meeting"]["id"])


async def test_an_office_that_is_out_of_use_keeps_everything_and_is_not_offered(
    ada: Client, public: Client, places: dict[str, str]
) -> None:
    asked = {
        "serviceId": places["service"],
        "officeId": places["office"],
        "subjectId": places["subject"],
        "meetingType": "VIDEO",
        "from": "2027-03-02",
        "to": "2027-03-02",
        "timeZone": "Europe/Rome",
    }
    meeting, office = await booked(public, places), {"officeId": places["office"]}
    before = await public.do(SLOTS, input=asked)
    assert before["total"] == 16
    await ada.do(plan.UPDATE_OFFICE, input={**office, "isActive": False})
    gone = await public.run(SLOTS, input=asked)
    assert (gone.codes, gone.errors[0]["extensions"]["refusal"]) == (["BAD_REQUEST"], "NOT_FOUND")
    why = await ada.do(EXPLAIN, input=asked)
    told = {check["code"]: (check["ok"], check["message"]) for check in why["checks"]}
    assert told["OFFICE_ACTIVE"] == (False, "The office is not active.")
    assert (await ada.do(PAST, id=meeting))["office"] == {"id": places["office"], "name": "Harbour"}
    await ada.do(plan.UPDATE_OFFICE, input={**office, "isActive": True})
    assert await public.do(SLOTS, input=asked) == before
    back = await ada.do(EXPLAIN, input=asked)
    assert all(check["ok"] for check in back["checks"] if check["code"].startswith(("OFFICE", "AGENTS")))


@pytest.mark.parametrize("kind", ["office", "service", "subject"])
async def test_what_a_meeting_to_come_needs_is_not_deleted(
    ada: Client, public: Client, places: dict[str, str], kind: str
) -> None:
    await booked(public, places)
    refused = await delete(ada, kind, places[kind])
    assert refusals(refused) == [("INVALID", [f"{kind}Id"])]
    assert refused["errors"][0]["message"] == (
        "A meeting to come, on 2027-03-01, needs this: move or cancel it first."
    )
    await booked(public, places, "2027-03-02T10:00:00Z")
    refused = await delete(ada, kind, places[kind])
    assert refused["errors"][0]["message"] == (
        "2 meetings to come need this, the first on 2027-03-01: move or cancel them first."
    )
    assert not (await delete(ada, kind, places[kind]))["deleted"]


@pytest.mark.parametrize("kind", ["office", "service", "subject"])
async def test_what_is_deleted_is_gone_and_past_meetings_still_name_it(
    ada: Client, public: Client, places: dict[str, str], clock: Clock, kind: str
) -> None:
    meeting = await booked(public, places)
    before = await ada.do(PAST, id=meeting)
    clock.advance(days=1)
    await Conversation.all().update(status=ConversationStatus.CLOSED)
    assert await delete(ada, kind, places[kind]) == {"deleted": True, "errors": []}
    assert await ada.do(PAST, id=meeting) == before
    name = before[kind]["name"]
    assert name not in str(await ada.do(LISTED))
    assert (await ada.run("query($id: ID!) { node(id: $id) { id } }", id=places[kind])).data == {"node": None}
    assert codes(await delete(ada, kind, places[kind])) == ["NOT_FOUND"]
    assert codes(await ada.do(plan.UPDATES[kind], input={f"{kind}Id": places[kind], "name": "Back"})) == [
        "NOT_FOUND"
    ]
    slots = {"serviceId": places["service"], f"{kind}Id": places[kind]}
    assert codes(await public.do(BOOK, input=wish("2027-03-03T10:00:00Z", slots=slots))) == ["NOT_FOUND"]
    zone = {"timeZone": "Europe/Rome"} if kind == "office" else {}
    assert codes(await ada.do(plan.CREATIONS[kind], input={"name": name, **zone})) == []


async def test_what_went_with_an_office(ada: Client, anna: Agent, places: dict[str, str]) -> None:
    await PlanningRule.all().update(office_id=(await Office.get()).id)
    await delete(ada, "office", places["office"])
    assert await PlanningRule.all().count() == 0
    assert await anna.offices.all().count() == 0


async def test_what_went_with_a_subject(ada: Client, anna: Agent, places: dict[str, str]) -> None:
    offered = {"subjectId": places["subject"], "meetingType": "VIDEO", "offeredTimes": [say.TEN]}
    agent = ids.encode("Agent", anna.id)
    assert codes(await ada.do(linked.CREATE, input={"agentId": agent, **offered})) == []
    assert await Claim.all().count() == 1
    await delete(ada, "subject", places["subject"])
    assert await Claim.all().count() == 0
    assert (await ScheduleLink.get()).is_active is False
    assert await PlanningRule.all().count() == 0
    assert await anna.expertise.all().count() == 0


async def test_what_went_with_a_service(
    ada: Client, places: dict[str, str], organization: Organization
) -> None:
    service = await Service.get()
    await CannedReply.create(organization=organization, shortcut="hi", text="Hello", service=service)
    await CannedReply.create(organization=organization, shortcut="bye", text="Bye")
    assert codes(await ada.do(linked.CREATE, input={"serviceId": places["service"]})) == []
    await delete(ada, "service", places["service"])
    assert (await ServiceMember.all().count(), await ScheduleLink.all().count()) == (0, 0)
    assert [reply.shortcut for reply in await CannedReply.all()] == ["bye"]


async def test_a_service_with_open_conversations_is_not_deleted(
    ada: Client, public: Client, places: dict[str, str], clock: Clock
) -> None:
    await booked(public, places)
    clock.advance(days=1)
    refused = await delete(ada, "service", places["service"])
    assert refused["errors"][0]["message"] == (
        "An open conversation is the service's: give them to another one first."
    )


async def test_no_manager_becomes_one_of_everything_by_a_deletion(
    ada: Client, places: dict[str, str], organization: Organization
) -> None:
    office = await Office.get()
    await (await an_agent(organization, "Max", role=Role.MANAGER)).offices.add(office)
    refused = await delete(ada, "office", places["office"])
    assert refused["errors"][0]["message"] == "Max manages no other office: change that first."
    tower = await Office.create(organization=organization, name="Tower", time_zone="Europe/Rome")
    await (await Agent.get(name="Max")).offices.add(tower)
    assert codes(await delete(ada, "office", places["office"])) == []


@pytest.mark.parametrize("kind", ["office", "service", "subject"])
@pytest.mark.parametrize("role", [Role.MANAGER, Role.BOOKING_MANAGER, Role.SUPERVISOR, Role.AGENT])
async def test_only_who_sets_up_the_whole_organization_deletes(
    sign_in: SignIn, organization: Organization, places: dict[str, str], kind: str, role: Role
) -> None:
    somebody = await an_agent(organization, "Yan", role=role)
    await somebody.offices.add(await Office.get())
    assert codes(await delete(sign_in.agent(somebody), kind, places[kind])) == ["FORBIDDEN"]


def window(**scope: Any) -> dict[str, Any]:
    return {"start": "09:00", "end": "12:00", **scope}


@pytest.mark.parametrize("kind", ["office", "subject"])
async def test_hours_are_cleared_of_what_is_deleted(
    ada: Client, sign_in: SignIn, anna: Agent, places: dict[str, str], kind: str
) -> None:
    annas, agent = sign_in.agent(anna), ids.encode("Agent", anna.id)
    wills = (await ada.do(plan.CREATE_SUBJECT, input={"name": "Wills"}))["subject"]["id"]
    gone = {"officeId": places["office"]} if kind == "office" else {"subjectIds": [places["subject"]]}
    both = {} if kind == "office" else {"subjectIds": [places["subject"], wills]}
    windows = [window(**gone), window(**both, meetingTypes=["PHONE"])]
    week = [{"weekday": "MONDAY", "window": one} for one in windows]
    named = {"agentId": agent, "name": "Late", "windows": windows}
    assert codes(await annas.do(say.SET_WEEK, input={"agentId": agent, "windows": week})) == []
    assert codes(await annas.do(plan.CREATE_TEMPLATE, input=named)) == []
    date = {"agentId": agent, "date": "2027-03-02", "windows": windows}
    assert codes(await annas.do(say.SET_DATE, input=date)) == []
    assert codes(await delete(ada, kind, places[kind])) == []
    hours = "{ office { name } subjects { name } meetingTypes }"
    shown = await annas.do(
        f"""query($id: ID!) {{ node(id: $id) {{ ... on Agent {{ weekTemplate {hours}
          dayTemplates {{ name windows {hours} }}
          dateOverrides(from: "2027-03-02", to: "2027-03-02") {{ windows {hours} }} }} }} }}""",
        id=agent,
    )
    left = [{"office": None, "subjects": [{"name": "Wills"}] if both else None, "meetingTypes": ["PHONE"]}]
    templates = {one["name"]: one["windows"] for one in shown["dayTemplates"]}
    assert (shown["weekTemplate"], templates["Late"], shown["dateOverrides"]) == (
        left,
        left,
        [{"windows": left}],
    )


@pytest.mark.parametrize("kind", ["office", "subject"])
async def test_hours_stay_where_the_deletion_is_refused(
    ada: Client, public: Client, sign_in: SignIn, anna: Agent, places: dict[str, str], kind: str
) -> None:
    await booked(public, places)
    gone = {"officeId": places["office"]} if kind == "office" else {"subjectIds": [places["subject"]]}
    named = {"agentId": ids.encode("Agent", anna.id), "name": "Late", "windows": [window(**gone)]}
    template = (await sign_in.agent(anna).do(plan.CREATE_TEMPLATE, input=named))["template"]
    assert codes(await delete(ada, kind, places[kind])) == ["INVALID"]
    shown = await ada.do(
        f"query($id: ID!) {{ node(id: $id) {{ ... on DayTemplate {{ {plan.TEMPLATE} }} }} }}", id=template["id"]
    )
    assert shown == template
