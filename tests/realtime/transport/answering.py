"""Resolvers of all sorts: sync and async, with arguments of all kinds, good and failing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from functools import wraps
from typing import Annotated, Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission

from errors import Forbidden


@strawberry.enum
class Colour(Enum):
    RED = "r"
    BLUE = "b"


@strawberry.input
class Point:
    x: int
    y: int | None = 4
    colour: Colour | None = None
    near: list[int] | None = strawberry.UNSET
    perhaps: strawberry.Maybe[int]


class Allowed(BasePermission):
    def has_permission(self, *_: Any, **__: Any) -> bool:
        return True


class Loud(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: Any, **arguments: Any) -> Any:
        return str(next_(source, info, **arguments)).upper()


def _noted(info: strawberry.Info, *found: object) -> str:
    """What was found, and where; noted in the context, in the order of the calls."""
    where = (info.field_name, info.python_name, info.path.as_list(), str(info.return_type))
    selected = [(vars(one).get("name"), vars(one).get("arguments")) for one in info.selected_fields]
    values = (info.variable_values, info.root_value, info.operation.operation.value)
    info.context.append(info.field_name)
    return repr((found, where, selected, values))


def by_info(info: strawberry.Info) -> str:
    return _noted(info)


async def by_info_later(info: strawberry.Info) -> str:
    return _noted(info)


def by_both(root: Any, info: strawberry.Info) -> str:
    return _noted(info, root)


async def by_both_later(info: strawberry.Info, root: Any) -> str:
    return _noted(info, root)


def by_root(root: Any) -> str:
    return repr(root)


async def by_root_later(root: Any) -> str:
    return repr(root)


def by_nothing() -> int:
    return 3


async def by_nothing_later() -> int:
    return 3


def gives_awaitable(info: strawberry.Info) -> Awaitable[str]:
    return by_info_later(info)


def plain(info: strawberry.Info, name: str = "world", count: int | None = None) -> str:
    return _noted(info, name, count)


async def plain_later(info: strawberry.Info, root: Any, name: str | None, count: int = 3) -> str:
    return _noted(info, root, name, count)


def renamed(
    info: strawberry.Info, from_: Annotated[str | None, strawberry.argument(name="from")] = None
) -> str:
    return _noted(info, from_)


def unset(
    info: strawberry.Info,
    value: int | None = strawberry.UNSET,
    colour: Colour | None = strawberry.UNSET,
    id: strawberry.ID | None = strawberry.UNSET,
) -> str:
    return _noted(info, value, colour, id)


async def perhaps(
    info: strawberry.Info, some: strawberry.Maybe[int], null: strawberry.Maybe[int | None]
) -> str:
    return _noted(info, some, null)


def perhaps_now(info: strawberry.Info, some: strawberry.Maybe[int]) -> str | None:
    return _noted(info, some)


async def colours(
    info: strawberry.Info, one: Colour | None = Colour.RED, many: list[Colour] | None = None
) -> str:
    return _noted(info, one, many)


def of_global_id(info: strawberry.Info, id: strawberry.relay.GlobalID) -> str | None:
    return _noted(info, id)


async def of_global_id_later(info: strawberry.Info, id: strawberry.relay.GlobalID) -> str:
    return _noted(info, id)


def fails(root: Any) -> str | None:
    raise Forbidden("Not yours.")


async def fails_later() -> str | None:
    raise Forbidden("Not yours.")


def fails_whole() -> str:
    raise RuntimeError("broken")


async def fails_whole_later() -> str:
    raise RuntimeError("broken")


def gives_error() -> str | None:
    return Forbidden("Given back.")  # type: ignore[return-value]  # as graphql-core takes it


async def gives_nothing() -> str:
    return None  # type: ignore[return-value]  # a fault of ours


def wrapped(resolve: Callable[..., Awaitable[str]]) -> Callable[..., Awaitable[str]]:
    @wraps(resolve)
    async def answer(*args: Any, **kwargs: Any) -> str:
        return f"wrapped {await resolve(*args, **kwargs)}"

    return answer


def narrow(resolve: Callable[..., Awaitable[str]]) -> Callable[..., Awaitable[str]]:
    """Takes less than what it wraps says."""

    @wraps(resolve)
    async def answer() -> str:
        return "narrow"

    return answer


def named_info(info: str) -> str:
    return info


def named_source(_source: Annotated[str, strawberry.argument(name="_source")]) -> str:
    return _source


def named_raw(root: Any, raw: str, source: str, given: str) -> str:
    return raw + source + given


def in_another_word(told: strawberry.Info) -> str:
    return told.field_name


async def inputs_later(
    info: strawberry.Info, root: Any, one: Point | None = None, many: list[Point] | None = None
) -> str:
    return _noted(info, root, one, many)


def inputs(info: strawberry.Info, one: Point) -> str:
    return _noted(info, one)
