"""Offices through the API: opened and changed, with hours and closures that slots follow."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.link import ScheduleLink
from models.organization.office import Office
from models.organization.organization import Organization
from models.words import Role
from resolvers import ids
from tests.builders import an_agent
from tests.resolvers import planning_documents as plan
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import BOOK, ELEVEN, SLOTS, TEN, codes, wish

CHRISTMAS = {"from": "2027-12-24", "to": "2027-12-26", "reason": "Christmas"}
MARCH = {"from": "2027-03-02", "to": "2027-03-03", "reason": None}
WHERE = "query($id: ID!) { meeting(id: $id) { status office { name } } }"
FRIDAY = {"weekday": "FRIDAY", "start": "10:00", "end": "12:00"}


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


def weekly(weekday: str, start: str, end: str, **scope: Any) -> dict[str, Any]:
    return {"weekday": weekday, "window": {"start": start, "end": end, **scope}}


async def create(client: Client, name: str = "Harbour", **more: Any) -> dict[str, Any]:
    return await client.do(plan.CREATE_OFFICE, input={"name": name, "timeZone": "Europe/Rome", **more})


async def created(client: Client, name: str = "Harbour", **more: Any) -> dict[str, Any]:
    answer = await create(client, name, **more)
    assert answer["errors"] == []
    return dict(answer["office"])


async def update(client: Client, office: dict[str, Any], **more: Any) -> dict[str, Any]:
    return await client.do(plan.UPDATE_OFFICE, input={"officeId": office["id"], **more})


async def test_a_new_office_is_active_and_always_open(ada: Client) -> None:
    office = await created(ada, address="Molo 1,\nGenova")
    assert [one["weekday"] for one in office["hours"]][::6] == ["MONDAY", "SUNDAY"]
    assert {(one["start"], one["end"]) for one in office["hours"]} == {("00:00", "00:00")}
    del office["id"], office["hours"]
    assert office == {
        "version": 1,
        "name": "Harbour",
        "address": "Molo 1,\nGenova",
        "timeZone": "Europe/Rome",
        "isActive": True,
        "closures": [],
    }


async def test_hours_and_closures_are_read_back_closures_in_order(ada: Client) -> None:
    office = await created(ada, hours=[weekly("FRIDAY", "10:00", "12:00")], closures=[CHRISTMAS, MARCH])
    anything = {"office": None, "subjects": None, "meetingTypes": None}
    assert office["hours"] == [{**FRIDAY, **anything}]
    assert office["closures"] == [MARCH, CHRISTMAS]


async def test_the_public_sees_when_an_office_is_open(ada: Client, public: Client) -> None:
    await created(ada, hours=[weekly("FRIDAY", "10:00", "12:00")], closures=[CHRISTMAS])
    query = """{ organization(slug: "acme") { offices { name hours { weekday start end }
      closures { from to reason } } } }"""
    shown = (await public.do(query))["offices"]
    assert shown == [{"name": "Harbour", "hours": [FRIDAY], "closures": [CHRISTMAS]}]


async def test_a_change_leaves_what_it_does_not_name(ada: Client) -> None:
    office = await created(ada, hours=[weekly("FRIDAY", "10:00", "12:00")], closures=[CHRISTMAS], address="A")
    renamed = (await update(ada, office, name="Port"))["office"]
    assert renamed == {**office, "version": 2, "name": "Port"}
    emptied = (await update(ada, office, address=None, closures=[]))["office"]
    assert emptied == {**renamed, "version": 3, "address": None, "closures": []}
    moved = (await update(ada, office, timeZone="Asia/Tokyo", isActive=False))["office"]
    assert moved == {**emptied, "version": 4, "timeZone": "Asia/Tokyo", "isActive": False}


async def test_hours_may_be_none_at_all_or_always(ada: Client) -> None:
    office = await created(ada)
    assert (await update(ada, office, hours=[]))["office"]["hours"] == []
    assert len((await update(ada, office, hours=None))["office"]["hours"]) == 7


async def test_slots_at_an_office_follow_its_hours_and_closures_at_once(
    ada: Client, public: Client, anna: Agent
) -> None:
    office = await created(ada)
    await anna.offices.add(await Office.get())
    wanted = {
        "agentId": ids.encode("Agent", anna.id),
        "officeId": office["id"],
        "from": "2027-03-02",
        "to": "2027-03-04",
        "timeZone": "Europe/Rome",
    }

    async def total() -> int:
        return int((await public.do(SLOTS, input=wanted))["total"])

    assert await total() == 48
    await update(ada, office, closures=[MARCH])
    assert await total() == 16
    await update(ada, office, closures=[], hours=[weekly("TUESDAY", "08:00", "11:00")])
    assert await total() == 4
    await update(ada, office, hours=[])
    assert await total() == 0


async def test_an_office_out_of_use_is_not_offered(ada: Client, public: Client, anna: Agent) -> None:
    office = await created(ada)
    await update(ada, office, isActive=False)
    assert (await public.do('{ organization(slug: "acme") { offices { name } } }'))["offices"] == []


async def test_an_office_that_is_out_of_use_for_a_while_keeps_everything(
    ada: Client, public: Client, anna: Agent, annas_link: ScheduleLink
) -> None:
    office = await created(ada, closures=[MARCH])
    await anna.offices.add(await Office.get())
    there = {"link": "acme/anna", "officeId": office["id"]}
    monday = {"from": "2027-03-01", "to": "2027-03-01", "timeZone": "Europe/Rome"}
    booked = await public.do(BOOK, input=wish(TEN, slots=there))
    assert booked["errors"] == []
    await update(ada, office, isActive=False)
    assert codes(await public.do(BOOK, input=wish(ELEVEN, slots=there))) == ["NOT_FOUND"]
    assert (await public.run(SLOTS, input={**there, **monday})).codes == ["BAD_REQUEST"]
    kept = await ada.do(WHERE, id=booked["meeting"]["id"])
    assert kept == {"status": "SCHEDULED", "office": {"name": "Harbour"}}
    back = (await update(ada, office, isActive=True))["office"]
    assert back == {**office, "version": office["version"] + 2}
    assert (await public.do(SLOTS, input={**there, **monday}))["total"] == 15
    assert codes(await public.do(BOOK, input=wish(ELEVEN, slots=there))) == []


async def test_of_two_changes_of_one_version_the_second_is_stale(ada: Client) -> None:
    office = await created(ada)
    assert codes(await update(ada, office, expectedVersion=1, name="Port")) == []
    stale = await update(ada, office, expectedVersion=1, name="Dock")
    assert (stale["office"], codes(stale)) == (None, ["STALE"])
    assert (await Office.get()).name == "Port"


async def test_a_name_is_an_organizations_once(ada: Client) -> None:
    await created(ada)
    other = await created(ada, "Tower")
    for refused in (await create(ada), await update(ada, other, name="Harbour")):
        assert [(error["code"], error["field"]) for error in refused["errors"]] == [("INVALID", ["name"])]


async def test_a_request_that_comes_twice_opens_one_office(ada: Client) -> None:
    more: dict[str, Any] = {
        "hours": [weekly("FRIDAY", "10:00", "12:00")],
        "closures": [CHRISTMAS],
        "idempotencyKey": "k",
    }
    assert await created(ada, **more) == await created(ada, **more)
    assert codes(await create(ada, **{**more, "closures": []})) == ["IDEMPOTENCY_CONFLICT"]
    assert await Office.all().count() == 1


async def test_a_manager_who_has_offices_changes_those_and_opens_none(
    sign_in: SignIn, ada: Client, organization: Organization
) -> None:
    own, other = await created(ada), await created(ada, "Tower")
    max = await an_agent(organization, "Max", role=Role.MANAGER)
    everywhere = sign_in.agent(max)
    assert codes(await update(everywhere, other, name="Spire")) == []
    await max.offices.add(await Office.get(name="Harbour"))
    assert codes(await update(everywhere, own, name="Port")) == []
    assert codes(await update(everywhere, other, name="Tower")) == ["FORBIDDEN"]
    assert codes(await create(everywhere, "Third")) == ["FORBIDDEN"]


@pytest.mark.parametrize("role", [Role.BOOKING_MANAGER, Role.SUPERVISOR, Role.AGENT])
async def test_other_roles_change_no_office(
    sign_in: SignIn, ada: Client, organization: Organization, role: Role
) -> None:
    office = await created(ada)
    zoe = await an_agent(organization, "Zoe", role=role)
    await zoe.offices.add(await Office.get())
    assert codes(await update(sign_in.agent(zoe), office, name="Port")) == ["FORBIDDEN"]
    assert codes(await create(sign_in.agent(zoe), "Third")) == ["FORBIDDEN"]
