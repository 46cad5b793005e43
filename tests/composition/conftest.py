"""The site behind a real server, with a bus in memory and hints that reach it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from composition.site import site
from models.agent.agent import Agent
from models.agent.session import Session, hash_password
from models.keyring import Keyring
from models.link import ScheduleLink
from models.organization.organization import Organization
from models.transactions import outlet
from realtime.bus import MemoryBus
from realtime.cursors import Cursors
from realtime.hub import Hub
from realtime.store import DatabaseStore
from resolvers.context import World
from tests.builders import Clock, an_agent
from tests.composition.callers import Booked, SignIn, post
from tests.resolvers.documents import BOOK, wish
from tests.serving import serving
from web.health import Health


async def yes() -> bool:
    return True


@pytest.fixture
def healthy() -> Health:
    return Health(database=yes, bus=lambda: True, worker=yes)


@pytest.fixture
async def world(db: None, keys: Keyring, clock: Clock) -> AsyncIterator[World]:
    bus = MemoryBus()
    hub = Hub(bus, DatabaseStore())
    await bus.start()
    await hub.start()
    outlet.publish, outlet.mention = bus.publish, bus.publish_ephemeral
    yield World(keys, Cursors(keys.key("feed-cursors")), hub, clock=clock, public_url="http://localhost")
    await hub.stop()
    await bus.stop()


@pytest.fixture
async def address(world: World, healthy: Health) -> AsyncIterator[str]:
    async with serving(site(world, health=healthy, with_explorer=False)) as address:
        yield address


@pytest.fixture
async def browser(address: str) -> AsyncIterator[ClientSession]:
    async with ClientSession(address) as session:
        yield session


@pytest.fixture
async def ben(organization: Organization) -> Agent:
    return await an_agent(organization, "Ben")


@pytest.fixture
async def sign_in(keys: Keyring, clock: Clock) -> SignIn:
    """Gives an agent's access token."""

    async def sign_in(agent: Agent) -> str:
        await Agent.filter(id=agent.id).update(password_hash=await hash_password("frontdesk"))
        tokens = await Session.sign_in("acme", agent.email, "frontdesk", keys=keys, now=clock())
        return tokens.access_token

    return sign_in


@pytest.fixture
async def booked(browser: ClientSession, annas_link: ScheduleLink) -> Booked:
    payload = (await post(browser, BOOK, input=wish()))["bookMeeting"]
    return Booked(payload["meeting"]["conversation"]["id"], payload["manageToken"])
