"""Who is shown what of an organization, of its agents and of its contacts."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.subject import Subject
from models.words import Role
from resolvers import ids
from tests.builders import a_contact, a_link, a_service, an_agent, an_organization
from tests.models.meeting.life import setting
from tests.resolvers import documents as say
from tests.resolvers.conftest import Client, SignIn, Talk

NODE = "query($id: ID!) { node(id: $id) { id ... on Contact { name email phone } } }"
TOLD = "query($id: ID!) { conversation(id: $id) { meetings { id } messages { edges { node { meeting { id } } } } } }"
SERVICES = '{ organization(slug: "acme") { services { name members { agent { name } } } } }'


async def found(client: Client, kind: str, key: int) -> bool:
    """Whether the client is shown the thing by its id."""
    answer = await client.run(NODE, id=ids.encode(kind, key))
    assert not answer.errors, answer.errors
    return answer.data["node"] is not None


async def services(client: Client) -> dict[str, list[str]]:
    """The names of acme's services, and of the members of each, as the client sees them."""
    shown = await client.do(SERVICES)
    return {one["name"]: [member["agent"]["name"] for member in one["members"]] for one in shown["services"]}


@pytest.fixture
async def eve(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator of another organization."""
    return sign_in.agent(await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR))


async def test_an_organization_is_shown_by_its_id_to_its_own_people_alone(
    talk: Talk, public: Client, eve: Client, organization: Organization
) -> None:
    assert await found(talk.anna, "Organization", organization.id)
    assert await found(talk.grace, "Organization", organization.id)
    assert not await found(public, "Organization", organization.id)
    assert not await found(eve, "Organization", organization.id)


async def test_services_out_of_use_are_for_colleagues(talk: Talk, public: Client, eve: Client) -> None:
    anna = await Agent.get(name="Anna")
    await a_service(await anna.organization, anna, name="Sales")
    await a_service(await anna.organization, anna, name="Telex", is_active=False)
    assert set(await services(talk.anna)) == {"Sales", "Telex"}
    for outsider in (public, talk.grace, eve):
        assert set(await services(outsider)) == {"Sales"}


async def test_agents_who_have_left_are_members_of_a_service_to_colleagues_alone(
    talk: Talk, public: Client, eve: Client, organization: Organization
) -> None:
    anna, left = await Agent.get(name="Anna"), await an_agent(organization, "Lou", is_active=False)
    await a_service(organization, anna, left)
    assert await services(talk.anna) == {"Support": ["Anna", "Lou"]}
    for outsider in (public, talk.grace, eve):
        assert await services(outsider) == {"Support": ["Anna"]}


@pytest.mark.parametrize("field", ["role", "isActive", "onlinePlanning"])
async def test_what_an_agent_is_to_the_organization_is_for_colleagues(
    talk: Talk, public: Client, eve: Client, sign_in: SignIn, organization: Organization, field: str
) -> None:
    query = f'{{ scheduleLink(link: "acme/anna") {{ agent {{ name {field} }} }} }}'
    ben = sign_in.agent(await an_agent(organization, "Ben"))
    assert set((await ben.do(query))["agent"]) == {"name", field}
    for outsider in (public, talk.grace, eve):
        answer = await outsider.run(query)
        assert (answer.codes, answer.data) == (["FORBIDDEN"], {"scheduleLink": {"agent": None}})


@pytest.mark.parametrize("role", Role)
async def test_every_agent_finds_the_contacts_of_the_organization_and_of_no_other(
    sign_in: SignIn, organization: Organization, role: Role
) -> None:
    somebody = sign_in.agent(await an_agent(organization, "Chief", role=role))
    assert await found(somebody, "Contact", (await a_contact(organization)).id)
    assert not await found(somebody, "Contact", (await a_contact(await an_organization("rival"))).id)


async def test_closed_offices_and_subjects_not_for_customers_are_for_colleagues(
    talk: Talk, public: Client, eve: Client, organization: Organization
) -> None:
    for name, open in (("Rome", True), ("Milan", False)):
        await Office.create(organization=organization, name=name, time_zone="Europe/Rome", is_active=open)
        await Subject.create(organization=organization, name=name, available_for_customers=open)
    query = """{ organization(slug: "acme") {
      offices(activeOnly: false) { name } subjects(bookableOnly: false) { name } } }"""
    everything, what_is_public = [{"name": "Milan"}, {"name": "Rome"}], [{"name": "Rome"}]
    assert await talk.anna.do(query) == {"offices": everything, "subjects": everything}
    for outsider in (public, talk.grace, eve):
        assert await outsider.do(query) == {"offices": what_is_public, "subjects": what_is_public}


@pytest.mark.parametrize(("languages", "settings"), [(["fr"], {}), ([], {"show_unassigned_meetings": False})])
async def test_who_is_not_shown_what_nobody_has_yet_does_not_see_it_in_its_conversation(
    public: Client,
    sign_in: SignIn,
    organization: Organization,
    languages: list[str],
    settings: dict[str, Any],
) -> None:
    ben = await an_agent(organization, "Ben", languages=languages)
    ada = await an_agent(organization, "Ada", role=Role.ADMINISTRATOR)
    await a_link(await a_service(organization, ben, assign_on_booking=False))
    await setting(organization.id, **settings)
    booked = await public.do(say.BOOK, input=say.wish(slots={"link": "acme/support"}))
    shown, id = {"id": booked["meeting"]["id"]}, booked["meeting"]["conversation"]["id"]
    for agent, seen in ((ben, False), (ada, True)):
        told = await sign_in.agent(agent).do(TOLD, id=id)
        assert told["meetings"] == [shown] * seen
        assert [edge["node"]["meeting"] for edge in told["messages"]["edges"]] == [shown if seen else None]
    await sign_in.agent(ada).do(
        say.REASSIGN, input={"meetingId": shown["id"], "agentId": ids.encode("Agent", ben.id)}
    )
    assert (await sign_in.agent(ben).do(TOLD, id=id))["meetings"] == [shown]
