"""A town to live in: the API's world, and the worker's queue."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from jobs.tools import equip
from jobs.worker import open_queue
from models.keyring import Keyring
from realtime.bus import MemoryBus
from realtime.cursors import Cursors
from realtime.hub import Hub
from realtime.store import DatabaseStore
from resolvers.context import World
from tests.builders import Clock
from tests.jobs.bare import bare_tools
from tests.jobs.conftest import Jobs
from tests.life.town import Post, Town
from tests.resolvers.conftest import SignIn

URL = "https://desk.example"


@pytest.fixture
async def town(db: None, database_url: str, clock: Clock, keys: Keyring) -> AsyncIterator[Town]:
    """An empty one, with hints that go nowhere."""
    post = Post()
    equip(bare_tools(now=clock, mailer=post))
    cursors, hub = Cursors(keys.key("cursors")), Hub(MemoryBus(), DatabaseStore())
    world = World(keys=keys, cursors=cursors, hub=hub, clock=clock, public_url=URL)
    async with open_queue(database_url):
        yield Town(SignIn(world), clock, Jobs(), post)
