"""Rows read as tuples by statements of our own, several on one connection: what is kept is read by the hundred."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Protocol

from models.availability.sight import looks
from models.connection import Connection
from models.transactions import current


class Rows(Protocol):
    async def __call__(self, sql: bytes, values: Sequence[Any]) -> list[tuple[Any, ...]]: ...


@asynccontextmanager
async def reading() -> AsyncIterator[Rows]:
    """Run statements with placeholders `$n`: on the transaction's connection inside one, else on one of the pool."""
    tx = current()
    if tx is not None:
        await tx.connection.write()
        yield tx.connection.run
        return
    here = looks()
    async with here.pool.connection() as raw:
        yield Connection(here.client, raw).run


def ids(some: Iterable[int]) -> str:
    """Ids as the text of an array, which is one type however many there are and however large."""
    return f"{{{','.join(map(str, some))}}}"


def window(moments: Iterable[datetime | None], *, now: datetime) -> tuple[datetime | None, datetime | None]:
    """From when on, and until when, the same of the moments are past as now."""
    known = [moment for moment in moments if moment is not None]
    since = max((moment for moment in known if moment <= now), default=None)
    return since, min((moment for moment in known if moment > now), default=None)
