"""Listening to Redis: one connection, which subscribes topics as they are joined and unsubscribes them."""

import asyncio
import logging
from enum import Enum, auto
from typing import Any

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import ConnectionError as RedisConnectionError

from realtime.bus import wire
from realtime.bus.channels import Channels
from realtime.bus.outage import Outage
from realtime.bus.timings import RedisTimings

log = logging.getLogger(__name__)


class _State(Enum):
    """Where Redis stands with a topic. Only SUBSCRIBED takes a new command, so an answer is never ambiguous."""

    SUBSCRIBING = auto()
    SUBSCRIBED = auto()
    UNSUBSCRIBING = auto()


class Subscriptions:
    """Keeps Redis's subscriptions equal to the topics joined, over every loss of the connection."""

    def __init__(self, pool: ConnectionPool, channels: Channels, *, prefix: str, timings: RedisTimings) -> None:
        self.connected = False
        self._pool = pool
        self._channels = channels
        self._prefix = prefix
        self._timings = timings
        self._states: dict[str, _State] = {}
        self._changed: set[str] = set()
        self._wake = asyncio.Event()
        self._outage = Outage("Redis (listening)", log)

    def changed(self, topic: str) -> None:
        """The topic was joined or left: bring Redis in line with it."""
        self._changed.add(topic)
        self._wake.set()

    async def run(self) -> None:
        """Listen for ever, over any number of connections."""
        while True:
            try:
                await self._listen()
            except Exception as error:
                await asyncio.sleep(self._outage.failed(error))

    async def _listen(self) -> None:
        """Listen on a new connection, until it fails; every topic is subscribed anew."""
        # Not redis.asyncio's PubSub: that reconnects in silence, and a send cancelled by one of many joining
        # tasks closes it under all of them. Here one task writes and one reads, and neither is a subscriber's.
        connection: AbstractConnection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        try:
            async with asyncio.timeout(self._timings.patience):
                await connection.connect()  # type: ignore[no-untyped-call]
            self.connected = True
            self._changed = set(self._channels)
            self._wake.set()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._receive(connection))
                group.create_task(self._send(connection))
        finally:
            self.connected = False
            self._states.clear()
            self._channels.go_dark()
            await connection.disconnect(nowait=True)

    async def _send(self, connection: AbstractConnection) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            joined, left = self._differences()
            for command, topics in (("SUBSCRIBE", joined), ("UNSUBSCRIBE", left)):
                if topics:
                    names = (self._prefix + topic for topic in topics)
                    async with asyncio.timeout(self._timings.patience):
                        await connection.send_command(command, *names, check_health=False)

    def _differences(self) -> tuple[list[str], list[str]]:
        """Of the topics that changed, those to subscribe now and those to unsubscribe now.

        A topic with an unanswered command is in neither: its answer makes it a changed topic again.
        """
        changed, self._changed = self._changed, set()
        joined, left = [], []
        for topic in changed:
            wanted, state = topic in self._channels, self._states.get(topic)
            if wanted and state is None:
                self._states[topic] = _State.SUBSCRIBING
                joined.append(topic)
            elif wanted and state is _State.SUBSCRIBED:
                self._channels.go_live(topic)
            elif state is _State.SUBSCRIBED:
                self._states[topic] = _State.UNSUBSCRIBING
                left.append(topic)
        return joined, left

    async def _receive(self, connection: AbstractConnection) -> None:
        """Read for ever. A connection that stays silent when asked is dead, whatever its socket believes."""
        asked = False
        while True:
            reply = await connection.read_response(timeout=self._timings.heartbeat, disconnect_on_error=False)
            if reply is not None:
                asked = False
                self._hear(reply)
            elif asked:
                raise RedisConnectionError("no answer to PING")
            else:
                asked = True
                await connection.send_command("PING", check_health=False)

    def _hear(self, reply: Any) -> None:
        match reply:
            case [b"message", bytes(channel), bytes(data)]:
                notice = wire.decode(self._topic(channel), data)
                if notice is not None:
                    self._channels.tell(notice)
            case [b"subscribe", bytes(channel), _]:
                self._answered(self._topic(channel), _State.SUBSCRIBED)
            case [b"unsubscribe", bytes(channel), _]:
                self._answered(self._topic(channel), None)
            case _:  # the answer to PING: a list or a string, by whether anything is subscribed
                self._outage.over()

    def _answered(self, topic: str, state: _State | None) -> None:
        self._outage.over()
        if state is None:
            self._states.pop(topic, None)
        else:
            self._states[topic] = state
        self.changed(topic)

    def _topic(self, channel: bytes) -> str:
        return channel.decode()[len(self._prefix) :]
