"""Looks again and again at the lines on which something is followed: what was granted at its start may have ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic

import structlog

from realtime.transport.line import IdentityT, Line

logger = structlog.get_logger(__name__)


class Watch(Generic[IdentityT]):
    """Calls `look` every `seconds` with all lines that have subscriptions, so that one query can do for all.

    `look` ends those whose time has come. Where it fails, as while the database is away, or takes longer than one has
    `patience`, it is called again next time. Nothing is called, and no task is kept, while there is no line to watch.
    """

    def __init__(
        self,
        look: Callable[[Sequence[Line[IdentityT]]], Awaitable[None]],
        *,
        seconds: float,
        patience: float = 10.0,
    ) -> None:
        self._look = look
        self._seconds = seconds
        self._patience = patience
        self._lines: set[Line[IdentityT]] = set()
        self._task: asyncio.Task[None] | None = None

    def add(self, line: Line[IdentityT]) -> None:
        """Watch the line until it ends."""
        self._lines.add(line)
        line.on_end(lambda: self._lines.discard(line))
        if self._task is None:
            self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        try:
            while self._lines:
                await self._look_once()
                await asyncio.sleep(self._seconds)
        finally:
            self._task = None

    async def _look_once(self) -> None:
        subscribed = [line for line in self._lines if line.has_subscriptions]
        try:
            if subscribed:
                async with asyncio.timeout(self._patience):
                    await self._look(subscribed)
        except Exception:
            logger.warning("Lines could not be looked at", count=len(subscribed), exc_info=True)
