"""The audit through the API: whatever is set up is kept with who did it, for administrators alone."""

from __future__ import annotations

from typing import Any

import pytest

from models.actor import AgentActor
from models.agent.agent import Agent
from models.audit.entry import AuditEntry
from models.organization.organization import Organization
from models.words import Role
from resolvers import ids
from tests.builders import an_agent, an_organization
from tests.resolvers import documents as say
from tests.resolvers import planning_documents as plan
from tests.resolvers.administration import ADMINISTRATIVE, mutation_of
from tests.resolvers.audit_documents import AUDIT
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.house import House


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


async def an_office(client: Client, name: str = "Harbour", **more: Any) -> str:
    answer = await client.do(plan.CREATE_OFFICE, input={"name": name, "timeZone": "Europe/Rome", **more})
    return str(answer["office"]["id"])


async def told(client: Client, **variables: Any) -> list[dict[str, Any]]:
    return [edge["node"] for edge in (await client.do(AUDIT, **variables))["edges"]]


@pytest.mark.parametrize("name", ADMINISTRATIVE)
async def test_whatever_is_set_up_is_kept_with_who_did_it(house: House, name: str) -> None:
    await AuditEntry.all().delete()
    base, client = house.base(name), house.client(name)
    answer = await client.do(base.document, **base.variables)
    assert answer["errors"] == []
    [entry] = await told(house.clients["ada"])
    assert isinstance(client.actor, AgentActor)
    assert (entry["action"], entry["actor"]["name"]) == (mutation_of(base.document), client.actor.agent.name)
    assert entry["detail"]


async def test_a_change_tells_what_was_and_what_is_and_nothing_that_stayed(ada: Client) -> None:
    office = await an_office(ada, address="Molo 1")
    more = {"officeId": office, "name": "Harbour", "isActive": False, "address": None}
    await ada.do(plan.UPDATE_OFFICE, input=more)
    [changed, made] = await told(ada, targetId=office)
    assert changed["detail"] == {
        "before": {"address": "Molo 1", "isActive": True},
        "after": {"address": None, "isActive": False},
    }
    assert made["action"] == "createOffice"
    assert made["detail"]["after"]["name"] == "Harbour"


async def test_a_change_that_changes_nothing_is_not_kept(ada: Client) -> None:
    office = await an_office(ada)
    await ada.do(plan.UPDATE_OFFICE, input={"officeId": office, "name": "Harbour"})
    assert [entry["action"] for entry in await told(ada, targetId=office)] == ["createOffice"]


async def test_what_a_change_refers_to_is_told_by_its_global_id(ada: Client, anna: Agent) -> None:
    office = await an_office(ada)
    agent = ids.encode("Agent", anna.id)
    window = {"weekday": "MONDAY", "window": {"start": "09:00", "end": "12:00", "officeId": office}}
    await ada.do(say.SET_WEEK, input={"agentId": agent, "windows": [window]})
    await ada.do(plan.UPDATE_AGENT, input={"agentId": agent, "officeIds": [office]})
    [placed, planned, _] = await told(ada, targetId=agent)
    assert placed["detail"] == {
        "before": {"offices": []},
        "after": {"offices": [{"id": office, "name": "Harbour"}]},
    }
    [one] = planned["detail"]["after"]["windows"]
    assert (one["weekday"], one["officeId"], one["subjectIds"]) == ("MONDAY", office, None)


async def test_what_is_gone_is_told_with_what_it_was(ada: Client, anna: Agent) -> None:
    new = {"agentId": ids.encode("Agent", anna.id), "name": "Late", "windows": []}
    template = (await ada.do(plan.CREATE_TEMPLATE, input=new))["template"]["id"]
    await ada.do(plan.DELETE_TEMPLATE, input={"templateId": template})
    [gone, made] = await told(ada, targetId=template)
    assert (gone["action"], gone["target"], made["target"]) == ("deleteDayTemplate", None, None)
    assert gone["detail"] == {"before": {"name": "Late", "agentId": new["agentId"]}}


async def test_the_address_of_a_calendar_is_nowhere_in_it(house: House) -> None:
    await house.client("feed").do(house.base("feed").document, **house.base("feed").variables)
    entries = await told(house.clients["ada"])
    assert entries[0]["action"] == "connectCalendarFeed"
    assert "calendars.example" not in str([entry.detail for entry in await AuditEntry.all()])
    assert "calendars.example" not in str(entries)


async def test_an_administrator_is_not_shown_by_it_what_they_may_not_see_otherwise(house: House) -> None:
    await house.client("feed").do(house.base("feed").document, **house.base("feed").variables)
    [entry, *_] = await told(house.clients["ada"])
    assert entry["target"] is None


async def test_who_did_something_is_still_named_when_they_are_gone(
    ada: Client, sign_in: SignIn, organization: Organization
) -> None:
    zoe = await an_agent(organization, "Zoe", role=Role.ADMINISTRATOR)
    office = await an_office(sign_in.agent(zoe))
    await zoe.delete()
    [entry] = await told(ada, targetId=office)
    assert entry["actor"] == {"__typename": "SystemActor", "called": "Zoe"}


async def test_pages_go_on_where_the_one_before_ended(ada: Client) -> None:
    await AuditEntry.all().delete()
    for name in ("Milan", "Rome", "Genoa"):
        await an_office(ada, name)
    first = await ada.do(AUDIT, first=2)
    second = await ada.do(AUDIT, first=2, after=first["pageInfo"]["endCursor"])
    names = [edge["node"]["detail"]["after"]["name"] for edge in [*first["edges"], *second["edges"]]]
    assert names == ["Genoa", "Rome", "Milan"]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


async def test_nothing_is_kept_of_what_was_refused(ada: Client) -> None:
    await an_office(ada)
    await AuditEntry.all().delete()
    again = await ada.do(plan.CREATE_OFFICE, input={"name": "Harbour", "timeZone": "Europe/Rome"})
    assert again["errors"]
    assert await told(ada) == []


async def test_a_request_that_comes_twice_is_kept_once(ada: Client) -> None:
    await AuditEntry.all().delete()
    for _ in range(2):
        await an_office(ada, idempotencyKey="once")
    assert [entry["action"] for entry in await told(ada)] == ["createOffice"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_it_is_for_administrators_alone(
    ada: Client, sign_in: SignIn, organization: Organization, role: Role
) -> None:
    await an_office(ada)
    other = sign_in.agent(await an_agent(organization, "Otto", role=role))
    assert (await other.run(AUDIT)).codes == ["FORBIDDEN"]


@pytest.mark.parametrize(
    "id", ["", "garbage", "\0", "\ud800", ids.encode("Office", 2**63 - 1), ids.encode("", 1)]
)
async def test_of_what_there_never_was_there_is_nothing(ada: Client, id: str) -> None:
    await an_office(ada)
    assert await told(ada, targetId=id) == []


async def test_another_organization_has_its_own(ada: Client, sign_in: SignIn) -> None:
    office = await an_office(ada)
    rival = await an_organization("rival")
    eve = sign_in.agent(await an_agent(rival, "Eve", role=Role.ADMINISTRATOR))
    await AuditEntry.filter(organization_id=rival.id).delete()
    assert await told(eve) == []
    assert await told(eve, targetId=office) == []
