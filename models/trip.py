"""Several statements to PostgreSQL in one round trip, by the pipeline mode of its protocol.

Each trip is sent, waited for and woken up from once, at either end, and that costs more than most statements do. libpq
is asked by itself: psycopg's own pipeline is made for more than this, and costs what the trips saved.

The server does the statements in their order, each with a snapshot of its own, and none after one that has failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection, Error, OperationalError
from psycopg._preparing import Key, Prepare
from psycopg._queries import PostgresRawQuery
from psycopg.abc import PQGen
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import TupleRow

FAILED, OK = ExecStatus.FATAL_ERROR, ConnStatus.OK
# What is said of a statement that was prepared before its tables' columns had other types, or is prepared no more.
_FORGOTTEN = (b"0A000", b"26000")


@dataclass(frozen=True, slots=True)
class Statement:
    """One with placeholders `$n`, which is prepared at once."""

    sql: bytes
    values: Sequence[Any] = ()


class Trip:
    """A trip of a connection, made once."""

    def __init__(self, raw: AsyncConnection[Any], statements: Sequence[Statement]) -> None:
        self._raw = raw
        self._transformer = Transformer(raw)
        self._queries = [self._query(one) for one in statements]
        self._results: list[PGresult] = []
        self._has_left = False

    async def make(self) -> None:
        """Raises what PostgreSQL says of the first statement that fails. Where the task is cancelled, psycopg has the
        server stop, and takes in what that still says, or else gives the connection up."""
        async with self._raw.lock:
            await self._raw.wait(self._go())
        for result in self._results:
            if result.status == FAILED:
                raise error_from_result(result, encoding=self._raw.pgconn._encoding)

    @property
    def may_be_done(self) -> bool:
        """Whether the last statement may have been done, for all that is known: it was sent, and the server has not
        said that it, or one before it, has failed. What is said by a server that ends is said of what it was doing."""
        refused = [_is_refused(result) for result in self._results]
        is_over = self._raw.pgconn.status == OK
        return self._has_left and not any(refused if is_over else refused[: len(self._queries) - 1])

    def rows(self, place: int) -> list[TupleRow]:
        """What the statement at this place has returned."""
        result = self._results[place]
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(0, result.ntuples, tuple)

    def status(self, place: int) -> bytes | None:
        """What the server says that it has done there, as `COMMIT`."""
        return self._results[place].command_status

    def _query(self, statement: Statement) -> PostgresRawQuery:
        query = PostgresRawQuery(self._transformer)
        query.convert(statement.sql, statement.values)
        return query

    def _go(self) -> PQGen[None]:
        try:
            yield from self._exchange()
            yield from self._raw._prepared.maintain_gen(self._raw)
        except BaseException as error:
            # Nobody who comes after may hear what would still be said.
            self._raw.pgconn.finish()
            if not (isinstance(error, Error) and any(map(_is_refused, self._results))):
                raise

    def _exchange(self) -> PQGen[None]:
        connection = self._raw.pgconn
        self._raw._check_connection_ok()
        connection.enter_pipeline_mode()
        self._has_left = True
        sent = [self._send(query) for query in self._queries]
        connection.pipeline_sync()
        yield from send(connection)
        for key, prepare, name in sent:
            is_new = prepare is Prepare.SHOULD
            said = (yield from fetch_many(connection)) if is_new else []
            said += yield from fetch_many(connection)
            result = next((one for one in said if one.status == FAILED), said[-1] if said else None)
            if result is None:
                raise OperationalError("The connection was lost.")
            self._results.append(result)
            if is_new or result.error_field(DiagnosticField.SQLSTATE) in _FORGOTTEN:
                # What was prepared stays so, whatever became of it then.
                self._raw._prepared.validate(key, prepare, name, said[:1])
        said = yield from fetch_many(connection)
        if [one.status for one in said] != [ExecStatus.PIPELINE_SYNC]:
            raise OperationalError("The connection was lost.")
        connection.exit_pipeline_mode()

    def _send(self, query: PostgresRawQuery) -> tuple[Key, Prepare, bytes]:
        prepared, connection = self._raw._prepared, self._raw.pgconn
        prepare, name = prepared.get(query, True)
        if prepare is Prepare.SHOULD:
            connection.send_prepare(name, query.query, param_types=query.types)
        connection.send_query_prepared(name, query.params, param_formats=query.formats)
        prepared.maybe_add_to_cache(query, prepare, name)
        return prepared.key(query), prepare, name


def _is_refused(result: PGresult) -> bool:
    """Whether the server says so; of a connection that was lost libpq says it by itself, with no code."""
    return result.status == FAILED and result.error_field(DiagnosticField.SQLSTATE) is not None
