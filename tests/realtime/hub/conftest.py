"""A hub over a ledger, and clients that keep what they were given."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from realtime.bus import Bus, MemoryBus
from realtime.events import Hint
from realtime.feed import Ephemeral, Event, Resync
from realtime.hub import Accept, Hub, Item, Limits
from tests.realtime.bus.waiting import soon
from tests.realtime.hub.ledger import Ledger

QUICK = Limits(queue=20, page=7, readers=2, replays=3, sweep_seconds=0.05, join_seconds=0.2, room_seconds=0.05)
NO_SWEEP = Limits(queue=20, page=7, readers=2, replays=3, sweep_seconds=3600, room_seconds=0.05)


def everything(event: Event) -> bool:
    return True


@dataclass
class Client:
    """A subscriber that takes items as they come, and can come back with the seq of the last event it has."""

    hub: Hub
    topic: str
    accept: Accept = everything
    items: list[Item] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    @property
    def seqs(self) -> list[int]:
        return [item.seq for item in self.items if isinstance(item, Event)]

    @property
    def resyncs(self) -> list[tuple[str, int]]:
        return [(item.reason.value, item.seq) for item in self.items if isinstance(item, Resync)]

    @property
    def payloads(self) -> list[bytes]:
        return [item.payload for item in self.items if isinstance(item, Ephemeral)]

    def come(self, after: int | None) -> None:
        self.task = asyncio.create_task(self._take(after))

    async def leave(self) -> None:
        if self.task is not None:
            self.task.cancel()
            with suppress(asyncio.CancelledError):
                await self.task

    async def _take(self, after: int | None) -> None:
        subscription = self.hub.subscribe(self.topic, after=after, accept=self.accept)
        try:
            async for item in subscription:
                self.items.append(item)
        finally:
            await subscription.aclose()


@dataclass
class House:
    """One process: a hub, its bus and the store."""

    hub: Hub
    bus: Bus
    ledger: Ledger
    clients: list[Client] = field(default_factory=list)

    def client(self, topic: str, *, after: int | None = 0, accept: Accept = everything) -> Client:
        client = Client(self.hub, topic, accept)
        client.come(after)
        self.clients.append(client)
        return client

    async def tell(self, topic: str, count: int = 1, *, along: bool = False) -> Hint:
        """Commit events and publish their hint."""
        hint = self.ledger.write(topic, count, along=along)
        await self.bus.publish([hint])
        return hint


@asynccontextmanager
async def house(
    ledger: Ledger | None = None, *, bus: Bus | None = None, limits: Limits = QUICK
) -> AsyncIterator[House]:
    """Over a bus of its own, or one that runs, and goes on when the house is gone: started twice, one over Redis would
    listen twice, and be stopped once."""
    own, ledger = MemoryBus(), ledger or Ledger()
    hub = Hub(bus or own, ledger, limits=limits)
    home = House(hub, bus or own, ledger)
    await own.start()
    await hub.start()
    try:
        yield home
    finally:
        for client in home.clients:
            await client.leave()
        left = (hub.topics, hub.subscribers)
        await hub.stop()
        await own.stop()
    assert left == (0, 0)


@pytest.fixture
async def home() -> AsyncIterator[House]:
    """Swept every 50 ms."""
    async with house() as home:
        yield home


@pytest.fixture
async def unswept() -> AsyncIterator[House]:
    """Without a sweep: what arrives here was hinted at."""
    async with house(limits=NO_SWEEP) as home:
        yield home


async def nth(subscription: AsyncIterator[Item], count: int) -> list[Item]:
    """The next few items."""
    return [await soon(anext(subscription)) for _ in range(count)]
