"""Who is here: in how many windows each, of this process, and a beat that tells of all of them at once.

Every few seconds it tells of everybody, by one call however many there are; and of who has just come, or has closed the
last of their windows, at once: of all those together who do so while the call before is on its way. What a beat does is
for whoever runs it to say.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager, suppress

import structlog

logger = structlog.get_logger(__name__)

Beat = Callable[[Collection[int], Collection[int]], Awaitable[None]]
"""Told of some who are here, and of those who no longer are."""


class Tabs:
    """Counts windows by whose they are; runs on one event loop."""

    def __init__(self) -> None:
        self._open: Counter[int] = Counter()
        self._came: set[int] = set()
        self._left: set[int] = set()
        self._news = asyncio.Event()

    @property
    def here(self) -> frozenset[int]:
        return frozenset(self._open)

    @contextmanager
    def open(self, who: int) -> Iterator[None]:
        """They are here for as long as the block runs, or another one of theirs does."""
        self._open[who] += 1
        if self._open[who] == 1:
            self._note(who, self._came)
        try:
            yield
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]
                self._note(who, self._left)

    async def run(self, beat: Beat, *, seconds: float) -> None:
        """Beat for ever, at least that often. What could not be told is told the next time."""
        clock = asyncio.get_running_loop().time
        all_at = clock()
        while True:
            is_for_all = clock() >= all_at
            if is_for_all:
                all_at = clock() + seconds
            if not await self._tell(beat, everybody=is_for_all):
                await asyncio.sleep(seconds)
                all_at = clock()
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout_at(all_at):
                    await self._news.wait()

    async def _tell(self, beat: Beat, *, everybody: bool) -> bool:
        """Whether it could be told."""
        self._news.clear()
        left, self._left = self._left, set()
        came, self._came = self._came, set()
        here = self.here if everybody else came & self.here
        try:
            await beat(here, left)
        except Exception:
            logger.warning("tabs.not_told", here=len(here), exc_info=True)
            self._left |= left - self.here
            return False
        return True

    def _note(self, who: int, news: set[int]) -> None:
        self._came.discard(who)
        self._left.discard(who)
        news.add(who)
        self._news.set()
