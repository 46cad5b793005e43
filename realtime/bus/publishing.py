"""Publishing to Redis without anybody waiting for it: what is to be said is noted here, and sent in batches."""

import asyncio
import logging
from collections import deque
from itertools import islice

from redis.asyncio import ConnectionPool

from realtime.bus import wire
from realtime.bus.outage import Outage
from realtime.bus.saying import PING, Line, publish
from realtime.bus.timings import RedisTimings
from realtime.events import Hint
from realtime.feed import Ephemeral

log = logging.getLogger(__name__)

_BATCH = 500
_MOST_HINTS = 10_000  # topics; beyond this the oldest is forgotten, for the sweep to find
_MOST_EPHEMERALS = 1_000


class Publisher:
    """Sends what is put into it, in a task of its own.

    Several hints of a topic are kept as one, and kept until Redis has taken it. Ephemeral messages are sent once or not
    at all: a minute later nobody cares who was typing.
    """

    def __init__(self, pool: ConnectionPool, *, prefix: str, timings: RedisTimings) -> None:
        self._line = Line(pool, patience=timings.patience)
        self._prefix = prefix
        self._hints: dict[str, Hint] = {}
        self._ephemerals: deque[Ephemeral] = deque(maxlen=_MOST_EPHEMERALS)
        self._wake = asyncio.Event()
        self._outage = Outage("Redis (publishing)", log)

    @property
    def failing(self) -> bool:
        return self._outage.lasting

    def hint(self, hint: Hint) -> None:
        if self.failing:  # so long that they are many: the database has it all
            hint = Hint(hint.topic, hint.seq)
        if hint.topic not in self._hints and len(self._hints) >= _MOST_HINTS:
            del self._hints[next(iter(self._hints))]
        earlier = self._hints.get(hint.topic)
        self._hints[hint.topic] = hint if earlier is None else hint.after(earlier)
        self._wake.set()

    def ephemeral(self, message: Ephemeral) -> None:
        self._ephemerals.append(message)
        self._wake.set()

    async def run(self) -> None:
        """Send for ever. After a failure it asks again until Redis answers, even with nothing left to say."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self.flush()
            except Exception as error:
                await asyncio.sleep(self._outage.failed(error))
                self._wake.set()
            else:
                self._outage.over()

    async def flush(self) -> None:
        """Send all that is waiting; raises what Redis raises, keeping the hints that it did not take."""
        await self._send_batch()
        while self._hints or self._ephemerals:
            await self._send_batch()

    async def hang_up(self) -> None:
        await self._line.hang_up()

    async def _send_batch(self) -> None:
        hints = tuple(islice(self._hints.values(), _BATCH))
        ephemerals = [self._ephemerals.popleft() for _ in range(min(_BATCH, len(self._ephemerals)))]
        notices: list[Hint | Ephemeral] = [*hints, *ephemerals]
        said = [publish(self._prefix + notice.topic, wire.encode(notice)) for notice in notices]
        await self._line.say(said or [PING])  # an answer even where there is nothing to send
        for hint in hints:
            if self._hints.get(hint.topic) is hint:
                del self._hints[hint.topic]
