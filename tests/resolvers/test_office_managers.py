"""A manager who has offices sets up those and their agents, and nothing else."""

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
from tests.builders import a_link, a_service, an_agent
from tests.resolvers import documents as say
from tests.resolvers import link_documents as linked
from tests.resolvers import planning_documents as plan
from tests.resolvers import staff_documents as staff
from tests.resolvers.administration import ADMINISTRATIVE
from tests.resolvers.conftest import Client, SignIn, Talk
from tests.resolvers.documents import codes
from tests.resolvers.house import House
from tests.resolvers.tables import contents

# Others' calendars are not even seen; of a new agent they must name the office.
OTHERWISE = {"disconnect": "NOT_FOUND", "newAgent": "INVALID"}
VIEWER = "{ viewer { permissions } }"


@pytest.fixture
async def genoa(organization: Organization) -> Office:
    return await Office.create(organization=organization, name="Genoa", time_zone="Europe/Rome")


@pytest.fixture
async def zoe(organization: Organization, genoa: Office) -> Agent:
    """An agent at Genoa."""
    agent = await an_agent(organization, "Zoe")
    await agent.offices.add(genoa)
    return agent


@pytest.fixture
async def max(sign_in: SignIn, organization: Organization, genoa: Office) -> Client:
    """The manager of Genoa, where he works himself."""
    agent = await an_agent(organization, "Max", role=Role.MANAGER)
    await agent.offices.add(genoa)
    return sign_in.agent(agent)


def of(agent: Agent) -> str:
    return ids.encode("Agent", agent.id)


# Contacts are of no office: every agent edits them (docs/decisions/0030).
OF_OFFICES = [name for name in ADMINISTRATIVE if name not in {"newContact", "contact"}]


@pytest.mark.parametrize("name", OF_OFFICES)
async def test_nothing_of_other_offices_is_theirs_to_set_up(house: House, max: Client, name: str) -> None:
    base, before = house.base(name), await contents()
    answer = await max.do(base.document, **base.variables)
    assert codes(answer) == [OTHERWISE.get(name, "FORBIDDEN")]
    assert await contents() == before


async def test_of_their_own_offices_it_is(
    max: Client, zoe: Agent, genoa: Office, organization: Organization
) -> None:
    subject = await Subject.create(organization=organization, name="Loans")
    own, office = of(zoe), ids.encode("Office", genoa.id)
    rule = {"subjectId": ids.encode("Subject", subject.id), "meetingType": "VIDEO", "officeId": office}
    link = await a_link(zoe)
    template = await max.do(plan.CREATE_TEMPLATE, input={"agentId": own, "name": "Late", "windows": []})
    done: list[dict[str, Any]] = [
        template,
        await max.do(plan.UPDATE_OFFICE, input={"officeId": office, "address": "Molo 1"}),
        await max.do(plan.UPDATE_AGENT, input={"agentId": own, "languages": ["it"]}),
        await max.do(plan.CREATE_RULE, input={**rule, "agentIds": [own]}),
        await max.do(say.SET_WEEK, input={"agentId": own, "windows": []}),
        await max.do(say.SET_DATE, input={"agentId": own, "date": "2027-03-02", "windows": []}),
        await max.do(plan.UPDATE_TEMPLATE, input={"templateId": template["template"]["id"], "name": "Early"}),
        await max.do(plan.DELETE_TEMPLATE, input={"templateId": template["template"]["id"]}),
        await max.do(linked.CREATE, input={"agentId": own, "slug": "fair"}),
        await max.do(linked.UPDATE, input={"linkId": ids.encode("ScheduleLink", link.id), "slug": "late"}),
        await max.do(linked.DELETE, input={"linkId": ids.encode("ScheduleLink", link.id)}),
    ]
    assert [codes(one) for one in done] == [[]] * len(done)


