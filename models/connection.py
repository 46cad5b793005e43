"""The connection of a transaction, for models and for SQL of our own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from psycopg import AsyncConnection
from psycopg.errors import InFailedSqlTransaction
from psycopg.generators import execute
from psycopg.rows import TupleRow, dict_row
from tortoise import connections
from tortoise.backends.base.client import NestedTransactionContext
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.backends.psycopg.client import PsycopgClient, TransactionWrapper

from models.trip import Statement, Trip
from models.writing import Last, Unwritten, as_array


class Connection(TransactionWrapper):
    """Tortoise's, which writes what waits to be written before it runs any other statement: nobody can tell that a row
    was not there from the moment it was added."""

    def __init__(self, client: PsycopgClient, raw: AsyncConnection[Any]) -> None:
        super().__init__(client)
        self._connection = raw
        self.unwritten = Unwritten()
        self.drawn: dict[str, list[int]] = defaultdict(list)
        self.answers: list[list[TupleRow]] = []
        self.locked: set[int] = set()
        self.is_whole = False

    async def start(
        self,
        *,
        drawing: Sequence[str] = (),
        locks: Sequence[int] = (),
        patience: timedelta | None = None,
        asking: Sequence[Statement] = (),
    ) -> None:
        """Begin the transaction, draw from the sequences, take the locks and then ask, in one round trip. With
        `patience` only the locks that are free, and whatever else has to wait for longer fails."""
        opening = [_opening(drawing, locks, patience)] if drawing or locks or patience is not None else []
        self._log(asking)
        _, *answers = await self._ask([_BEGIN, *opening, *asking])
        if opening:
            [[(drawn, taken, *_)], *answers] = answers
            for sequence, number in zip(drawing, drawn, strict=True):
                self.drawn[sequence].append(number)
            self.locked.update(lock for lock, is_taken in zip(locks, taken, strict=True) if is_taken)
        self.answers = answers

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

    async def write(self) -> None:
        """Write what waits to be written."""
        if self.unwritten:
            await self.run_each([self._written(Last())])

    async def end(self, last: Last | None = None, *, apart: bool = False) -> list[TupleRow]:
        """Write what waits to be written, and `last` after it, `apart` by a statement of its own, and commit, in one
        round trip; the rows of `last`. Whatever fails then, or is interrupted, `is_whole` says what is known of it."""
        statements = []
        if self.unwritten and (apart or last is None):
            statements.append(self._written(Last()))
        if last is not None:
            statements.append(self._written(last))
        self._log(statements)
        trip = Trip(self._connection, [*statements, _COMMIT])
        await self._commit(trip)
        return trip.rows(len(statements) - 1) if last is not None else []

    @translate_exceptions
    async def _commit(self, trip: Trip) -> None:
        try:
            await trip.make()
        finally:
            self.is_whole = trip.may_be_done
        if trip.status(-1) != b"COMMIT":
            self.is_whole = False
            raise InFailedSqlTransaction("What failed before, and went unheeded, has undone all.")

    def _written(self, last: Last) -> Statement:
        statement = Statement(*self.unwritten.statement(last))
        self.unwritten = Unwritten()
        return statement

    async def run(self, sql: bytes, values: Sequence[Any]) -> list[TupleRow]:
        """Run a statement with placeholders `$n`, which is prepared at once; its rows, where it has any."""
        [rows] = await self.run_each([Statement(sql, values)])
        return rows

    async def run_each(self, statements: Sequence[Statement]) -> list[list[TupleRow]]:
        """Run the statements in their order, in one round trip; the rows of each."""
        self._log(statements)
        answers: list[list[TupleRow]] = await self._ask(statements)
        return answers

    @translate_exceptions
    async def _ask(self, statements: Sequence[Statement]) -> list[list[TupleRow]]:
        if not statements:
            return []
        trip = Trip(self._connection, statements)
        await trip.make()
        return [trip.rows(place) for place in range(len(statements))]

    def _log(self, statements: Sequence[Statement]) -> None:
        for one in statements:
            self.log.debug("%s: %s", one.sql.decode(), one.values)

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
        trip = Trip(raw, [Statement(sql, values)])
        await trip.make()
        return trip.rows(0)
    finally:
        await client._pool.putconn(raw)


def _opening(sequences: Sequence[str], locks: Sequence[int], patience: timedelta | None) -> Statement:
    values = [f"{{{','.join(sequences)}}}", as_array(locks)]
    if patience is None:
        return Statement(_DRAW_AND_LOCK, values)
    return Statement(_DRAW_AND_LOCK_PATIENTLY, [*values, str(patience // timedelta(milliseconds=1))])


_BEGIN, _COMMIT = Statement(b"BEGIN"), Statement(b"COMMIT")
_DRAW_AND_LOCK, _DRAW_AND_LOCK_PATIENTLY = (
    f"""
SELECT ARRAY(SELECT nextval(one) FROM unnest($1::regclass[]) AS one),
    ARRAY(SELECT {take}(one)::text <> 'false' FROM unnest($2::bigint[]) AS one) {patient}
""".encode()
    for take, patient in (
        ("pg_advisory_xact_lock", ""),
        ("pg_try_advisory_xact_lock", ", set_config('lock_timeout', $3, TRUE)"),
    )
)
