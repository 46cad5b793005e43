"""Rows of several tables, written by one statement.

A verb that makes a dozen rows would otherwise spend most of its time on a dozen statements, each one made, sent and
waited for by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import count
from operator import attrgetter
from typing import Any

import orjson
from procrastinate.jobs import Job
from tortoise import fields
from tortoise.fields.relational import ManyToManyFieldInstance

from models.base import Row

_Value = Callable[[Row], Any]
_Table = tuple[str, tuple[str, ...]]
_Rows = Sequence[Mapping[str, Any]]
_JOB = "procrastinate_job_to_defer_v1"


@dataclass(frozen=True, slots=True)
class Last:
    """What is written after all else, by the same statement: `parts` are those of a WITH, in which {0} and {1} are the
    two `values`, and {after} is true as soon as all else is written; `sql` is what follows them."""

    parts: str = ""
    sql: str = "SELECT WHERE {after}"
    values: Sequence[str] = ()


class Unwritten:
    """What waits to be written. A row is read when it is written: what is changed on it until then counts."""

    def __init__(self) -> None:
        self._rows: dict[type[Row], list[Row]] = defaultdict(list)
        self._pairs: dict[_Table, list[tuple[int, int]]] = defaultdict(list)
        self._changes: list[tuple[str, _Rows]] = []
        self._jobs: list[Job] = []

    def __bool__(self) -> bool:
        return bool(self._rows or self._pairs or self._changes or self._jobs)

    def __contains__(self, row: Row) -> bool:
        return any(row is other for other in self._rows.get(type(row), ()))

    def add(self, row: Row, id: int) -> None:
        """The row is as good as saved: whatever asks for it, or for what refers to it, has it written first."""
        row.id = id
        row._saved_in_db = True
        self._rows[type(row)].append(row)

    def relate(self, row: Row, relation: str, others: Sequence[Row]) -> None:
        """Give a row that is new its others in a many-to-many relation."""
        field = type(row)._meta.fields_map[relation]
        assert isinstance(field, ManyToManyFieldInstance)
        table = (field.through, (field.backward_key, field.forward_key))
        if others:
            self._pairs[table] += [(row.id, other.id) for other in others]
        getattr(row, relation)._set_result_for_query(list(others))

    def change(self, sql: str, rows: _Rows) -> None:
        """Have rows changed that are there already, and held, by an UPDATE in which {0} stands for `rows` as JSON. No
        other change that waits, and no row, is of the same table."""
        self._changes.append((sql, rows))

    def queue(self, job: Job) -> None:
        self._jobs.append(job)

    def statement(self, last: Last) -> tuple[bytes, list[str]]:
        """The statement that writes it all, and `last` at the end, with `$n` for the rows of each table, and these."""
        tables: list[_Table] = []
        values = [as_json(rows) for _, rows in self._changes]
        for model, rows in self._rows.items():
            table, columns = _described(model)
            tables.append(table)
            values.append(as_json([{name: value(row) for name, value in columns} for row in rows]))
        for table, pairs in self._pairs.items():
            tables.append(table)
            values.append(as_json([dict(zip(table[1], pair, strict=True)) for pair in pairs]))
        if self._jobs:
            values.append(as_json([_of_job(job) for job in self._jobs]))
        changes = tuple(sql for sql, _ in self._changes)
        sql = _sql(changes, tuple(tables), bool(self._jobs), last.parts, last.sql)
        return sql, [*values, *last.values]


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as one value, which PostgreSQL takes apart: however many they are, the statement stays the same one,
    which is prepared once, and the driver has no more to do for a dozen rows than for one."""
    return orjson.dumps(rows).decode()


def as_array(numbers: Iterable[int]) -> str:
    """Numbers as one value, to be cast to an array: of thousands, the driver would put each into words by itself."""
    return f"{{{','.join(map(str, numbers))}}}"


def any_of(array: str) -> str:
    """What stands behind `=` for any of the numbers in a value of `as_array`, where a statement is asked often and for
    a few. However many they are, the planner takes them for ten: if it saw that there is but one, it would find that so
    much cheaper than ten that it would plan each statement anew, at more than it takes to be answered."""
    return f"ANY(ARRAY(SELECT unnest({array}::bigint[])))"


def each_of(*arrays: str) -> str:
    """A row for each of what is in the arrays, to select from, of which the planner thinks the same."""
    return f"unnest({', '.join(f'ARRAY(SELECT unnest({array}))' for array in arrays)})"


@cache
def _described(model: type[Row]) -> tuple[_Table, tuple[tuple[str, _Value], ...]]:
    """The model's table, and how each of its columns is found in a row."""
    meta = model._meta
    table = (meta.db_table, tuple(meta.fields_db_projection.values()))
    columns = meta.fields_db_projection.items()
    return table, tuple((column, _value(name, meta.fields_map[name])) for name, column in columns)


def _value(name: str, field: fields.Field[Any]) -> _Value:
    if isinstance(field, fields.DatetimeField) and (field.auto_now or field.auto_now_add):
        return lambda row: field.to_db_value(getattr(row, name), row)
    return attrgetter(name)


def _of_job(job: Job) -> dict[str, Any]:
    return {
        "queue_name": job.queue,
        "task_name": job.task_name,
        "priority": job.priority,
        "lock": job.lock,
        "queueing_lock": job.queueing_lock,
        "args": job.task_kwargs,
        "scheduled_at": job.scheduled_at,
    }


@lru_cache(maxsize=512)
def _sql(changes: tuple[str, ...], tables: tuple[_Table, ...], jobs: bool, parts: str, ending: str) -> bytes:
    """Foreign keys are looked at when the statement ends, so the order of the tables is all the same."""
    places = (f"${number}::text::json" for number in count(1))
    written = [f"{change.format(next(places))} RETURNING TRUE" for change in changes]
    written += [f"{_insert(table, next(places))} RETURNING TRUE" for table in tables]
    if jobs:
        rows = f"json_populate_recordset(NULL::{_JOB}, {next(places)})"
        written.append(f"SELECT procrastinate_defer_jobs_v1(ARRAY(SELECT one FROM {rows} AS one))")
    named = [f"w{number} AS MATERIALIZED ({one})" for number, one in enumerate(written)]
    # Each is done as soon as somebody asks for it, and done whole.
    after = " AND ".join(f"(SELECT count(*) FROM w{number}) >= 0" for number in range(len(named))) or "TRUE"
    if parts:
        named.append(parts.format(next(places), next(places), after=after))
    return f"WITH {', '.join(named)} {ending.format(after=after)}".encode()


def _insert(table: _Table, rows: str) -> str:
    name, columns = table
    quoted = ", ".join(f'"{column}"' for column in columns)
    return (
        f'INSERT INTO "{name}" ({quoted}) SELECT {quoted} FROM json_populate_recordset(NULL::"{name}", {rows})'
    )
