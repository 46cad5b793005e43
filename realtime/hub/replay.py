"""Catching up: a subscriber that is behind reads pages for itself, as fast as it takes them.

Nothing is queued for it meanwhile. However much it missed and however slow it is, it holds one page, and the
table holds the rest; only so many pages are read at the same time.
"""

import asyncio
from collections.abc import Sequence

from realtime.bus.outage import FIRST_PAUSE, pause
from realtime.feed import Event, Resync, verdict
from realtime.hub.heads import Heads
from realtime.hub.rows import Rows
from realtime.hub.subscriber import Subscriber
from realtime.hub.topic import Topic


class Replay:
    """Reads pages for those who catch up, a bounded number of them at a time."""

    def __init__(self, rows: Rows, heads: Heads, *, parallel: int) -> None:
        self._rows = rows
        self._heads = heads
        self._turns = asyncio.Semaphore(parallel)

    async def page(self, topic: Topic, subscriber: Subscriber) -> Sequence[Event | Resync]:
        """What comes next for the subscriber: accepted events, or a Resync if they are no longer kept."""
        believed = topic.known
        events = await self._read(topic.name, subscriber)
        if not events:
            return await self._explain(topic, subscriber, believed=believed)
        subscriber.cursor = events[-1].seq
        topic.learn(subscriber.cursor)
        return [event for event in events if subscriber.accept(event)]

    async def _read(self, topic: str, subscriber: Subscriber) -> Sequence[Event]:
        failures = 0
        while True:
            subscriber.check()
            try:
                async with self._turns:
                    return await self._rows.read(topic, after=subscriber.cursor)
            except Exception:
                failures += 1
                await asyncio.sleep(pause(failures))

    async def _explain(self, topic: Topic, subscriber: Subscriber, *, believed: int) -> Sequence[Resync]:
        """There was nothing to read although something was believed to be there."""
        head = await self._heads.of(topic.name)
        reason = verdict(subscriber.cursor, head)
        if reason is not None:
            subscriber.cursor = head.seq
            return [Resync(topic.name, reason, head.seq)]
        if head.seq == subscriber.cursor:
            topic.settle(believed=believed, reached=head.seq)
        await asyncio.sleep(FIRST_PAUSE)
        return []
