"""Agents who follow their inboxes here are kept at their desks, and those whom nobody hears of are taken from them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime

import structlog

from models.agent.heartbeat import BEAT_SECONDS, keep_alive, let_go
from models.queueing.lapsing import bring_back, lapse_silent
from realtime.tabs import Tabs

logger = structlog.get_logger(__name__)

# Seconds. Over a connection that is dead they would take for ever; the next try gets another one.
_BEAT_TAKES, _ALL_TAKE = 10.0, 60.0


class Pulse:
    """The heartbeat of one web process, and its share in looking after those of others that have fallen silent.

    Nobody is taken for gone in a process's first moments, nor in those after the database was away: the others, and
    those who come back to this one, are to say first that they are there.
    """

    def __init__(
        self,
        tabs: Tabs,
        *,
        clock: Callable[[], datetime],
        is_leaving: Callable[[], bool],
        seconds: float = BEAT_SECONDS,
    ) -> None:
        self._tabs = tabs
        self._clock = clock
        self._is_leaving = is_leaving
        self._seconds = seconds
        self._well_since: float | None = None
        self._heard: set[int] = set()
        self._news = asyncio.Event()

    async def run(self) -> None:
        """For ever. Beats wait for nothing else that is to be done."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tabs.run(self._beat, seconds=self._seconds))
            tasks.create_task(self._welcome())
            tasks.create_task(self._look())

    async def _beat(self, here: Collection[int], left: Collection[int]) -> None:
        now, was_well, self._well_since = self._clock(), self._well_since, None
        async with asyncio.timeout(_BEAT_TAKES):
            if (
                left and not self._is_leaving()
            ):  # whose windows we close ourselves has more time to come back elsewhere
                await let_go(left, now=now)
            await keep_alive(here, now=now)  # of nobody, too: so it is known whether the database is there
        self._well_since = was_well or asyncio.get_running_loop().time()
        self._heard.update(here)
        self._news.set()

    async def _welcome(self) -> None:
        """Whoever is heard of again is what they were. Who is forgotten here is so at the next beat for all."""
        while True:
            await self._news.wait()
            self._news.clear()
            heard, self._heard = self._heard, set()
            await self._do(bring_back(heard, now=self._clock()))

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            if self._has_been_well() and not await self._do(lapse_silent(now=self._clock())):
                self._well_since = None

    async def _do(self, work: Awaitable[object]) -> bool:
        """Whether it could be done."""
        try:
            async with asyncio.timeout(_ALL_TAKE):
                await work
        except Exception:
            logger.warning("presence.not_looked_after", exc_info=True)
            return False
        return True

    def _has_been_well(self) -> bool:
        since = self._well_since
        return since is not None and asyncio.get_running_loop().time() - since >= 2 * self._seconds
