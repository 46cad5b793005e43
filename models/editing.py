"""Changing rows that several people edit: one after the other, each of the version that they saw."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TypeVar

from psycopg.errors import UniqueViolation
from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet

from errors import Invalid, NotFound, Stale
from models.base import Edited, Row

E = TypeVar("E", bound=Edited)
R = TypeVar("R", bound=Row)


async def lock(rows: QuerySet[E], *, expected_version: int | None, missing: NotFound, whole: bool = False) -> E:
    """The one of the rows there is, held until the transaction ends: a second change sees what the first one did. Rows
    that refer to it may be written meanwhile, unless the `whole` of it is held.

    Refuses what `missing` says, and Stale where the caller saw another version.
    """
    row = await rows.select_for_update(no_key=not whole).first()
    if row is None:
        raise missing
    if expected_version is not None and expected_version != row.version:
        raise Stale("Somebody has changed this meanwhile.", field=("expectedVersion",))
    return row


async def save(row: Edited, *changed: str) -> None:
    """Write the changed columns of a row that is locked, under its next version."""
    row.version += 1
    await row.save(update_fields=[*changed, "version"])


async def all_of(rows: QuerySet[R], ids: Collection[int], *, missing: NotFound) -> list[R]:
    """Those of the rows that have these ids; refuses what `missing` says where one of them is none."""
    wanted = set(ids)
    found = await rows.filter(id__in=list(wanted))
    if len(found) != len(wanted):
        raise missing
    return found


@contextmanager
def unique(message: str, *, field: tuple[str, ...], column: str = "") -> Iterator[None]:
    """Refuses Invalid where the database says that there is such a row already; with a column, one that has the same in
    that column. Goes around the transaction, which has failed by then."""
    try:
        yield
    except IntegrityError as error:
        failed = error.args[0]
        if not isinstance(failed, UniqueViolation) or column not in (failed.diag.message_detail or ""):
            raise
        raise Invalid(message, field=field) from None
