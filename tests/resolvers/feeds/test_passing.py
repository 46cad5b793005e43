"""What is of the moment: who is at their desk, and what waits. It comes to inboxes without a cursor."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.organization.organization import Organization
from models.organization.service import Service
from models.words import Role
from tests.builders import a_service, an_agent, an_organization
from tests.resolvers import queue_documents as queue
from tests.resolvers.conftest import Client, Feed, SignIn

MOMENTS = """subscription { inboxEvents(after: "") { __typename
  ... on PresenceChanged { agent { name presence } }
  ... on QueueChanged { queue { service { name } waiting open onlineAgents oldestWaitingSince } } } }"""


@pytest.fixture
async def ben(organization: Organization) -> Agent:
    return await an_agent(organization, "Ben")


@pytest.fixture
async def service(organization: Organization, anna: Agent) -> Service:
    return await a_service(organization, anna)


async def hears(feed: Feed, *kinds: str) -> list[dict[str, Any]]:
    """The next events of these kinds, as many as are named and in this order."""
    heard = []
    for kind in kinds:
        while (event := await feed.next())["__typename"] != kind:
            continue
        heard.append(event)
    return heard


async def test_colleagues_hear_who_comes_and_goes(sign_in: SignIn, anna: Agent, ben: Agent) -> None:
    async with sign_in.agent(ben).follow(MOMENTS) as bens:
        await hears(bens, "Resync")
        for presence in ("ONLINE", "AWAY", "OFFLINE"):
            await sign_in.agent(anna).do(queue.PRESENCE, presence=presence)
            [event] = await hears(bens, "PresenceChanged")
            assert event["agent"] == {"name": "Anna", "presence": presence}


async def test_to_say_the_same_again_is_not_told(sign_in: SignIn, anna: Agent, ben: Agent) -> None:
    async with sign_in.agent(ben).follow(MOMENTS) as bens:
        await hears(bens, "Resync")
        await sign_in.agent(anna).do(queue.PRESENCE, presence="ONLINE")
        await hears(bens, "PresenceChanged")
        for presence in ("ONLINE", "AWAY"):
            await sign_in.agent(anna).do(queue.PRESENCE, presence=presence)
        [event] = await hears(bens, "PresenceChanged")
        assert event["agent"]["presence"] == "AWAY"


async def test_members_hear_what_waits_in_their_queue(sign_in: SignIn, service: Service, anna: Agent) -> None:
    annas = sign_in.agent(anna)
    async with annas.follow(MOMENTS) as hearing:
        await hears(hearing, "Resync")
        await annas.do(queue.PRESENCE, presence="ONLINE")
        [event] = await hears(hearing, "QueueChanged")
        empty = {"service": {"name": "Support"}, "waiting": 0, "open": 0, "oldestWaitingSince": None}
        assert event["queue"] == {**empty, "onlineAgents": 1}
        made = await queue.an_offer(service, anna)
        await annas.do(queue.ACCEPT, input={"offerId": made["offer"]})
        [event] = await hears(hearing, "QueueChanged")
        assert event["queue"] == {**empty, "open": 1, "onlineAgents": 1}


@pytest.mark.parametrize(("role", "is_told"), [(Role.SUPERVISOR, True), (Role.AGENT, False)])
async def test_who_oversees_all_hears_of_every_queue_and_others_of_their_own(
    sign_in: SignIn, service: Service, anna: Agent, role: Role, is_told: bool
) -> None:
    other = sign_in.agent(await an_agent(await anna.organization, "Olga", role=role))
    async with other.follow(MOMENTS) as hearing:
        await hears(hearing, "Resync")
        made = await queue.an_offer(service, anna)
        await hears(hearing, "PresenceChanged")
        await sign_in.agent(anna).do(queue.ACCEPT, input={"offerId": made["offer"]})
        await sign_in.agent(anna).do(queue.PRESENCE, presence="AWAY")
        heard = []
        while (event := await hearing.next())["__typename"] != "PresenceChanged":
            heard.append(event["__typename"])
        assert ("QueueChanged" in heard) == is_told


async def test_nobody_elsewhere_hears_anything(sign_in: SignIn, service: Service, anna: Agent) -> None:
    rival = await an_organization("rival")
    mallory = sign_in.agent(await an_agent(rival, "Mallory", role=Role.ADMINISTRATOR))
    eve = await an_agent(rival, "Eve")
    async with mallory.follow(MOMENTS) as hearing:
        await hears(hearing, "Resync")
        await queue.an_offer(service, anna)
        await sign_in.agent(eve).do(queue.PRESENCE, presence="ONLINE")
        event = await hearing.next()
        assert event["agent"]["name"] == "Eve"


async def test_who_went_away_is_heard_of_no_more(sign_in: SignIn, service: Service, ben: Agent) -> None:
    client: Client = sign_in.agent(ben)
    async with client.follow(MOMENTS) as hearing:
        await hears(hearing, "Resync")
    assert client.world.hub.topics == client.world.hub.subscribers == 0
