"""Pages of rows for those who catch up: read once for all who come by at about the same time.

When a web process ends, its clients come to the others at once, many of them to the same topics and with cursors that
are equal or near. Pages end at round seqs, so that whoever has read their first one goes on in step with the rest; who
needs no more than a part of one gets that part. What they get are the very same events, so that what is made of an
event for one may serve the others.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from realtime.feed import Event
from realtime.hub.rows import Rows

_MOST_KEPT = 64  # pages, of all topics; who falls behind further reads again
_FRESH_SECONDS = 1.0  # rows change, too, where what they are about is purged


class NotRead(Exception):
    """The page could not be read by whoever began to; it is for each who waited for it to try again."""


@dataclass(eq=False, slots=True)
class _Page:
    """The events that follow `after`, once it is `done`."""

    after: int
    events: Sequence[Event] = ()
    failed: bool = False
    stale_at: float = float("inf")
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Pages:
    """What was just read, and what is being read, a bounded number of pages at a time."""

    def __init__(self, rows: Rows, *, size: int, parallel: int) -> None:
        self._rows = rows
        self._size = size
        self._turns = asyncio.Semaphore(parallel)
        self._kept: dict[tuple[str, int], _Page] = {}
        self._forgetting: asyncio.TimerHandle | None = None

    async def after(self, topic: str, cursor: int) -> Sequence[Event]:
        """Some events that follow the cursor. That there are none was read after this call was made; raises what
        reading raises."""
        key, looked_at = (topic, cursor // self._size), None
        while True:
            page = self._kept.get(key)
            if page is None or page is looked_at or page.after > cursor or page.stale_at <= _now():
                return await self._read(key, cursor)
            await page.done.wait()
            if page.failed:
                raise NotRead
            events = page.events[cursor - page.after :]
            if events:
                return events
            looked_at = page

    def forget(self, topic: str) -> None:
        """What was read of the topic is true no longer."""
        self._kept = {key: page for key, page in self._kept.items() if key[0] != topic}

    def forget_all(self) -> None:
        self._kept.clear()
        if self._forgetting is not None:
            self._forgetting.cancel()
            self._forgetting = None

    async def _read(self, key: tuple[str, int], cursor: int) -> Sequence[Event]:
        """Whoever begins reads for all who come meanwhile; if they leave, another one begins."""
        page = _Page(cursor)
        self._keep(key, page)
        try:
            async with self._turns:
                page.events = await self._rows.read(
                    key[0], after=cursor, limit=self._size - cursor % self._size
                )
        except Exception:
            page.failed = True
            raise
        finally:
            page.stale_at = _now() + _FRESH_SECONDS
            if not page.events and self._kept.get(key) is page:
                del self._kept[key]
            page.done.set()
        return page.events

    def _keep(self, key: tuple[str, int], page: _Page) -> None:
        self._kept.pop(key, None)
        while len(self._kept) >= _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = page
        if self._forgetting is None:
            self._forget_later()

    def _forget_later(self) -> None:
        self._forgetting = asyncio.get_running_loop().call_later(_FRESH_SECONDS, self._forget_stale)

    def _forget_stale(self) -> None:
        self._forgetting, now = None, _now()
        self._kept = {key: page for key, page in self._kept.items() if page.stale_at > now}
        if self._kept:
            self._forget_later()


def _now() -> float:
    return asyncio.get_running_loop().time()
