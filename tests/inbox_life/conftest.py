"""A floor to live on: the API's world, with feeds that end where nothing more has happened; and the worker's queue."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from jobs.tools import equip
from jobs.worker import open_queue
from models.keyring import Keyring
from realtime.cursors import Cursors
from resolvers.context import World
from tests.builders import Clock
from tests.inbox_life.floor import Floor
from tests.inbox_life.replaying import ReplayingHub
from tests.jobs.bare import bare_tools
from tests.jobs.conftest import Jobs
from tests.resolvers.conftest import SignIn


@pytest.fixture
async def floor(db: None, database_url: str, clock: Clock, keys: Keyring) -> AsyncIterator[Floor]:
    equip(bare_tools(now=clock))
    cursors = Cursors(keys.key("cursors"))
    world = World(
        keys=keys, cursors=cursors, hub=ReplayingHub(), clock=clock, public_url="https://desk.example"
    )
    async with open_queue(database_url):
        yield Floor(SignIn(world), clock, Jobs())
