"""The connection of a transaction, for models and for SQL of our own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.generators import execute
from psycopg.rows import TupleRow, dict_row, tuple_row
from tortoise import connections
from tortoise.backends.base.client import NestedTransactionContext
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.backends.psycopg.client import PsycopgClient, TransactionWrapper

from models.writing import Last, Unwritten


class Connection(TransactionWrapper):
    """Tortoise's, which writes what waits to be written before it runs any other statement: nobody can tell that a row
    was not there from the moment it was added."""

    def __init__(self, client: PsycopgClient, raw: AsyncConnection[Any]) -> None:
        super().__init__(client)
        self._connection = raw
        self.unwritten = Unwritten()
        self.drawn: dict[str, list[int]] = defaultdict(list)
        self.locked: set[int] = set()
        self.is_whole = False

    async def start(
        self, *, drawing: Sequence[str] = (), locks: Sequence[int] = (), patience: timedelta | None = None
    ) -> None:
        """Begin the transaction, draw from the sequences and take the locks, in one round trip. With `patience` only
        the locks that are free, and whatever else has to wait for longer fails."""
        async with self._connection.cursor(row_factory=tuple_row) as cursor:
            await cursor.execute(_begin(drawing, locks, patience), prepare=False)
            while cursor.nextset():
                pass
            row = (await cursor.fetchall())[0] if cursor.description else ()
        for sequence, number in zip(drawing, row, strict=False):
            self.drawn[sequence].append(number)
        taken = row[len(drawing) :]
        self.locked.update(lock for lock, is_taken in zip(locks, taken, strict=True) if is_taken is not False)

    async def undo(self) -> None:
        """Roll back, and keep what is prepared.

        psycopg's own rollback forgets all of it, as a table might have been made and undone, which verbs never do: each
        refusal would have the next transactions planned anew, at more than they cost otherwise.
        """
        async with self._connection.lock:
            self._connection.pgconn.send_query(b"ROLLBACK")
            await self._connection.wait(execute(self._connection.pgconn))

    async def draw(self, sequence: str) -> int:
        """Sequences know nothing of rows: what waits may go on waiting."""
        [[number]] = await self.run(b"SELECT nextval($1::text::regclass)", [sequence])
        assert isinstance(number, int)
        return number

    async def lock(self, key: int) -> None:
        if key not in self.locked:
            await self.run(b"SELECT pg_advisory_xact_lock($1)", [str(key)])
            self.locked.add(key)

    async def write(self, last: Last | None = None) -> list[TupleRow]:
        """Write what waits to be written, and `last` after it; the rows of that."""
        if not self.unwritten and last is None:
            return []
        statement = self.unwritten.statement(last or Last())
        self.unwritten = Unwritten()
        written: list[TupleRow] = await self.run(*statement)
        return written

    @translate_exceptions
    async def run(self, sql: bytes, values: Sequence[Any]) -> list[TupleRow]:
        """Run a statement with placeholders `$n`, which is prepared at once; its rows, where it has any."""
        async with AsyncRawCursor(self._connection, row_factory=tuple_row) as cursor:
            self.log.debug("%s: %s", sql.decode(), values)
            await cursor.execute(sql, values, prepare=True)
            return await cursor.fetchall() if cursor.description else []

    async def execute_query(
        self, query: str, values: list[Any] | None = None, row_factory: Any = dict_row
    ) -> tuple[int, list[dict[str, Any]]]:
        await self.write()
        found: tuple[int, list[dict[str, Any]]] = await super().execute_query(query, values, row_factory)
        return found

    async def execute_many(self, query: str, values: list[Any]) -> None:
        await self.write()
        await super().execute_many(query, values)

    async def execute_script(self, query: str) -> None:
        await self.write()
        await super().execute_script(query)

    async def savepoint(self) -> None:
        parent = self._parent
        assert isinstance(parent, Connection)
        await parent.write()
        await super().savepoint()

    def _in_transaction(self) -> NestedTransactionContext:
        nested = Connection(self, self._connection)
        return NestedTransactionContext(nested)


async def ask(sql: bytes, values: Sequence[Any]) -> list[TupleRow]:
    """The rows of a statement with placeholders `$n`, which is prepared at once, outside of any transaction."""
    client = connections.get("default")
    assert isinstance(client, PsycopgClient) and client._pool is not None, "the database has not been opened"
    client.log.debug("%s: %s", sql.decode(), values)
    raw = await client._pool.getconn()
    try:
        async with AsyncRawCursor(raw, row_factory=tuple_row) as cursor:
            await cursor.execute(sql, values, prepare=True)
            return await cursor.fetchall()
    finally:
        await client._pool.putconn(raw)


def _begin(sequences: Sequence[str], locks: Sequence[int], patience: timedelta | None) -> bytes:
    statements, take = ["BEGIN"], "pg_advisory_xact_lock"
    if patience is not None:
        statements.append(f"SET LOCAL lock_timeout = {patience // timedelta(milliseconds=1)}")
        take = "pg_try_advisory_xact_lock"
    called = [f"nextval('{one}')" for one in sequences] + [f"{take}({one})" for one in locks]
    if called:
        statements.append(f"SELECT {', '.join(called)}")
    return "; ".join(statements).encode()
