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
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from models import event
from models.queue import later
from realtime.events import Hint, outbox

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
        async with in_transaction() as connection:
            tx = Transaction(connection)
            token = _current.set(tx)
            try:
                yield tx
                hints = await event.write(connection, announcements)
            finally:
                _current.reset(token)
    if hints:
        await outlet.publish(hints)
