"""What resolvers of generated schemas find: objects that remember what was read of them, anew for each execution."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from realtime.columns import Columns


class Trouble(Exception):
    """What generated resolvers raise, or give back."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A leaf value, and what clients are told of it."""

    value: Any
    written: Any


@dataclass(frozen=True, slots=True)
class Raised:
    message: str


@dataclass(frozen=True, slots=True)
class GivenBack:
    """An exception that is a value."""

    message: str


@dataclass(frozen=True, slots=True)
class Awaited:
    """Comes after the loop has turned so many times."""

    turns: int
    value: Found


@dataclass(frozen=True, slots=True)
class Object:
    typename: str
    fields: dict[str, Found]


@dataclass(frozen=True, slots=True)
class Table:
    """A list of objects that comes as columns, of which the `missing` are not there."""

    objects: Sequence[Object]
    missing: frozenset[str]


Found: TypeAlias = "Plain | Raised | GivenBack | Awaited | Object | Table | list[Found] | None"


class Thing:
    """An object; the log tells in what order its attributes, and others', were read."""

    def __init__(self, shape: Object, log: list[str]) -> None:
        self._shape = shape
        self._log = log

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        self._log.append(name)
        return real(self._shape.fields[name], self._log)


def real(found: Found, log: list[str]) -> Any:
    """The value as a resolver would have it."""
    match found:
        case Plain(value):
            return value
        case Raised(message):
            raise Trouble(message)
        case GivenBack(message):
            return Trouble(message)
        case Awaited():
            return later(found, log)
        case Object():
            return Thing(found, log)
        case list():
            # What raises while a list is made would leave behind what others in it want to be awaited.
            return [real(GivenBack(one.message) if isinstance(one, Raised) else one, log) for one in found]
        case Table(objects, missing):
            return Columns(
                lambda name: None if name in missing else column(objects, name),
                rows=lambda: [Thing(one, log) for one in objects],
            )
    return None


async def later(found: Awaited, log: list[str]) -> Any:
    for _ in range(found.turns):
        await asyncio.sleep(0)
    value = found.value
    return await later(value, log) if isinstance(value, Awaited) else real(value, log)


def column(objects: Sequence[Object], name: str) -> list[Any]:
    return [told(one.fields[name]) for one in objects]


def told(found: Found) -> Any:
    match found:
        case Plain(_, written):
            return written
        case Table(objects, missing):
            return lambda name: None if name in missing else column(objects, name)
    return None
