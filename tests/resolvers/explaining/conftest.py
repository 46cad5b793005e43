"""Who asks why there are few slots, and of whom: Anna, alone or in a service with Ben."""

from __future__ import annotations

import pytest

from models.agent.agent import Agent
from models.link import ScheduleLink
from models.organization.organization import Organization
from models.organization.service import Service
from tests.builders import a_link, a_service, an_agent
from tests.resolvers.conftest import Client, SignIn


@pytest.fixture(autouse=True)
async def link(annas_link: ScheduleLink) -> ScheduleLink:
    return annas_link


@pytest.fixture
def agent(sign_in: SignIn, anna: Agent) -> Client:
    return sign_in.agent(anna)


@pytest.fixture
async def ben(organization: Organization) -> Agent:
    return await an_agent(organization, "Ben")


@pytest.fixture
async def support(organization: Organization, anna: Agent, ben: Agent) -> Service:
    service = await a_service(organization, anna, ben)
    await a_link(service)
    return service
