"""A hub whose subscriptions end where the feed does, so that a test knows when a client has heard everything."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection

from realtime.bus import MemoryBus
from realtime.ending import Ending
from realtime.feed import Head, Resync, verdict
from realtime.hub import Accept, Hub, Item, nothing
from realtime.outlet import Outlet
from realtime.store import DatabaseStore

MOST = 10_000


class ReplayingHub(Hub):
    """What has happened up to now, as the real one tells it; what happens afterwards is for the next subscription."""

    def __init__(self) -> None:
        super().__init__(MemoryBus(), DatabaseStore())
        self._store = DatabaseStore()

    async def subscribe(
        self,
        topic: str,
        *,
        after: int | None,
        accept: Accept,
        beside: Collection[str] = (),
        until: Ending | None = None,
        outlet: Outlet | None = None,
        direct: Accept = nothing,
    ) -> AsyncGenerator[Item, None]:
        head = (await self._store.heads([topic])).get(topic, Head())
        reason = None if after is None else verdict(after, head)
        if reason is not None:
            yield Resync(topic, reason, head.seq)
        elif after is not None:
            for event in await self._store.read(topic, after=after, limit=MOST):
                if accept(event):
                    yield event
