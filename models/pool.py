"""The pool of connections, kept whole whoever hangs up: clients do so all the time, and their tasks are cancelled
wherever they are.

psycopg's own loses a connection for ever where the task that gives it back is cancelled while it waits for its turn to;
and with it passes over whoever had stood in line for it longest. And on Python 3.11 it loses the cancellation where
that comes together with the connection: the task would run on for nobody.
"""

from __future__ import annotations

from asyncio import CancelledError, create_task, current_task, shield
from collections import deque
from typing import Any

from psycopg import AsyncConnection
from psycopg.pq import TransactionStatus
from tortoise.backends.psycopg.client import AsyncConnectionPool, PsycopgClient

IDLE = TransactionStatus.IDLE


class _Free(deque[AsyncConnection[Any]]):
    """The pool's connections: of those that are free it gives the one that came back last. What it has planned is still
    at hand, in the processors' caches too, where psycopg would have all of them take turns."""

    def append(self, connection: AsyncConnection[Any]) -> None:
        self.appendleft(connection)


class Pool(AsyncConnectionPool):
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._pool = _Free(self._pool)

    async def getconn(self, timeout: float | None = None) -> AsyncConnection[Any]:  # noqa: ASYNC109 - psycopg's
        task = current_task()
        asked_before = task.cancelling() if task else 0
        connection = await super().getconn(timeout)
        if task and task.cancelling() > asked_before:
            await self.putconn(connection)
            raise CancelledError
        return connection

    async def _putconn(self, conn: AsyncConnection[Any], from_getconn: bool) -> None:
        giving_back = super()._putconn(conn, from_getconn)
        if self._waiting or self._lock.locked() or conn.pgconn.transaction_status != IDLE:
            await shield(create_task(giving_back))
        else:
            await giving_back  # at once: there is nothing to wait for


class Client(PsycopgClient):
    async def create_pool(self, **kwargs: Any) -> Pool:
        pool = Pool(open=False, **kwargs)
        await pool.open()
        return pool


client_class = Client
"""By this name Tortoise looks for it."""