async def test_they_add_agents_to_their_own_offices(
    max: Client, genoa: Office, organization: Organization
) -> None:
    rome = await Office.create(organization=organization, name="Rome", time_zone="Europe/Rome")
    for office, expected in ((rome, ["FORBIDDEN"]), (genoa, [])):
        at = [ids.encode("Office", office.id)]
        new = {"name": "Zara", "email": "zara@acme.example", "officeIds": at}
        assert codes(await max.do(staff.CREATE, input=new)) == expected


async def test_their_rules_give_meetings_to_their_agents_alone(
    max: Client, zoe: Agent, anna: Agent, genoa: Office, organization: Organization
) -> None:
    subject = await Subject.create(organization=organization, name="Loans")
    own = {"meetingType": "VIDEO", "officeId": ids.encode("Office", genoa.id), "agentIds": [of(zoe)]}
    about = {"subjectId": ids.encode("Subject", subject.id), **own}
    assert codes(await max.do(plan.CREATE_RULE, input={**about, "agentIds": [of(zoe), of(anna)]})) == [
        "FORBIDDEN"
    ]
    rule = (await max.do(plan.CREATE_RULE, input=about))["rule"]["id"]
    others = {"ruleId": rule, "agentIds": [of(anna)]}
    assert codes(await max.do(plan.UPDATE_RULE, input=others)) == ["FORBIDDEN"]


async def test_their_own_hours_and_links_are_theirs_even_so(max: Client) -> None:
    own = ids.encode("Agent", (await Agent.get(name="Max")).id)
    assert codes(await max.do(say.SET_WEEK, input={"agentId": own, "windows": []})) == []
    assert codes(await max.do(linked.CREATE, input={"agentId": own})) == []
    assert await ScheduleLink.all().count() == 1


async def test_an_office_that_is_out_of_use_leaves_its_manager_no_more_than_that(
    max: Client, anna: Agent, genoa: Office
) -> None:
    await Office.filter(id=genoa.id).update(is_active=False)
    assert codes(await max.do(plan.UPDATE_AGENT, input={"agentId": of(anna), "languages": ["it"]})) == [
        "FORBIDDEN"
    ]


async def test_they_assign_what_their_agents_have_to_their_agents(
    max: Client, zoe: Agent, anna: Agent, talk: Talk, genoa: Office
) -> None:
    given = {"conversationId": talk.id, "agentId": of(zoe)}
    moved = {"meetingId": talk.meeting, "agentId": of(zoe)}
    assert codes(await max.do(say.ASSIGN, input=given)) == ["FORBIDDEN"]
    assert codes(await max.do(say.REASSIGN, input=moved)) == ["FORBIDDEN"]
    await anna.offices.add(genoa)
    assert codes(await max.do(say.REASSIGN, input=moved)) == []
    ben = await an_agent(await anna.organization, "Ben")
    for to, expected in ((ben, ["FORBIDDEN"]), (anna, [])):
        assert codes(await max.do(say.ASSIGN, input={**given, "agentId": of(to)})) == expected
        assert codes(await max.do(say.REASSIGN, input={**moved, "agentId": of(to)})) == expected


async def test_what_a_service_has_for_nobody_yet_is_theirs_where_one_of_its_agents_is(
    max: Client, zoe: Agent, anna: Agent, public: Client
) -> None:
    service = await a_service(await anna.organization, anna, assign_on_booking=False)
    await a_link(service)
    booked = await public.do(say.BOOK, input=say.wish(say.TEN, slots={"link": "acme/support"}))
    taken = {
        "meetingId": booked["meeting"]["id"],
        "agentId": ids.encode("Agent", (await Agent.get(name="Max")).id),
    }
    assert codes(await max.do(say.REASSIGN, input=taken)) == ["FORBIDDEN"]


async def test_they_are_told_what_they_may(max: Client, sign_in: SignIn, organization: Organization) -> None:
    told = await max.do(VIEWER)
    assert "MANAGE_OFFICE" in told["permissions"]
    assert "MANAGE_ORGANIZATION" not in told["permissions"]
    elsewhere = sign_in.agent(await an_agent(organization, "Mia", role=Role.MANAGER))
    assert "MANAGE_ORGANIZATION" in (await elsewhere.do(VIEWER))["permissions"]
