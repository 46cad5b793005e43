"""What one process commits, the followers of another hear of: by Redis, or without it by the sweep."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest

from models.actor import Public
from models.keyring import Keyring
from models.link import ScheduleLink
from models.transactions import outlet
from realtime.bus import RedisBus
from realtime.cursors import Cursors
from realtime.hub import Hub
from realtime.store import DatabaseStore
from resolvers.context import World
from resolvers.following import Bounds
from tests.builders import Clock
from tests.realtime.bus.servers import OwnRedis, own_redis
from tests.resolvers.conftest import Client
from tests.resolvers.documents import BOOK, codes, wish
from tests.resolvers.feeds.conftest import NO_SWEEP, running
from tests.resolvers.slot_feeds.widget import Widget
from tests.waiting import PATIENCE_SECONDS

MONDAYS = "2027-03-01T10:00:00+01:00"
TUESDAYS = "2027-03-02T10:00:00+01:00"
WEDNESDAYS = "2027-03-03T10:00:00+01:00"
THURSDAYS = "2027-03-04T10:00:00+01:00"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[OwnRedis]:
    with own_redis(tmp_path) as server:
        yield server


@asynccontextmanager
async def process(url: str, prefix: str, clock: Clock, keys: Keyring, bounds: Bounds) -> AsyncIterator[World]:
    """A hub and the slots that are followed there, on a connection of their own."""
    async with running(RedisBus(url, prefix=prefix)) as bus:
        hub = Hub(bus, DatabaseStore(), limits=NO_SWEEP)
        await hub.start()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not bus.healthy:
                await asyncio.sleep(0.01)
        cursors = Cursors(keys.key("cursors"))
        yield World(keys, cursors, hub, clock=clock, public_url="http://frontdesk.test", slot_bounds=bounds)
        await hub.stop()


async def book(client: Client, start: str) -> None:
    assert codes(await client.do(BOOK, input=wish(start))) == []


async def test_a_hint_comes_from_another_process(
    redis_url: str, clock: Clock, keys: Keyring, annas_link: ScheduleLink
) -> None:
    prefix, only_hints = f"test-{uuid4().hex}:", Bounds(sweep_seconds=3600)
    async with (
        process(redis_url, prefix, clock, keys, only_hints) as world,
        running(RedisBus(redis_url, prefix=prefix)) as writer,
    ):
        outlet.publish, outlet.mention = writer.publish, writer.publish_ephemeral
        widget = Widget(Client(world, Public()))
        async with widget.follows() as feed:
            for start in (MONDAYS, TUESDAYS):
                await book(widget.client, start)
                assert await widget.hears(feed) == [start[:10]]
                assert await widget.is_right()


async def test_while_redis_is_away_the_sweep_brings_it_within_five_seconds(
    redis: OwnRedis, clock: Clock, keys: Keyring, annas_link: ScheduleLink
) -> None:
    await redis.start()
    async with (
        process(redis.url, "test:", clock, keys, Bounds()) as world,
        running(RedisBus(redis.url, prefix="test:")) as writer,
    ):
        outlet.publish, outlet.mention = writer.publish, writer.publish_ephemeral
        widget = Widget(Client(world, Public()))
        async with widget.follows() as feed:
            redis.stop()
            seconds = []
            for start in (MONDAYS, TUESDAYS, WEDNESDAYS):
                await book(widget.client, start)
                began = monotonic()
                assert await widget.hears(feed) == [start[:10]]
                seconds.append(monotonic() - began)
            assert min(seconds) < 5, seconds
            await redis.start()
            await book(widget.client, THURSDAYS)
            assert await widget.hears(feed) == [THURSDAYS[:10]]
            assert await widget.is_right()
