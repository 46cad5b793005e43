"""The site behind a real server, with a bus in memory and hints that reach it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from composition.site import site
from models.keyring import Keyring
from models.transactions import outlet
from realtime.bus import MemoryBus
from realtime.cursors import Cursors
from realtime.hub import Hub
from realtime.store import DatabaseStore
from resolvers.context import World
from tests.builders import Clock
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
    outlet.publish = bus.publish
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
