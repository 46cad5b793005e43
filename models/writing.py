"""Rows of several tables, written by one statement.

A verb that makes a dozen rows would otherwise spend most of its time on a dozen statements, each one made, sent and
waited for by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

import orjson
from procrastinate.jobs import Job
from tortoise import fields
from tortoise.fields.relational import ManyToManyFieldInstance

from models.base import Row

_Value = Callable[[Row], Any]
_Table = tuple[str, tuple[str, ...]]
_JOB = "procrastinate_job_to_defer_v1"


class Unwritten:
    """What waits to be written. A row is read when it is written: what is changed on it until then counts."""

    def __init__(self) -> None:
        self._rows: dict[type[Row], list[Row]] = defaultdict(list)
        self._pairs: dict[_Table, list[tuple[int, int]]] = defaultdict(list)
        self._jobs: list[Job] = []

    def __bool__(self) -> bool:
        return bool(self._rows or self._pairs or self._jobs)

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

    def queue(self, job: Job) -> None:
        self._jobs.append(job)

    def statement(self) -> tuple[bytes, list[str]]:
        """The statement that writes it all, with `$n` for the rows of each table, and these."""
        tables: list[_Table] = []
        values: list[str] = []
        for model, rows in self._rows.items():
            table, columns = _described(model)
            tables.append(table)
            values.append(as_json([{name: value(row) for name, value in columns} for row in rows]))
        for table, pairs in self._pairs.items():
            tables.append(table)
            values.append(as_json([dict(zip(table[1], pair, strict=True)) for pair in pairs]))
        if self._jobs:
            values.append(as_json([_of_job(job) for job in self._jobs]))
        return _sql(tuple(tables), bool(self._jobs)), values


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as one value, which PostgreSQL takes apart: however many they are, the statement stays the same one,
    which is prepared once, and the driver has no more to do for a dozen rows than for one."""
    return orjson.dumps(rows).decode()


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
def _sql(tables: tuple[_Table, ...], jobs: bool) -> bytes:
    """Foreign keys are looked at when the statement ends, so the order of the tables is all the same."""
    parts = [_insert(table, number) for number, table in enumerate(tables, start=1)]
    if jobs:
        rows = f"json_populate_recordset(NULL::{_JOB}, ${len(parts) + 1}::text::json)"
        last = f"SELECT procrastinate_defer_jobs_v1(ARRAY(SELECT one FROM {rows} AS one))"
    else:
        last = parts.pop()
    named = ", ".join(f"w{number} AS ({part})" for number, part in enumerate(parts))
    return (f"WITH {named} {last}" if named else last).encode()


def _insert(table: _Table, number: int) -> str:
    name, columns = table
    quoted = ", ".join(f'"{column}"' for column in columns)
    rows = f'json_populate_recordset(NULL::"{name}", ${number}::text::json)'
    return f'INSERT INTO "{name}" ({quoted}) SELECT {quoted} FROM {rows}'
