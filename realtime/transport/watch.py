"""Looks again and again at the connections on which something runs: what was granted at its start may have ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic

import structlog

from realtime.transport.connection import Connection, IdentityT

logger = structlog.get_logger(__name__)


class Watch(Generic[IdentityT]):
    """Calls `look` every `seconds` with all connections that have subscriptions, so that one query can do for all.

    `look` ends those whose time has come. Where it fails, as while the database is away, it is called again next
    time. Nothing is called, and no task is kept, while there is no connection to watch.
    """

    def __init__(
        self, look: Callable[[Sequence[Connection[IdentityT]]], Awaitable[None]], *, seconds: float
    ) -> None:
        self._look = look
        self._seconds = seconds
        self._connections: set[Connection[IdentityT]] = set()
        self._task: asyncio.Task[None] | None = None

    def add(self, connection: Connection[IdentityT]) -> None:
        """Watch the connection until it ends."""
        self._connections.add(connection)
        connection.on_end(lambda: self._connections.discard(connection))
        if self._task is None:
            self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        try:
            while self._connections:
                await self._look_once()
                await asyncio.sleep(self._seconds)
        finally:
            self._task = None

    async def _look_once(self) -> None:
        subscribed = [connection for connection in self._connections if connection.has_subscriptions]
        try:
            if subscribed:
                await self._look(subscribed)
        except Exception:
            logger.warning("Connections could not be looked at", count=len(subscribed), exc_info=True)
