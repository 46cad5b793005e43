"""Agents are added, changed and deleted through the API, and there is always an administrator left."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.agent.session import Session
from models.audit.entry import AuditEntry
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.service import ServiceMember
from models.organization.subject import Subject
from models.words import MeetingType, Role
from resolvers import ids
from tests.builders import Clock, a_service, an_agent, an_organization
from tests.resolvers import staff_documents as staff
from tests.resolvers.audit_documents import AUDIT
from tests.resolvers.conftest import Client, SignIn, Talk
from tests.resolvers.documents import ASSIGN, BOOK, CANCEL, CONNECT_FEED, SLOTS, TEN, codes, wish

ZOE = {"name": "Zoë Öztürk", "email": " Zoe@Acme.example"}


@pytest.fixture
async def ada_row(organization: Organization) -> Agent:
    return await an_agent(organization, "Ada", role=Role.ADMINISTRATOR)


@pytest.fixture
async def ada(sign_in: SignIn, ada_row: Agent) -> Client:
    """The administrator."""
    return sign_in.agent(ada_row)


@pytest.fixture
async def harbour(organization: Organization) -> Office:
    return await Office.create(organization=organization, name="Harbour", time_zone="Europe/Rome")


def refusals(answer: dict[str, Any]) -> list[tuple[str, list[str] | None]]:
    return [(error["code"], error["field"]) for error in answer["errors"]]


async def create(client: Client, **more: Any) -> dict[str, Any]:
    return await client.do(staff.CREATE, input={**ZOE, **more})


async def update(client: Client, agent: Agent, **more: Any) -> dict[str, Any]:
    return await client.do(staff.UPDATE, input={"agentId": ids.encode("Agent", agent.id), **more})


async def delete(client: Client, agent: Agent, **more: Any) -> dict[str, Any]:
    return await client.do(staff.DELETE, input={"agentId": ids.encode("Agent", agent.id), **more})


async def listed(client: Client) -> list[str]:
    found = await client.do("{ organization { agents { edges { node { name } } } } }")
    return [edge["node"]["name"] for edge in found["agents"]["edges"]]


async def test_a_new_agent_is_as_usual_unless_it_is_said(ada: Client) -> None:
    answer = await create(ada)
    assert answer["errors"] == []
    del answer["agent"]["id"]
    assert answer["agent"] == {
        "version": 1,
        "name": "Zoë Öztürk",
        "email": "zoe@acme.example",
        "slug": "zoe-ozturk",
        "role": "AGENT",
        "isActive": True,
        "onlinePlanning": True,
        "languages": [],
        "timeZone": "Europe/Rome",
        "avatarUrl": None,
        "conversationCapacity": 5,
        "offices": [],
        "expertise": [],
    }


async def test_a_new_agent_is_what_is_said(ada: Client, harbour: Office, organization: Organization) -> None:
    loans = await Subject.create(organization=organization, name="Loans")
    said = {
        "slug": "zoe",
        "role": "SUPERVISOR",
        "timeZone": "Asia/Tokyo",
        "languages": ["it", "en"],
        "avatarUrl": "https://pictures.example/zoe.png",
        "onlinePlanning": False,
        "conversationCapacity": 3,
    }
    places = {
        "officeIds": [ids.encode("Office", harbour.id)],
        "expertiseIds": [ids.encode("Subject", loans.id)],
    }
    made = (await create(ada, **said, **places))["agent"]
    assert {name: made[name] for name in said} == said
    assert (made["offices"], made["expertise"]) == ([{"name": "Harbour"}], [{"name": "Loans"}])


async def test_a_slug_is_made_of_any_name_and_is_nobody_elses(ada: Client) -> None:
    first = (await create(ada, name="Anna Rossi"))["agent"]["slug"]
    second = (await create(ada, name="Anna Rossi", email="b@acme.example"))["agent"]["slug"]
    third = (await create(ada, name="山田", email="c@acme.example"))["agent"]["slug"]
    assert first == "anna-rossi"
    assert second.startswith("anna-rossi-")
    assert third.startswith("agent-")


async def test_an_address_and_a_slug_are_an_organizations_once(ada: Client, anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    assert refusals(await create(ada, email="anna@acme.example")) == [("INVALID", ["email"])]
    assert refusals(await create(ada, slug="anna")) == [("INVALID", ["slug"])]
    assert refusals(await update(ada, ben, email="anna@acme.example")) == [("INVALID", ["email"])]
    assert refusals(await update(ada, ben, slug="anna")) == [("INVALID", ["slug"])]


async def test_a_request_that_comes_twice_adds_one_agent(ada: Client) -> None:
    assert await create(ada, idempotencyKey="k") == await create(ada, idempotencyKey="k")
    assert codes(await create(ada, name="Other", idempotencyKey="k")) == ["IDEMPOTENCY_CONFLICT"]
    assert await listed(ada) == ["Ada", "Zoë Öztürk"]


async def test_a_change_leaves_what_it_does_not_name(ada: Client, anna: Agent) -> None:
    said: dict[str, Any] = {
        "name": "Anna Bianchi",
        "email": "bianchi@acme.example",
        "slug": "bianchi",
        "role": "SUPERVISOR",
        "avatarUrl": "https://pictures.example/anna.png",
        "conversationCapacity": 9,
    }
    changed = (await update(ada, anna, **said))["agent"]
    assert {name: changed[name] for name in said} == said
    assert (await update(ada, anna, avatarUrl=None))["agent"] == {**changed, "version": 3, "avatarUrl": None}


async def test_the_last_administrator_stays_one(
    ada: Client, ada_row: Agent, organization: Organization
) -> None:
    manager = await an_agent(organization, "Max", role=Role.MANAGER)
    await an_agent(organization, "Gone", role=Role.ADMINISTRATOR, is_active=False)
    await an_agent(organization, "Website", role=Role.ADMINISTRATOR, is_person=False)
    await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR)
    assert refusals(await update(ada, ada_row, role="MANAGER")) == [("INVALID", ["agentId"])]
    assert codes(await update(ada, manager, role="ADMINISTRATOR")) == []
    assert codes(await update(ada, ada_row, role="MANAGER")) == []
    assert (await Agent.get(id=ada_row.id)).role is Role.MANAGER


async def test_a_manager_of_offices_is_not_left_without_any(
    ada: Client, sign_in: SignIn, harbour: Office, organization: Organization
) -> None:
    max_ = await an_agent(organization, "Max", role=Role.MANAGER)
    await max_.offices.add(harbour)
    of_all = sign_in.agent(await an_agent(organization, "Mia", role=Role.MANAGER))
    for client in (ada, of_all):
        refused = await update(client, max_, officeIds=[])
        assert refusals(refused) == [("INVALID", ["officeIds"])]
        assert refused["errors"][0]["message"] == (
            "Without an office they would manage everything: name another one, or make them an agent first."
        )
    assert refusals(await update(ada, max_, officeIds=[], role="MANAGER")) == [("INVALID", ["officeIds"])]
    tower = await Office.create(organization=organization, name="Tower", time_zone="Europe/Rome")
    assert codes(await update(of_all, max_, officeIds=[ids.encode("Office", tower.id)])) == []
    assert [office.name for office in await max_.offices.all()] == ["Tower"]


async def test_who_is_to_manage_everything_is_made_an_agent_first(
    ada: Client, harbour: Office, organization: Organization
) -> None:
    max_ = await an_agent(organization, "Max", role=Role.MANAGER)
    assert codes(await update(ada, max_, officeIds=[])) == []
    await max_.offices.add(harbour)
    assert codes(await update(ada, max_, officeIds=[], role="AGENT")) == []
    assert codes(await update(ada, max_, officeIds=[], role="MANAGER")) == []
    assert await max_.offices.all().count() == 0


async def test_whoever_is_no_longer_active_is_signed_out_for_good(
    ada: Client, anna: Agent, clock: Clock
) -> None:
    own: dict[str, Any] = {"organization_id": anna.organization_id, "expires_at": clock()}
    hers = await Session.create(**own, agent=anna, refresh_hash="a")
    others = await Session.create(**own, agent=await an_agent(await anna.organization), refresh_hash="b")
    await update(ada, anna, isActive=False)
    await update(ada, anna, isActive=True)
    assert (await Session.get(id=hers.id)).revoked_at is not None
    assert (await Session.get(id=others.id)).revoked_at is None


async def test_managers_add_agents_where_they_manage_and_give_no_roles(
    sign_in: SignIn, ada: Client, anna: Agent, harbour: Office, organization: Organization
) -> None:
    tower = await Office.create(organization=organization, name="Tower", time_zone="Europe/Rome")
    max_ = await an_agent(organization, "Max", role=Role.MANAGER)
    manager, own, other = sign_in.agent(max_), ids.encode("Office", harbour.id), ids.encode("Office", tower.id)
    assert refusals(await create(manager, role="MANAGER")) == [("FORBIDDEN", ["role"])]
    assert codes(await create(manager, email="first@acme.example")) == []
    await max_.offices.add(harbour)
    assert refusals(await create(manager)) == [("INVALID", ["officeIds"])]
    assert codes(await create(manager, officeIds=[own, other])) == ["FORBIDDEN"]
    assert codes(await create(manager, officeIds=[own])) == []
    await anna.offices.add(harbour)
    assert refusals(await update(manager, anna, role="SUPERVISOR")) == [("FORBIDDEN", ["role"])]
    assert refusals(await update(manager, anna, email="max@acme.example")) == [("FORBIDDEN", ["email"])]
    assert codes(await update(manager, anna, name="Annina", role="AGENT")) == []


@pytest.mark.parametrize("role", [Role.BOOKING_MANAGER, Role.SUPERVISOR, Role.AGENT])
async def test_other_roles_neither_add_nor_delete_agents(
    sign_in: SignIn, anna: Agent, organization: Organization, role: Role
) -> None:
    somebody = sign_in.agent(await an_agent(organization, "Yan", role=role))
    assert codes(await create(somebody)) == ["FORBIDDEN"]
    assert codes(await delete(somebody, anna)) == ["FORBIDDEN"]


async def test_who_is_deleted_is_gone_and_still_named_by_what_is_past(
    ada: Client, public: Client, anna: Agent, talk: Talk, clock: Clock
) -> None:
    organization = await anna.organization
    service = await a_service(organization, anna)
    await Session.create(organization=organization, agent=anna, refresh_hash="a", expires_at=clock())
    clock.advance(days=1)
    ben = ids.encode("Agent", (await an_agent(organization, "Ben")).id)
    assert codes(await ada.do(ASSIGN, input={"conversationId": talk.id, "agentId": ben})) == []
    assert await delete(ada, anna) == {"deleted": True, "errors": []}
    assert await listed(ada) == ["Ada", "Ben"]
    assert await ServiceMember.filter(service_id=service.id).count() == 0
    assert await ScheduleLink.filter(agent_id=anna.id).count() == 0
    assert await Session.filter(revoked_at=None).count() == 0
    assert (await public.run('{ scheduleLink(link: "acme/anna") { slug } }')).data == {"scheduleLink": None}
    past = "query($id: ID!) { meeting(id: $id) { agents { id name email isActive } } }"
    [named] = (await ada.do(past, id=talk.meeting))["agents"]
    assert (named["name"], named["isActive"]) == ("Anna", False)
    assert named["email"] == f"deleted-{anna.id}@agents.invalid"
    assert (await ada.run("query($id: ID!) { node(id: $id) { id } }", id=named["id"])).data == {"node": None}
    assert codes(await update(ada, anna, isActive=True)) == ["NOT_FOUND"]
    assert codes(await delete(ada, anna)) == ["NOT_FOUND"]
    again = (await create(ada, name="Anna", email="anna@acme.example"))["agent"]
    assert again["slug"] == "anna"


async def test_the_audit_forgets_how_they_could_be_reached_and_not_what_was_done(
    ada: Client, sign_in: SignIn, anna: Agent
) -> None:
    made = (await create(ada, email="zoe@acme.example", avatarUrl="https://pictures.example/zoe.png"))["agent"]
    zoe = await Agent.get(name=made["name"])
    feed = {"name": "zoe@private.example", "url": "https://calendars.example/zoe.ics"}
    assert codes(await sign_in.agent(zoe).do(CONNECT_FEED, input={"agentId": made["id"], **feed})) == []
    assert codes(await update(ada, zoe, email="oeztuerk@acme.example")) == []
    assert codes(await update(ada, anna, email="bianchi@acme.example")) == []
    assert codes(await delete(ada, zoe)) == []
    told = [edge["node"] for edge in (await ada.do(AUDIT))["edges"]]
    details = {(one["action"], str(one["detail"].get("after", {}).get("name"))): one["detail"] for one in told}
    assert details["createAgent", "Zoë Öztürk"]["after"]["email"] == "hidden"
    assert details["createAgent", "Zoë Öztürk"]["after"]["avatarUrl"] == "hidden"
    assert [one["detail"] for one in told if one["action"] == "updateAgent"] == [
        {"before": {"email": "anna@acme.example"}, "after": {"email": "bianchi@acme.example"}},
        {"before": {"email": "hidden"}, "after": {"email": "hidden"}},
    ]
    assert "avatarUrl" not in details["deleteAgent", "None"]["before"]
    kept = str([entry.detail for entry in await AuditEntry.all()])
    for gone in ("zoe@acme", "zoe@private", "oeztuerk", "zoe.png"):
        assert gone not in kept


async def test_who_has_meetings_to_come_is_not_deleted(ada: Client, anna: Agent, talk: Talk) -> None:
    refused = await delete(ada, anna)
    assert refusals(refused) == [("INVALID", ["agentId"])]
    assert refused["errors"][0]["message"] == (
        "A meeting to come, on 2027-03-01, needs this: move or cancel it first."
    )
    await talk.grace.do(CANCEL, input={"meetingId": talk.meeting})
    refused = await delete(ada, anna)
    assert refused["errors"][0]["message"] == (
        "An open conversation is theirs, in no service: assign them to others first."
    )


async def test_whose_time_somebody_is_holding_is_not_deleted_before_it_is_free(
    ada: Client, public: Client, anna: Agent, annas_link: ScheduleLink, clock: Clock
) -> None:
    hold = "mutation($input: HoldSlotInput!) { holdSlot(input: $input) { errors { code } } }"
    assert (await public.do(hold, input={"slots": {"link": "acme/anna"}, "start": TEN}))["errors"] == []
    assert refusals(await delete(ada, anna)) == [("INVALID", ["agentId"])]
    clock.advance(minutes=10)
    assert codes(await delete(ada, anna)) == []


async def test_a_rule_is_not_left_open_to_everybody_by_a_deletion(ada: Client, anna: Agent) -> None:
    own: dict[str, Any] = {"organization_id": anna.organization_id}
    rule = await PlanningRule.create(
        **own,
        subject=await Subject.create(**own, name="Loans"),
        meeting_type=MeetingType.VIDEO,
        duration_options=[30],
        default_duration_minutes=30,
        slot_interval_minutes=30,
    )
    await rule.agents.add(anna)
    refused = await delete(ada, anna)
    assert "(Loans, VIDEO)" in refused["errors"][0]["message"]
    ben = await an_agent(await anna.organization, "Ben")
    await rule.agents.add(ben)
    assert codes(await delete(ada, anna)) == []
    assert [agent.id for agent in await rule.agents.all()] == [ben.id]


async def test_nobody_deletes_themselves_or_the_last_administrator(
    sign_in: SignIn, ada: Client, ada_row: Agent, organization: Organization
) -> None:
    assert refusals(await delete(ada, ada_row)) == [("INVALID", ["agentId"])]
    program = sign_in.agent(await an_agent(organization, "Website", role=Role.ADMINISTRATOR, is_person=False))
    assert refusals(await delete(program, ada_row)) == [("INVALID", ["agentId"])]
    other = await an_agent(organization, "Bob", role=Role.ADMINISTRATOR)
    assert codes(await delete(sign_in.agent(other), ada_row, expectedVersion=7)) == ["STALE"]
    assert codes(await delete(sign_in.agent(other), ada_row)) == []


async def test_an_agent_who_is_out_of_use_is_offered_again_when_they_are_back(
    ada: Client, public: Client, anna: Agent, annas_link: ScheduleLink
) -> None:
    asked = {"link": "acme/anna", "from": "2027-03-02", "to": "2027-03-02", "timeZone": "Europe/Rome"}
    assert (await public.do(SLOTS, input=asked))["total"] == 16
    await update(ada, anna, isActive=False)
    assert (await public.do(SLOTS, input=asked))["total"] == 0
    assert codes(await public.do(BOOK, input=wish(TEN))) == ["OUTSIDE_AVAILABILITY"]
    await update(ada, anna, isActive=True)
    assert (await public.do(SLOTS, input=asked))["total"] == 16
    assert await Meeting.all().count() == 0
