"""What running subscriptions were granted at their start, looked at again and again: it may end while nothing happens
that would be told. Who is on a socket is looked at where sockets are (composition/sockets.py)."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Hashable
from typing import Generic, TypeVar

import structlog

logger = structlog.get_logger(__name__)

T = TypeVar("T", bound=Hashable)


class Granted(ABC, Generic[T]):
    """Looks at all that was granted every `seconds`; where that fails, as while the database is away, or takes longer
    than one has `patience`, it looks again next time. No task is kept while nobody follows anything."""

    def __init__(self, *, seconds: float = 0.5, patience: float = 10.0) -> None:
        self._seconds = seconds
        self._patience = patience
        self._followed: set[T] = set()
        self._task: asyncio.Task[None] | None = None

    @abstractmethod
    async def _look(self) -> None:
        """End what has ended, by so many queries however much is followed."""

    def _begin(self, one: T) -> None:
        """Look at it from here on, until it is followed no more."""
        self._followed.add(one)
        if self._task is None:
            self._task = asyncio.create_task(self._watch(), name="grants")

    async def _watch(self) -> None:
        try:
            while self._followed:
                try:
                    async with asyncio.timeout(self._patience):
                        await self._look()
                except Exception:
                    logger.warning("grants.not_looked_at", exc_info=True)
                await asyncio.sleep(self._seconds)
        finally:
            self._task = None
