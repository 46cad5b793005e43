"""A process in which slots are followed: nothing is swept, and a second passes when a test says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from models.keyring import Keyring
from models.transactions import outlet
from realtime.bus import MemoryBus
from realtime.cursors import Cursors
from realtime.hub import Hub
from realtime.store import DatabaseStore
from resolvers.context import World
from resolvers.following import Bounds
from tests.builders import Clock
from tests.resolvers.feeds.conftest import NO_SWEEP, running
from tests.resolvers.slot_feeds.widget import Ticks


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def bounds(ticks: Ticks) -> Bounds:
    """Only hints bring anything."""
    return Bounds(feeds=5, of_one=3, sweep_seconds=3600, look_seconds=0, time=ticks)


@pytest.fixture
async def world(db: None, clock: Clock, keys: Keyring, bounds: Bounds) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(running(MemoryBus()))
        hub = Hub(bus, DatabaseStore(), limits=NO_SWEEP)
        await hub.start()
        stack.push_async_callback(hub.stop)
        outlet.publish, outlet.mention = bus.publish, bus.publish_ephemeral
        cursors = Cursors(keys.key("cursors"))
        yield World(keys, cursors, hub, clock=clock, public_url="http://frontdesk.test", slot_bounds=bounds)
