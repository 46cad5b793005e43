"""Which agents have connected a calendar: told to those who set them up, and never the calendar's address."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.calendar.connection import CalendarConnection
from models.organization.office import Office
from models.organization.organization import Organization
from models.words import CalendarProvider, Role
from resolvers import ids
from tests.builders import a_service, an_agent, an_organization
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import SYNCHRONISED

OF_AGENT = "query($id: ID!) { node(id: $id) { ... on Agent { calendarConnections { account } } } }"


@pytest.fixture
async def harbour(organization: Organization) -> Office:
    return await Office.create(organization=organization, name="Harbour", time_zone="Europe/Rome")


@pytest.fixture
async def ben(organization: Organization, harbour: Office) -> Agent:
    """At the harbour."""
    ben = await an_agent(organization, "Ben")
    await ben.offices.add(harbour)
    return ben


@pytest.fixture(autouse=True)
async def connected(anna: Agent, ben: Agent) -> None:
    """Anna has connected two calendars, Ben one, Carl none; Eve is somebody else's."""
    organization = await anna.organization
    await an_agent(organization, "Carl")
    eve = await an_agent(await an_organization("rival"), "Eve")
    for agent, account in ((anna, "Work"), (anna, "Home"), (ben, "Boats"), (eve, "Secret")):
        await CalendarConnection.create(
            organization_id=agent.organization_id, agent=agent, provider=CalendarProvider.ICS, account=account
        )


async def synchronised(client: Client, **variables: Any) -> dict[str, list[str]]:
    answer = await client.run(SYNCHRONISED, **variables)
    assert answer.errors == []
    return {
        agent["name"]: sorted(one["account"] for one in agent["calendarConnections"])
        for agent in answer.data["synchronisedCalendars"]
    }


async def test_administrators_see_who_is_connected_with_which_calendars(
    sign_in: SignIn, organization: Organization
) -> None:
    ada = sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    assert await synchronised(ada) == {"Anna": ["Home", "Work"], "Ben": ["Boats"]}


async def test_a_feed_is_one_calendar_of_the_agents_own_that_counts_as_busy(
    sign_in: SignIn, organization: Organization, harbour: Office
) -> None:
    ada = sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    [agent] = (await ada.run(SYNCHRONISED, office=ids.encode("Office", harbour.id))).data[
        "synchronisedCalendars"
    ]
    assert agent["calendarConnections"] == [
        {
            "provider": "ICS",
            "account": "Boats",
            "status": "NEVER_SYNCED",
            "disconnectedAt": None,
            "ownerNotifiedAt": None,
            "calendars": [
                {
                    "name": "Boats",
                    "isPrimary": True,
                    "isOwn": True,
                    "countsAsBusy": True,
                    "receivesMeetings": False,
                    "showOnTeamView": False,
                    "showRecurring": False,
                }
            ],
        }
    ]


async def test_they_are_looked_for_by_office_and_service(
    sign_in: SignIn, organization: Organization, anna: Agent, harbour: Office
) -> None:
    ada = sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    service = await a_service(organization, anna)
    at, of = ids.encode("Office", harbour.id), ids.encode("Service", service.id)
    assert list(await synchronised(ada, office=at)) == ["Ben"]
    assert list(await synchronised(ada, service=of)) == ["Anna"]
    assert list(await synchronised(ada, office=at, service=of)) == []
    for nowhere in ("garbage", ids.encode("Agent", anna.id), ""):
        assert list(await synchronised(ada, office=nowhere)) == []
        assert list(await synchronised(ada, service=nowhere)) == []


async def test_a_manager_of_offices_sees_those_of_their_agents(
    sign_in: SignIn, organization: Organization, anna: Agent, ben: Agent, harbour: Office
) -> None:
    row = await an_agent(organization, "Max", role=Role.MANAGER)
    manager = sign_in.agent(row)
    assert list(await synchronised(manager)) == ["Anna", "Ben"]
    await row.offices.add(harbour)
    assert await synchronised(manager) == {"Ben": ["Boats"]}
    assert (await manager.do(OF_AGENT, id=ids.encode("Agent", anna.id)))["calendarConnections"] == []
    assert (await manager.do(OF_AGENT, id=ids.encode("Agent", ben.id)))["calendarConnections"] != []


@pytest.mark.parametrize("role", [Role.BOOKING_MANAGER, Role.SUPERVISOR, Role.AGENT])
async def test_to_other_colleagues_calendars_are_private_and_ones_own_are_not(
    sign_in: SignIn, organization: Organization, anna: Agent, ben: Agent, role: Role
) -> None:
    await Agent.filter(id=ben.id).update(role=role)
    his = sign_in.agent(await Agent.get(id=ben.id))
    assert (await his.run(SYNCHRONISED)).codes == ["FORBIDDEN"]
    assert (await his.do(OF_AGENT, id=ids.encode("Agent", anna.id)))["calendarConnections"] == []
    assert (await his.do(OF_AGENT, id=ids.encode("Agent", ben.id)))["calendarConnections"] == [
        {"account": "Boats"}
    ]
