"""Relay connections by keyset: a page is found by the values it goes on from, so it stays put while rows change."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from errors import BadRequest
from models.base import Row
from models.input import findable

MOST = 100

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class Edge:
    node: Any
    cursor: str


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """`count` asks the database how many there are in all; only where a client selects it."""

    edges: Sequence[Edge]
    page_info: PageInfo
    count: Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Order:
    """By which column, and which way; rows that are equal in it come in the order of their ids."""

    column: str
    descending: bool = False

    def cursor(self, row: Row) -> str:
        value = getattr(row, self.column)
        return urlsafe_b64encode(orjson.dumps([value, row.id])).rstrip(b"=").decode()

    def beyond(self, cursor: str, *, backward: bool = False) -> Q:
        """The rows behind the cursor, or before it. Refuses BadRequest for a cursor that is none of ours."""
        value, id = _read(cursor, self.column)
        sign = "lt" if self.descending != backward else "gt"
        return Q(**{f"{self.column}__{sign}": value}) | Q(**{self.column: value, f"id__{sign}": id})

    def sorting(self, *, backward: bool = False) -> tuple[str, str]:
        sign = "-" if self.descending != backward else ""
        return f"{sign}{self.column}", f"{sign}id"


END = 2**63
_KINDS: dict[str, type] = {"seq": int, "id": int, "name": str}


def _read(cursor: str, column: str) -> tuple[Any, int]:
    kind = _KINDS.get(column, datetime)
    try:
        value, id = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        value = datetime.fromisoformat(value) if kind is datetime else value
    except (ValueError, TypeError):
        value = id = None
    if type(value) is not kind or not _is_comparable(value) or type(id) is not int or not 0 <= id < END:
        raise BadRequest("The cursor is not valid.")
    return value, id


def _is_comparable(value: Any) -> bool:
    """Whether the database can be asked for what lies behind the value: it knows neither 2**63 nor NUL."""
    if isinstance(value, datetime):
        return value.tzinfo is not None
    return findable(value, most=200) if isinstance(value, str) else -END <= value < END


async def page(
    rows: QuerySet[R],
    order: Order,
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Page[R]:
    """The `first` rows after a cursor or, where `first` is null, the `last` before one; at most 100, in order."""
    backward = first is None
    size = size_of(last if backward else first)
    wanted = rows
    for cursor, behind in ((after, False), (before, True)):
        if cursor is not None:
            wanted = wanted.filter(order.beyond(cursor, backward=behind))
    found = await wanted.order_by(*order.sorting(backward=backward)).limit(size + 1)
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    edges = [Edge(row, order.cursor(row)) for row in found]
    info = PageInfo(
        has_next_page=before is not None if backward else more,
        has_previous_page=more if backward else after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Page(edges, info, rows.count)


def size_of(asked: int | None) -> int:
    if asked is None or not 0 <= asked <= MOST:
        raise BadRequest(f"A page has at most {MOST} entries.")
    return asked


async def total_count(root: Page[Any]) -> int:
    return await root.count()
