"""The one way to change rows: a transaction that writes its events last and publishes them after commit.

Events are written at the end, topics in sorted order, for two reasons: a topic's head stays locked for as short a
time as can be, and two transactions that announce to the same topics cannot wait for each other in a ring.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, TypeVar

import structlog
from psycopg.rows import TupleRow
from tortoise import connections
from tortoise.backends.psycopg.client import PsycopgClient
from tortoise.connection import get_connections

from errors import Refused
from models import event
from models.base import Row
from models.connection import Connection
from models.queue import job
from models.trip import Statement
from realtime.events import Hint, Passing, Typing, outbox

logger = structlog.get_logger(__name__)

Publish = Callable[[Sequence[Hint]], Awaitable[None]]
Mention = Callable[[str, bytes], Awaitable[None]]
R = TypeVar("R", bound=Row)


async def _tell_nobody(hints: Sequence[Hint]) -> None:
    """Until the composition root connects a bus; subscribers' sweeps find the rows all the same."""


async def _mention_to_nobody(topic: str, payload: bytes) -> None:
    """Until then nobody listens."""


@dataclass(slots=True)
class Outlet:
    """Where hints go after commit, and what is mentioned."""

    publish: Publish = _tell_nobody
    mention: Mention = _mention_to_nobody


outlet = Outlet()


@dataclass(frozen=True, slots=True)
class Transaction:
    """What is added, related and queued is written by one statement: before the next one, or before the end."""

    connection: Connection

    async def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Run one statement (placeholders `%s`) and return its rows."""
        return await self.connection.execute_query_dict(sql, list(values))

    async def add(self, row: R, *, id: int | None = None) -> R:
        """Have a new row written; it has its id at once, or the one that was drawn for it."""
        self.connection.unwritten.add(row, await self.draw(ids_of(type(row))) if id is None else id)
        return row

    def relate(self, row: Row, relation: str, others: Sequence[Row]) -> None:
        """Have a new row's others in a many-to-many relation written; the row knows them at once."""
        self.connection.unwritten.relate(row, relation, others)

    def is_unwritten(self, row: Row) -> bool:
        """Whether a row that was added is still to be written, with whatever is changed on it until then."""
        return row in self.connection.unwritten

    def change(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Have rows that are held changed, by an UPDATE of a table in which {0} stands for `rows` as JSON."""
        self.connection.unwritten.change(sql, rows)

    async def later(
        self, task: str, *, lock: str | None = None, at: datetime | None = None, **arguments: int | str | None
    ) -> None:
        """Queue a job that runs once this transaction is committed, and not before `at`."""
        self.connection.unwritten.queue(job(task, lock=lock, at=at, **arguments))

    @property
    def is_whole(self) -> bool:
        """Whether it may be there, for all that is known, whatever failed: what commits it was sent with the last that
        is written, and PostgreSQL has refused neither."""
        return self.connection.is_whole

    @property
    def answers(self) -> Sequence[list[TupleRow]]:
        """The rows of what was asked as it began."""
        return self.connection.answers

    def has_locked(self, keys: Iterable[int]) -> bool:
        """Whether this transaction has all of these locks."""
        return self.connection.locked.issuperset(keys)

    async def lock(self, key: int) -> None:
        """Wait for a lock of `key_of` something that has no row to lock, and hold it until the transaction ends."""
        await self.connection.lock(key)

    async def draw(self, sequence: str) -> int:
        """The next number of a sequence of the database: of those drawn as the transaction began, or asked for now."""
        drawn = self.connection.drawn.get(sequence)
        return drawn.pop(0) if drawn else await self.connection.draw(sequence)


def key_of(*parts: object) -> int:
    """The number by which PostgreSQL knows a lock of our own."""
    named = "\n".join(map(str, parts)).encode()
    return int.from_bytes(blake2b(named, digest_size=8).digest(), signed=True)


def ids_of(model: type[Row]) -> str:
    """The sequence that a table's ids come from."""
    return f"{model._meta.db_table}_id_seq"


_current: ContextVar[Transaction | None] = ContextVar("transaction", default=None)


def current() -> Transaction | None:
    """The transaction that has begun, for what reads otherwise inside one; verbs join it by `transaction`."""
    return _current.get()


@asynccontextmanager
async def transaction(
    *,
    drawing: Sequence[str] = (),
    locks: Sequence[int] = (),
    patience: timedelta | None = None,
    asking: Sequence[Statement] = (),
) -> AsyncIterator[Transaction]:
    """Begin, or join, the transaction of a verb. A refusal raised inside undoes everything.

    A verb that knows what it will draw, lock and then ask has it as the transaction begins, without asking for each by
    itself.
    With `patience` one that begins takes only those of the locks that are free (`has_locked`), and fails where it would
    have to wait for longer for what others have.
    """
    current = _current.get()
    if current is not None:
        yield current
        return
    with outbox() as told:
        async with _begun(drawing, locks, patience, asking) as tx:
            token = _current.set(tx)
            try:
                yield tx
                # What foreign keys lock is locked as a statement ends: apart, before the heads, which are the last.
                # Together it is cheaper, and may wait in a ring; who is patient only for a moment gives way.
                announced = tuple(told.announced.values())
                hints = await event.end(tx.connection, announced, apart=patience is None)
            finally:
                _current.reset(token)
    if hints:
        await _publish(hints)
    for one in told.mentioned:
        await tell(one)


@asynccontextmanager
async def _begun(
    drawing: Sequence[str],
    locks: Sequence[int],
    patience: timedelta | None,
    asking: Sequence[Statement],
) -> AsyncIterator[Transaction]:
    """A transaction on a connection of the pool, for models too.

    The connection is taken and given back by psycopg itself: Tortoise's own context loses it to the pool for ever when
    the task is cancelled while the transaction begins, and clients cancel whenever they hang up. It also rolls back
    after an exception.
    """
    client = connections.get("default")
    assert isinstance(client, PsycopgClient)
    assert client._pool is not None, "the database has not been opened"
    async with client._pool.connection() as raw:
        connection = Connection(client, raw)
        await connection.start(drawing=drawing, locks=locks, patience=patience, asking=asking)
        token = get_connections().set("default", connection)
        try:
            yield Transaction(connection)
        except Refused:
            await connection.undo()
            raise
        finally:
            get_connections().reset(token)


async def _publish(hints: Sequence[Hint]) -> None:
    """What is committed stays so, whatever becomes of the hints: the sweeps find the rows."""
    try:
        await outlet.publish(hints)
    except Exception:
        logger.exception("hints.not_published", topics=len(hints))


async def tell(passing: Passing | Typing) -> None:
    """Tell whoever listens just then, at once: of what no transaction makes true. It may be lost, and never fails."""
    try:
        await outlet.mention(passing.topic, passing.payload)
    except Exception:
        logger.exception("not_mentioned", topic=passing.topic)
