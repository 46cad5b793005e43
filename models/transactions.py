"""The one way to change rows: a transaction that writes its events last and publishes them after commit.

Events are written at the end, topics in sorted order, for two reasons: a topic's head stays locked for as short a
time as can be, and two transactions that announce to the same topics cannot wait for each other in a ring.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from tortoise import connections
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.psycopg.client import PsycopgClient, TransactionWrapper
from tortoise.connection import get_connections

from models import event
from models.queue import later
from realtime.events import Hint, outbox

logger = structlog.get_logger(__name__)

Publish = Callable[[Sequence[Hint]], Awaitable[None]]


async def _tell_nobody(hints: Sequence[Hint]) -> None:
    """Until the composition root connects a bus; subscribers' sweeps find the rows all the same."""


@dataclass(slots=True)
class Outlet:
    """Where hints go after commit."""

    publish: Publish = _tell_nobody


outlet = Outlet()


@dataclass(frozen=True, slots=True)
class Transaction:
    connection: BaseDBAsyncClient

    async def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Run one statement (placeholders `%s`) and return its rows."""
        return await self.connection.execute_query_dict(sql, list(values))

    async def later(self, task: str, *, lock: str | None = None, **arguments: int | str | None) -> None:
        """Queue a job that runs once this transaction is committed."""
        raw: psycopg.AsyncConnection[Any] = self.connection._connection
        await later(raw, task, lock=lock, **arguments)


_current: ContextVar[Transaction | None] = ContextVar("transaction", default=None)


@asynccontextmanager
async def transaction() -> AsyncIterator[Transaction]:
    """Begin, or join, the transaction of a verb. A refusal raised inside undoes everything."""
    current = _current.get()
    if current is not None:
        yield current
        return
    with outbox() as announcements:
        async with _begun() as tx:
            token = _current.set(tx)
            try:
                yield tx
                hints = await event.write(tx.connection, announcements)
            finally:
                _current.reset(token)
    if hints:
        await _publish(hints)


@asynccontextmanager
async def _begun() -> AsyncIterator[Transaction]:
    """A transaction on a connection of the pool, for models too.

    The connection is taken and given back by psycopg itself: Tortoise's own context loses it to the pool for ever when
    the task is cancelled while the transaction begins, and clients cancel whenever they hang up.
    """
    client = connections.get("default")
    assert isinstance(client, PsycopgClient)
    assert client._pool is not None, "the database has not been opened"
    async with client._pool.connection() as raw, raw.transaction():
        wrapper = TransactionWrapper(client)
        wrapper._connection = raw
        token = get_connections().set("default", wrapper)
        try:
            yield Transaction(wrapper)
        finally:
            get_connections().reset(token)


async def _publish(hints: Sequence[Hint]) -> None:
    """What is committed stays so, whatever becomes of the hints: the sweeps find the rows."""
    try:
        await outlet.publish(hints)
    except Exception:
        logger.exception("hints.not_published", topics=len(hints))
