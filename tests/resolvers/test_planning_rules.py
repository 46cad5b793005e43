"""Planning rules through the API: who sets them, what they say, and that slots follow them."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.subject import Subject
from models.words import Role
from resolvers import ids
from tests.builders import an_agent, an_organization
from tests.resolvers import planning_documents as plan
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import SLOTS, codes


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


@pytest.fixture
async def loans(organization: Organization, anna: Agent) -> Subject:
    """What Anna is expert in."""
    subject = await Subject.create(organization=organization, name="Loans")
    await anna.expertise.add(subject)
    return subject


@pytest.fixture
async def harbour(organization: Organization) -> Office:
    return await Office.create(organization=organization, name="Harbour", time_zone="Europe/Rome")


async def create(client: Client, subject: Subject, **more: Any) -> dict[str, Any]:
    about = {"subjectId": ids.encode("Subject", subject.id), "meetingType": "VIDEO"}
    return await client.do(plan.CREATE_RULE, input={**about, **more})


async def created(client: Client, subject: Subject, **more: Any) -> dict[str, Any]:
    answer = await create(client, subject, **more)
    assert answer["errors"] == []
    return dict(answer["rule"])


async def update(client: Client, rule: dict[str, Any], **more: Any) -> dict[str, Any]:
    return await client.do(plan.UPDATE_RULE, input={"ruleId": rule["id"], **more})


async def test_a_rule_that_says_nothing_is_as_the_organization_says(ada: Client, loans: Subject) -> None:
    rule = await created(ada, loans)
    del rule["id"]
    assert rule == {
        "version": 1,
        "subject": {"name": "Loans"},
        "meetingType": "VIDEO",
        "office": None,
        "enabled": True,
        "durationOptions": [30],
        "defaultDurationMinutes": 30,
        "slotIntervalMinutes": 30,
        "bufferBeforeMinutes": 0,
        "bufferAfterMinutes": 0,
        "minimumNoticeMinutes": None,
        "bookableDaysAhead": None,
        "seats": 1,
        "needsAcceptance": False,
        "maxPerAgentPerDay": None,
        "maxPerAgentPerWeek": None,
        "agents": [],
    }


EVERYTHING = {
    "enabled": False,
    "durationOptions": [20, 45],
    "defaultDurationMinutes": 45,
    "slotIntervalMinutes": 15,
    "bufferBeforeMinutes": 5,
    "bufferAfterMinutes": 10,
    "minimumNoticeMinutes": 120,
    "bookableDaysAhead": 14,
    "seats": 8,
    "needsAcceptance": True,
    "maxPerAgentPerDay": 3,
    "maxPerAgentPerWeek": 9,
}


async def test_what_a_rule_says_is_read_back(ada: Client, loans: Subject, harbour: Office, anna: Agent) -> None:
    more = {"officeId": ids.encode("Office", harbour.id), "agentIds": [ids.encode("Agent", anna.id)]}
    rule = await created(ada, loans, **EVERYTHING, **more)
    assert EVERYTHING.items() <= rule.items()
    assert (rule["office"], rule["agents"]) == ({"name": "Harbour"}, [{"name": "Anna"}])
    shown = await ada.do(
        f"query($id: ID!) {{ node(id: $id) {{ ... on PlanningRule {{ {plan.RULE} }} }} }}", id=rule["id"]
    )
    assert shown == rule


async def test_a_change_leaves_what_it_does_not_name(ada: Client, loans: Subject, anna: Agent) -> None:
    rule = await created(ada, loans, **EVERYTHING, agentIds=[ids.encode("Agent", anna.id)])
    changed = (await update(ada, rule, seats=2, minimumNoticeMinutes=None))["rule"]
    assert changed == {**rule, "version": 2, "seats": 2, "minimumNoticeMinutes": None}


async def test_assigned_agents_are_replaced_as_a_whole(ada: Client, loans: Subject, anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    rule = await created(ada, loans, agentIds=[ids.encode("Agent", anna.id)])
    other = await update(ada, rule, agentIds=[ids.encode("Agent", ben.id)] * 2)
    assert other["rule"]["agents"] == [{"name": "Ben"}]
    assert (await update(ada, rule, agentIds=[]))["rule"]["agents"] == []


async def test_of_two_changes_of_one_version_the_second_is_stale(ada: Client, loans: Subject) -> None:
    rule = await created(ada, loans)
    assert codes(await update(ada, rule, expectedVersion=1, seats=2)) == []
    stale = await update(ada, rule, expectedVersion=1, seats=3)
    assert [(error["code"], error["field"]) for error in stale["errors"]] == [("STALE", ["expectedVersion"])]
    gone = await ada.do(plan.DELETE_RULE, input={"ruleId": rule["id"], "expectedVersion": 1})
    assert (gone["deleted"], codes(gone)) == (False, ["STALE"])
    assert (await PlanningRule.get()).seats == 2


async def test_there_is_one_rule_of_a_kind(ada: Client, loans: Subject, harbour: Office) -> None:
    at_harbour = {"officeId": ids.encode("Office", harbour.id)}
    for more in ({}, at_harbour, {"meetingType": "PHONE"}, {**at_harbour, "meetingType": "PHONE"}):
        await created(ada, loans, **more)
        again = await create(ada, loans, **more, seats=5)
        assert [(error["code"], error["field"]) for error in again["errors"]] == [("INVALID", ["meetingType"])]
    assert await PlanningRule.filter(seats=1).count() == await PlanningRule.all().count() == 4


async def test_a_request_that_comes_twice_makes_one_rule(ada: Client, loans: Subject) -> None:
    first = await created(ada, loans, idempotencyKey="k")
    assert await created(ada, loans, idempotencyKey="k") == first
    assert codes(await create(ada, loans, idempotencyKey="k", seats=2)) == ["IDEMPOTENCY_CONFLICT"]
    await ada.do(plan.DELETE_RULE, input={"ruleId": first["id"]})
    assert codes(await create(ada, loans, idempotencyKey="k")) == ["NOT_FOUND"]


async def test_a_deleted_rule_is_gone(ada: Client, loans: Subject, anna: Agent) -> None:
    rule = await created(ada, loans, agentIds=[ids.encode("Agent", anna.id)])
    gone = {"input": {"ruleId": rule["id"]}}
    assert await ada.do(plan.DELETE_RULE, **gone) == {"deleted": True, "errors": []}
    assert codes(await ada.do(plan.DELETE_RULE, **gone)) == ["NOT_FOUND"]
    assert codes(await update(ada, rule, seats=2)) == ["NOT_FOUND"]


async def test_options_alone_make_the_first_one_the_default(ada: Client, loans: Subject) -> None:
    rule = await created(ada, loans, durationOptions=[45, 15])
    assert (rule["durationOptions"], rule["defaultDurationMinutes"]) == ([45, 15], 45)


async def test_a_default_alone_is_the_only_option(ada: Client, loans: Subject) -> None:
    rule = await created(ada, loans, defaultDurationMinutes=25)
    assert rule["durationOptions"] == [25]
    refused = await update(ada, rule, defaultDurationMinutes=30)
    assert [error["field"] for error in refused["errors"]] == [["defaultDurationMinutes"]]


async def test_a_duration_that_the_organization_no_longer_allows_stays_until_it_is_changed(
    ada: Client, loans: Subject, organization: Organization
) -> None:
    rule = await created(ada, loans, defaultDurationMinutes=25)
    await Organization.filter(id=organization.id).update(stored_settings={"max_duration_minutes": 20})
    assert codes(await update(ada, rule, seats=2)) == []
    assert codes(await update(ada, rule, durationOptions=[25])) == ["INVALID"]
    assert codes(await update(ada, rule, durationOptions=[20], defaultDurationMinutes=20)) == []


async def test_slots_follow_a_new_rule_at_once(
    ada: Client, public: Client, loans: Subject, anna: Agent
) -> None:
    wanted = {
        "agentId": ids.encode("Agent", anna.id),
        "subjectId": ids.encode("Subject", loans.id),
        "meetingType": "VIDEO",
        "from": "2027-03-02",
        "to": "2027-03-02",
        "timeZone": "Europe/Rome",
    }
    assert (await public.do(SLOTS, input=wanted))["total"] == 16
    rule = await created(ada, loans, durationOptions=[60], slotIntervalMinutes=60)
    assert (await public.do(SLOTS, input=wanted))["total"] == 8
    await update(ada, rule, enabled=False)
    assert (await public.do(SLOTS, input=wanted))["total"] == 0


# who


async def test_a_manager_without_offices_sets_every_rule(
    sign_in: SignIn, organization: Organization, loans: Subject, harbour: Office
) -> None:
    manager = sign_in.agent(await an_agent(organization, "Max", role=Role.MANAGER))
    rule = await created(manager, loans)
    await created(manager, loans, officeId=ids.encode("Office", harbour.id))
    assert codes(await update(manager, rule, seats=2)) == []


async def test_a_manager_who_has_offices_sets_the_rules_of_those_alone(
    sign_in: SignIn, ada: Client, organization: Organization, loans: Subject, harbour: Office
) -> None:
    max = await an_agent(organization, "Max", role=Role.MANAGER)
    await max.offices.add(harbour)
    manager = sign_in.agent(max)
    tower = await Office.create(organization=organization, name="Tower", time_zone="Europe/Rome")
    default = await created(ada, loans)
    of_tower = await created(ada, loans, officeId=ids.encode("Office", tower.id))
    for rule in (default, of_tower):
        assert codes(await update(manager, rule, seats=2)) == ["FORBIDDEN"]
        assert codes(await manager.do(plan.DELETE_RULE, input={"ruleId": rule["id"]})) == ["FORBIDDEN"]
    for more in ({}, {"officeId": ids.encode("Office", tower.id)}):
        assert codes(await create(manager, loans, **more, meetingType="PHONE")) == ["FORBIDDEN"]
    own = await created(manager, loans, officeId=ids.encode("Office", harbour.id))
    assert codes(await update(manager, own, seats=2)) == []
    assert codes(await manager.do(plan.DELETE_RULE, input={"ruleId": own["id"]})) == []


@pytest.mark.parametrize("role", [Role.BOOKING_MANAGER, Role.SUPERVISOR, Role.AGENT])
async def test_other_roles_set_no_rule(
    sign_in: SignIn, ada: Client, organization: Organization, loans: Subject, role: Role
) -> None:
    somebody = sign_in.agent(await an_agent(organization, "Zoe", role=role))
    rule = await created(ada, loans)
    assert codes(await create(somebody, loans, meetingType="PHONE")) == ["FORBIDDEN"]
    assert codes(await update(somebody, rule, seats=2)) == ["FORBIDDEN"]
    assert codes(await somebody.do(plan.DELETE_RULE, input={"ruleId": rule["id"]})) == ["FORBIDDEN"]


async def test_a_rule_names_nobody_and_nothing_of_another_organization(ada: Client, loans: Subject) -> None:
    rival = await an_organization("rival")
    eve = ids.encode("Agent", (await an_agent(rival, "Eve")).id)
    office = await Office.create(organization=rival, name="Lair", time_zone="Europe/Rome")
    subject = await Subject.create(organization=rival, name="Fraud")
    assert codes(await create(ada, subject)) == ["NOT_FOUND"]
    assert codes(await create(ada, loans, officeId=ids.encode("Office", office.id))) == ["NOT_FOUND"]
    assert codes(await create(ada, loans, agentIds=[eve])) == ["NOT_FOUND"]
    assert await PlanningRule.all().count() == 0
    rule = await created(ada, loans)
    assert codes(await update(ada, rule, agentIds=[eve], seats=2)) == ["NOT_FOUND"]
    assert (await PlanningRule.get()).seats == 1


async def test_colleagues_see_how_a_subject_is_met(
    sign_in: SignIn, ada: Client, loans: Subject, anna: Agent
) -> None:
    await created(ada, loans, seats=4)
    query = "query($id: ID!) { node(id: $id) { ... on Subject { planningRules { seats meetingType } } } }"
    shown = await sign_in.agent(anna).do(query, id=ids.encode("Subject", loans.id))
    assert shown == {"planningRules": [{"seats": 4, "meetingType": "VIDEO"}]}
