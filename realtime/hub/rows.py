"""Reading the store with patience: bounded in time, and counted as one outage however many are reading."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from realtime.bus.outage import Outage
from realtime.feed import Event, EventStore, Head, unbroken

log = logging.getLogger(__name__)


class Rows:
    """The store as the hub sees it. Every fault is noted here and raised on; the caller tries again."""

    def __init__(self, store: EventStore, *, page: int, seconds: float) -> None:
        self._store = store
        self._page = page
        self._seconds = seconds
        self._outage = Outage("the event store", log)

    async def heads(self, topics: Sequence[str]) -> Mapping[str, Head]:
        try:
            async with asyncio.timeout(self._seconds):
                heads = await self._store.heads(topics)
        except Exception as error:
            self._outage.failed(error)
            raise
        self._outage.over()
        return heads

    async def read(self, topic: str, *, after: int, limit: int | None = None) -> Sequence[Event]:
        """A page of events after a seq, or fewer, up to the first gap."""
        try:
            async with asyncio.timeout(self._seconds):
                events = await self._store.read(topic, after=after, limit=limit or self._page)
        except Exception as error:
            self._outage.failed(error)
            raise
        self._outage.over()
        return unbroken(events, after=after)
