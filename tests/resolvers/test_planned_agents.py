"""What is set of agents so that they can be planned, and by whom."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.link import ScheduleLink
from models.organization.office import Office
from models.organization.organization import Organization
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
async def harbour(organization: Organization) -> Office:
    return await Office.create(organization=organization, name="Harbour", time_zone="Europe/Rome")


async def update(client: Client, agent: Agent, **more: Any) -> dict[str, Any]:
    return await client.do(plan.UPDATE_AGENT, input={"agentId": ids.encode("Agent", agent.id), **more})


async def test_a_change_leaves_what_it_does_not_name(ada: Client, anna: Agent, harbour: Office) -> None:
    loans = await Subject.create(organization=await anna.organization, name="Loans")
    changed = (
        await update(
            ada,
            anna,
            languages=["it", "en"],
            timeZone="Asia/Tokyo",
            officeIds=[ids.encode("Office", harbour.id)],
            expertiseIds=[ids.encode("Subject", loans.id)],
        )
    )["agent"]
    assert (changed["languages"], changed["timeZone"]) == (["it", "en"], "Asia/Tokyo")
    assert (changed["offices"], changed["expertise"]) == ([{"name": "Harbour"}], [{"name": "Loans"}])
    withdrawn = (await update(ada, anna, onlinePlanning=False))["agent"]
    assert withdrawn == {**changed, "version": 3, "onlinePlanning": False}
    emptied = (await update(ada, anna, officeIds=[], expertiseIds=[]))["agent"]
    assert (emptied["offices"], emptied["expertise"]) == ([], [])


@pytest.mark.parametrize("off", ["onlinePlanning", "isActive"])
async def test_slots_follow_at_once(
    ada: Client, public: Client, anna: Agent, annas_link: ScheduleLink, off: str
) -> None:
    wanted = {"link": "acme/anna", "from": "2027-03-02", "to": "2027-03-02", "timeZone": "Europe/Rome"}
    assert (await public.do(SLOTS, input=wanted))["total"] == 16
    await update(ada, anna, **{off: False})
    answer = await public.run(SLOTS, input=wanted)
    assert answer.errors or answer.data["slots"]["total"] == 0
    await update(ada, anna, **{off: True})
    assert (await public.do(SLOTS, input=wanted))["total"] == 16


async def test_of_two_changes_of_one_version_the_second_is_stale(ada: Client, anna: Agent) -> None:
    assert codes(await update(ada, anna, expectedVersion=1, languages=["it"])) == []
    assert codes(await update(ada, anna, expectedVersion=1, languages=["en"])) == ["STALE"]
    assert (await Agent.get(id=anna.id)).languages == ["it"]


async def test_an_agent_works_and_is_expert_within_the_organization(ada: Client, anna: Agent) -> None:
    rival = await an_organization("rival")
    office = await Office.create(organization=rival, name="Lair", time_zone="Europe/Rome")
    subject = await Subject.create(organization=rival, name="Fraud")
    for more, field in (
        ({"officeIds": [ids.encode("Office", office.id)]}, "officeIds"),
        ({"expertiseIds": [ids.encode("Subject", subject.id)]}, "expertiseIds"),
    ):
        refused = await update(ada, anna, languages=["it"], **more)
        assert [(error["code"], error["field"]) for error in refused["errors"]] == [("NOT_FOUND", [field])]
    assert (await Agent.get(id=anna.id)).languages == []


async def test_nobody_ends_their_own_work(ada: Client, sign_in: SignIn) -> None:
    own = await Agent.get(name="Ada")
    refused = await update(ada, own, isActive=False)
    assert [(error["code"], error["field"]) for error in refused["errors"]] == [("INVALID", ["isActive"])]
    assert codes(await update(ada, own, onlinePlanning=False)) == []


async def test_a_manager_changes_agents_but_no_administrator(
    ada: Client, sign_in: SignIn, anna: Agent, organization: Organization, harbour: Office
) -> None:
    manager = sign_in.agent(await an_agent(organization, "Max", role=Role.MANAGER))
    assert codes(await update(manager, anna, officeIds=[ids.encode("Office", harbour.id)])) == []
    assert codes(await update(manager, await Agent.get(name="Ada"), isActive=False)) == ["FORBIDDEN"]


async def test_a_manager_who_has_offices_changes_their_agents_but_nobodys_offices(
    sign_in: SignIn, anna: Agent, organization: Organization, harbour: Office
) -> None:
    max, ben = await an_agent(organization, "Max", role=Role.MANAGER), await an_agent(organization, "Ben")
    for agent in (max, anna):
        await agent.offices.add(harbour)
    manager = sign_in.agent(max)
    assert codes(await update(manager, anna, languages=["it"])) == []
    assert codes(await update(manager, ben, languages=["it"])) == ["FORBIDDEN"]
    for agent in (max, anna):
        assert codes(await update(manager, agent, officeIds=[])) == ["FORBIDDEN"]


@pytest.mark.parametrize("role", [Role.BOOKING_MANAGER, Role.SUPERVISOR, Role.AGENT])
async def test_other_roles_change_nobody(
    sign_in: SignIn, anna: Agent, organization: Organization, role: Role
) -> None:
    zoe = await an_agent(organization, "Zoe", role=role)
    for agent in (anna, zoe):
        assert codes(await update(sign_in.agent(zoe), agent, languages=["it"])) == ["FORBIDDEN"]
