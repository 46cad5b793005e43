"""The bus of many processes, over Redis PUBLISH and SUBSCRIBE.

Redis forgets a message the moment it is published: what is sent while a connection is down is lost without a
word. So nothing here tries to be reliable. It tries to be prompt, to come back by itself, and to say when it
was away.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from redis.asyncio.connection import ConnectionPool, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from realtime.bus.channels import Channels
from realtime.bus.protocol import Listener, Membership
from realtime.bus.publishing import Publisher
from realtime.bus.subscribing import Subscriptions
from realtime.bus.timings import RedisTimings
from realtime.events import Hint
from realtime.feed import Ephemeral


class RedisBus:
    """One connection to publish and one to listen, whatever the number of topics.

    Hints reach the listeners of this process directly as well, so that they do without the round trip, and
    without Redis; their echo is one of the doubles that every listener bears anyway.
    """

    def __init__(
        self,
        url: str,
        *,
        prefix: str = "frontdesk:",
        name: str = "frontdesk",
        timings: RedisTimings | None = None,
    ) -> None:
        timings = timings or RedisTimings()
        self._pool = _pool(url, name=name, patience=timings.patience)
        self._channels = Channels(self._changed)
        self._publisher = Publisher(self._pool, prefix=prefix, timings=timings)
        self._subscriptions = Subscriptions(self._pool, self._channels, prefix=prefix, timings=timings)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def healthy(self) -> bool:
        return self._subscriptions.connected and not self._publisher.failing

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._subscriptions.run(), name="bus: listen"),
            asyncio.create_task(self._publisher.run(), name="bus: publish"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        with suppress(Exception):  # the sweeps of other processes find what cannot be said any more
            async with asyncio.timeout(1.0):
                await self._publisher.flush()
        await self._publisher.hang_up()
        await self._pool.aclose()

    async def publish(self, hints: Sequence[Hint]) -> None:
        for hint in hints:
            self._channels.tell(hint)
            self._publisher.hint(hint)

    async def publish_ephemeral(self, topic: str, payload: bytes) -> None:
        self._publisher.ephemeral(Ephemeral(topic, payload))

    def join(self, topic: str, listener: Listener) -> Membership:
        return self._channels.join(topic, listener)

    def _changed(self, topic: str) -> None:
        self._subscriptions.changed(topic)


def _pool(url: str, *, name: str, patience: float) -> ConnectionPool:
    """Connections that never try again by themselves: a silent reconnect would hide that messages were lost."""
    options: dict[str, Any] = {
        **parse_url(url),
        "protocol": 2,  # every reply of the listening connection is then one plain list
        "client_name": name,
        # With a timeout of its own, redis sends through asyncio.wait_for, which in Python 3.11 may swallow a
        # cancellation; whoever uses a connection bounds the time instead.
        "socket_timeout": None,
        "socket_connect_timeout": patience,
        "retry": Retry(NoBackoff(), 0),
    }
    return ConnectionPool(**options)
