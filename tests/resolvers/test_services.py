"""Services through the API: how their bookings are shared, and among whom."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.service import Service, ServiceMember
from models.words import Role
from resolvers import ids
from tests.builders import a_service, an_agent, an_organization
from tests.resolvers import planning_documents as plan
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import codes


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


async def create(client: Client, name: str = "Support", **more: Any) -> dict[str, Any]:
    return await client.do(plan.CREATE_SERVICE, input={"name": name, **more})


async def created(client: Client, name: str = "Support", **more: Any) -> dict[str, Any]:
    answer = await create(client, name, **more)
    assert answer["errors"] == []
    return dict(answer["service"])


async def update(client: Client, service: dict[str, Any], **more: Any) -> dict[str, Any]:
    return await client.do(plan.UPDATE_SERVICE, input={"serviceId": service["id"], **more})


async def put(client: Client, service: str, agent: Agent, **more: Any) -> dict[str, Any]:
    member = {"serviceId": service, "agentId": ids.encode("Agent", agent.id)}
    return await client.do(plan.SET_MEMBER, input={**member, **more})


async def remove(client: Client, service: str, agent: Agent) -> dict[str, Any]:
    return await client.do(
        plan.REMOVE_MEMBER, input={"serviceId": service, "agentId": ids.encode("Agent", agent.id)}
    )


async def test_a_new_service_is_active_and_shared_in_turn(ada: Client) -> None:
    service = await created(ada)
    del service["id"]
    assert service == {
        "version": 1,
        "name": "Support",
        "languages": [],
        "isActive": True,
        "distribution": "ROUND_ROBIN",
        "requiredAgents": None,
        "availabilityPercent": 0,
        "assignOnBooking": True,
        "routing": "OFFER_TO_ALL",
        "offerTimeoutSeconds": 60,
        "members": [],
    }


async def test_a_change_leaves_what_it_does_not_name(ada: Client) -> None:
    everything: dict[str, Any] = {
        "languages": ["it", "en-GB"],
        "isActive": False,
        "distribution": "COLLECTIVE",
        "requiredAgents": 3,
        "availabilityPercent": 60,
        "assignOnBooking": False,
        "routing": "ASSIGN_AUTOMATICALLY",
        "offerTimeoutSeconds": 90,
    }
    service = await created(ada, **everything)
    assert everything.items() <= service.items()
    changed = (await update(ada, service, requiredAgents=None, availabilityPercent=0))["service"]
    assert changed == {**service, "version": 2, "requiredAgents": None, "availabilityPercent": 0}


async def test_a_language_given_twice_is_kept_once(ada: Client) -> None:
    assert (await created(ada, languages=["it", "en", "it"]))["languages"] == ["it", "en"]


async def test_of_two_changes_of_one_version_the_second_is_stale(ada: Client) -> None:
    service = await created(ada)
    assert codes(await update(ada, service, expectedVersion=1, isActive=False)) == []
    assert codes(await update(ada, service, expectedVersion=1, isActive=True)) == ["STALE"]
    assert not (await Service.get()).is_active


async def test_a_name_is_an_organizations_once(ada: Client) -> None:
    await created(ada)
    other = await created(ada, "Sales")
    for refused in (await create(ada), await update(ada, other, name="Support")):
        assert [(error["code"], error["field"]) for error in refused["errors"]] == [("INVALID", ["name"])]
    await a_service(await an_organization("rival"))


async def test_a_request_that_comes_twice_makes_one_service(ada: Client) -> None:
    assert await created(ada, idempotencyKey="k") == await created(ada, idempotencyKey="k")
    assert codes(await create(ada, "Sales", idempotencyKey="k")) == ["IDEMPOTENCY_CONFLICT"]


async def test_members_join_change_their_weight_and_leave(ada: Client, anna: Agent) -> None:
    ben, service = await an_agent(await anna.organization, "Ben"), (await created(ada))["id"]
    await put(ada, service, anna)
    joined = await put(ada, service, ben, weight=3)
    assert joined["service"]["members"] == [
        {"agent": {"name": "Anna"}, "weight": 1},
        {"agent": {"name": "Ben"}, "weight": 3},
    ]
    heavier = await put(ada, service, anna, weight=2)
    assert heavier["service"]["members"][0] == {"agent": {"name": "Anna"}, "weight": 2}
    assert heavier["service"]["version"] == 4
    left = await remove(ada, service, anna)
    assert left["service"]["members"] == [{"agent": {"name": "Ben"}, "weight": 3}]
    gone = await remove(ada, service, anna)
    assert [(error["code"], error["field"]) for error in gone["errors"]] == [("NOT_FOUND", ["agentId"])]


async def test_who_joins_is_not_given_everything_until_they_have_caught_up(ada: Client, anna: Agent) -> None:
    organization = await anna.organization
    ben, chandra = await an_agent(organization, "Ben"), await an_agent(organization, "Chandra")
    row = await a_service(organization, anna, ben)
    await ServiceMember.filter(agent_id=anna.id).update(given_count=100)
    await ServiceMember.filter(agent_id=ben.id).update(given_count=90, weight=2)
    await put(ada, ids.encode("Service", row.id), chandra, weight=3)
    assert (await ServiceMember.get(agent_id=chandra.id)).given_count == 135


async def test_another_weight_keeps_a_members_place_in_turn(ada: Client, anna: Agent) -> None:
    row = await a_service(await anna.organization, anna)
    await ServiceMember.filter(agent_id=anna.id).update(given_count=100)
    await put(ada, ids.encode("Service", row.id), anna, weight=3)
    assert (await ServiceMember.get()).given_count == 300
    await put(ada, ids.encode("Service", row.id), anna, weight=1)
    await put(ada, ids.encode("Service", row.id), anna, weight=1)
    assert (await ServiceMember.get()).given_count == 100


async def test_a_member_is_a_colleague(ada: Client) -> None:
    eve = await an_agent(await an_organization("rival"), "Eve")
    service = (await created(ada))["id"]
    refused = await put(ada, service, eve)
    assert [(error["code"], error["field"]) for error in refused["errors"]] == [("NOT_FOUND", ["agentId"])]
    assert await ServiceMember.all().count() == 0


async def everything(client: Client, service: dict[str, Any], agent: Agent) -> list[str]:
    """The codes of every change of a service that there is."""
    answers = [
        await create(client, "Another"),
        await update(client, service, isActive=False),
        await put(client, service["id"], agent),
        await remove(client, service["id"], agent),
    ]
    return [code for answer in answers for code in codes(answer)]


async def test_a_manager_without_offices_sets_services_up_and_one_who_has_some_does_not(
    sign_in: SignIn, ada: Client, organization: Organization, anna: Agent
) -> None:
    service = await created(ada)
    max = await an_agent(organization, "Max", role=Role.MANAGER)
    assert await everything(sign_in.agent(max), service, anna) == []
    await max.offices.add(await Office.create(organization=organization, name="Rome", time_zone="Europe/Rome"))
    assert await everything(sign_in.agent(max), service, anna) == ["FORBIDDEN"] * 4


@pytest.mark.parametrize("role", [Role.BOOKING_MANAGER, Role.SUPERVISOR, Role.AGENT])
async def test_other_roles_set_no_service_up(
    sign_in: SignIn, ada: Client, organization: Organization, anna: Agent, role: Role
) -> None:
    somebody = sign_in.agent(await an_agent(organization, "Zoe", role=role))
    assert await everything(somebody, await created(ada), anna) == ["FORBIDDEN"] * 4
