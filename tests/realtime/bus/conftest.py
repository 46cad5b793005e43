"""Buses under test: the memory bus, and two Redis buses as two processes would have them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from realtime.bus import Bus, Membership, MemoryBus, Missed, Notice, RedisBus, RedisTimings
from realtime.events import Hint
from realtime.feed import Ephemeral
from tests.realtime.bus.servers import OwnRedis, own_redis
from tests.realtime.bus.waiting import eventually, soon

IMPATIENT = RedisTimings(patience=0.3, heartbeat=0.3)


@dataclass
class Ear:
    """A listener that remembers what it heard."""

    heard: list[Notice] = field(default_factory=list)

    def __call__(self, notice: Notice) -> None:
        self.heard.append(notice)

    @property
    def hints(self) -> list[int]:
        return [notice.seq for notice in self.heard if isinstance(notice, Hint)]

    @property
    def payloads(self) -> list[bytes]:
        return [notice.payload for notice in self.heard if isinstance(notice, Ephemeral)]

    @property
    def missed(self) -> int:
        return sum(isinstance(notice, Missed) for notice in self.heard)


async def listen(bus: Bus, topic: str) -> tuple[Ear, Membership]:
    ear = Ear()
    membership = bus.join(topic, ear)
    await soon(membership.live())
    return ear, membership


@dataclass(frozen=True)
class Wire:
    """Where one publishes (`there`) and another listens (`here`). In memory that is the same bus."""

    here: Bus
    there: Bus


@asynccontextmanager
async def running(*buses: Bus) -> AsyncIterator[None]:
    for bus in buses:
        await bus.start()
    try:
        yield
    finally:
        for bus in buses:
            await bus.stop()


@pytest.fixture(params=["memory", "redis"])
async def wire(request: pytest.FixtureRequest) -> AsyncIterator[Wire]:
    if request.param == "memory":
        bus = MemoryBus()
        async with running(bus):
            yield Wire(bus, bus)
        return
    url, prefix = request.getfixturevalue("redis_url"), f"test-{uuid4().hex}:"
    here, there = RedisBus(url, prefix=prefix), RedisBus(url, prefix=prefix)
    async with running(here, there):
        await eventually(lambda: here.healthy and there.healthy)
        yield Wire(here, there)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OwnRedis]:
    with own_redis(tmp_path) as server:
        yield server


@dataclass(frozen=True)
class Lines:
    """Two processes' buses over the shared Redis, and the server's own view of them."""

    here: RedisBus
    there: RedisBus
    admin: Redis
    prefix: str
    name: str

    async def listening(self) -> list[str]:
        """The ids of the connections on which `here` listens; it alone bears this name."""
        clients = await self.admin.client_list(_type="pubsub")
        return [client["id"] for client in clients if client["name"] == self.name]

    async def saying(self) -> list[str]:
        """The ids of the connections on which `here` publishes."""
        clients = await self.admin.client_list(_type="normal")
        return [client["id"] for client in clients if client["name"] == self.name]

    async def connected(self) -> bool:
        return any(client["name"] == self.name for client in await self.admin.client_list())

    async def topics(self) -> set[str]:
        """What `here` and `there` have subscribed."""
        channels = await self.admin.pubsub_channels(f"{self.prefix}*")
        names = {channel if isinstance(channel, str) else channel.decode() for channel in channels}
        return {name.removeprefix(self.prefix) for name in names}

    async def have(self, topics: set[str]) -> bool:
        return await self.topics() == topics

    async def cut(self) -> None:
        for client_id in await self.listening():
            await self.admin.client_kill_filter(_id=client_id)


@pytest.fixture
async def lines(redis_url: str) -> AsyncIterator[Lines]:
    url, name = redis_url, f"test-{uuid4().hex}"
    prefix = f"{name}:"
    here, there = RedisBus(url, prefix=prefix, name=name), RedisBus(url, prefix=prefix)
    async with Redis.from_url(url) as admin, running(here, there):
        await eventually(lambda: here.healthy and there.healthy)
        yield Lines(here, there, admin, prefix, name)
