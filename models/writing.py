"""Rows of several tables, written by one statement.

A verb that makes a dozen rows would otherwise spend most of its time on a dozen statements, each one made, sent and
waited for by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from functools import cache, lru_cache
from typing import Any

import orjson
from procrastinate.jobs import Job
from tortoise.fields.relational import ManyToManyFieldInstance

from models.base import Row

_Encoders = tuple[tuple[str, Callable[[Any, Row], Any]], ...]
_Table = tuple[str, tuple[str, ...]]
_JOB = "ROW({})::procrastinate_job_to_defer_v1"


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

    def statement(self) -> tuple[bytes, list[Any]]:
        """The statement that writes it all, with `$n` for the values, and the values."""
        values: list[Any] = []
        shape: list[tuple[_Table, int]] = []
        for model, rows in self._rows.items():
            table, encoders = _described(model)
            shape.append((table, len(rows)))
            values += [as_text(encode(getattr(row, name), row)) for row in rows for name, encode in encoders]
        for table, pairs in self._pairs.items():
            shape.append((table, len(pairs)))
            values += [str(id) for pair in pairs for id in pair]
        for job in self._jobs:
            values += _of_job(job)
        return _sql(tuple(shape), len(self._jobs)), values


def as_text(value: Any) -> Any:
    """The value as PostgreSQL reads it. As all are texts, whose types the columns tell, a statement stays the same one,
    which is prepared once, whether an id is small or large and a date is there or not."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int | float):
        return str(value)
    return value.isoformat() if isinstance(value, datetime | date | time) else value


def placeholders(counts: Iterable[int]) -> list[str]:
    """For each group of so many values its placeholders: `$1, $2`, then `$3`, and so on."""
    groups, last = [], 0
    for count in counts:
        groups.append(", ".join(f"${number}" for number in range(last + 1, last + count + 1)))
        last += count
    return groups


@cache
def _described(model: type[Row]) -> tuple[_Table, _Encoders]:
    """The model's table and how Tortoise encodes each of its columns."""
    meta = model._meta
    columns = meta.fields_db_projection
    table = (meta.db_table, tuple(columns.values()))
    return table, tuple((name, meta.fields_map[name].to_db_value) for name in columns)


def _of_job(job: Job) -> list[Any]:
    arguments = orjson.dumps(job.task_kwargs).decode()
    named = (job.queue, job.task_name, job.priority, job.lock, job.queueing_lock, arguments, job.scheduled_at)
    return [as_text(value) for value in named]


@lru_cache(maxsize=512)
def _sql(shape: tuple[tuple[_Table, int], ...], jobs: int) -> bytes:
    """Foreign keys are looked at when the statement ends, so the order of the tables is all the same."""
    sizes = [len(columns) for (_, columns), count in shape for _ in range(count)]
    groups = iter(placeholders([*sizes, *[7] * jobs]))
    parts = [_insert(table, [next(groups) for _ in range(count)]) for table, count in shape]
    if jobs:
        queued = ", ".join(_JOB.format(group) for group in groups)
        last = f"SELECT procrastinate_defer_jobs_v1(ARRAY[{queued}])"
    else:
        last = parts.pop()
    named = ", ".join(f"w{number} AS ({part})" for number, part in enumerate(parts))
    return (f"WITH {named} {last}" if named else last).encode()


def _insert(table: _Table, rows: Sequence[str]) -> str:
    name, columns = table
    quoted = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{name}" ({quoted}) VALUES ' + ", ".join(f"({row})" for row in rows)
