"""A process whose hub hears of events over the memory bus or over Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import pytest

from models.keyring import Keyring
from models.transactions import outlet
from realtime.bus import Bus, MemoryBus, RedisBus
from realtime.cursors import Cursors
from realtime.hub import Hub, Limits
from realtime.store import DatabaseStore
from resolvers.context import World
from tests.builders import Clock
from tests.waiting import PATIENCE_SECONDS

NO_SWEEP = Limits(sweep_seconds=3600)
"""What arrives was hinted at: without a sweep nothing else brings it."""


@asynccontextmanager
async def running(bus: Bus) -> AsyncIterator[Bus]:
    await bus.start()
    try:
        yield bus
    finally:
        await bus.stop()


@pytest.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest, db: None, clock: Clock, keys: Keyring) -> AsyncIterator[World]:
    """A process's parts. Over Redis, verbs publish as another process would, on a connection of their own."""
    async with AsyncExitStack() as stack:
        if request.param == "memory":
            here = there = await stack.enter_async_context(running(MemoryBus()))
        else:
            url, prefix = request.getfixturevalue("redis_url"), f"test-{uuid4().hex}:"
            here = await stack.enter_async_context(running(RedisBus(url, prefix=prefix)))
            there = await stack.enter_async_context(running(RedisBus(url, prefix=prefix)))
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not (here.healthy and there.healthy):
                    await asyncio.sleep(0.01)
        hub = Hub(here, DatabaseStore(), limits=NO_SWEEP)
        await hub.start()
        stack.push_async_callback(hub.stop)
        outlet.publish, outlet.mention = there.publish, there.publish_ephemeral
        cursors = Cursors(keys.key("cursors"))
        yield World(keys=keys, cursors=cursors, hub=hub, clock=clock, public_url="http://frontdesk.test")
