"""Catching up: a subscriber that is behind goes through pages by itself, as fast as it takes them.

Nothing is queued for it meanwhile. However much it missed and however slow it is, it holds one page, and the
table holds the rest.
"""

import asyncio
from collections.abc import Sequence

from realtime.bus.outage import FIRST_PAUSE, pause
from realtime.feed import Event, Resync, verdict
from realtime.hub.heads import Heads
from realtime.hub.pages import Pages
from realtime.hub.subscriber import Subscriber
from realtime.hub.topic import Topic


class Replay:
    """Gets pages for those who catch up."""

    def __init__(self, pages: Pages, heads: Heads) -> None:
        self._pages = pages
        self._heads = heads

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
                return await self._pages.after(topic, subscriber.cursor)
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
