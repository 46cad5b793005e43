"""The API of a process, as somebody asks it."""

from __future__ import annotations

from models.actor import Actor
from models.keyring import Keyring
from realtime.bus import MemoryBus
from realtime.cursors import Cursors
from realtime.hub import Hub
from realtime.store import DatabaseStore
from resolvers.context import World
from tests.builders import Clock
from tests.resolvers.conftest import Client

KEYS = Keyring(b"only for tests, and long enough!")


def client_of(actor: Actor) -> Client:
    """Of this process, on the Monday of all tests; it follows no feeds."""
    world = World(
        keys=KEYS,
        cursors=Cursors(KEYS.key("cursors")),
        hub=Hub(MemoryBus(), DatabaseStore()),
        clock=Clock(),
        public_url="http://frontdesk.test",
    )
    return Client(world, actor)
