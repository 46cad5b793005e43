"""A schema with resolvers of all sorts: some that are called directly, and some that keep Strawberry's way."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import strawberry

from tests.realtime.transport.answering import (
    Allowed,
    Loud,
    by_both,
    by_both_later,
    by_info,
    by_info_later,
    by_nothing,
    by_nothing_later,
    by_root,
    by_root_later,
    colours,
    fails,
    fails_later,
    fails_whole,
    fails_whole_later,
    gives_awaitable,
    gives_error,
    gives_nothing,
    in_another_word,
    inputs,
    inputs_later,
    named_info,
    named_raw,
    named_source,
    narrow,
    of_global_id,
    of_global_id_later,
    perhaps,
    perhaps_now,
    plain,
    plain_later,
    renamed,
    unset,
    wrapped,
)

wrapped_plain, narrow_info, guarded, loud = wrapped(plain_later), narrow(by_info_later), by_both, by_root


@strawberry.type
class Inner:
    name: str = "inner"
    by_both: str = strawberry.field(resolver=by_both)
    plain_later: str = strawberry.field(resolver=plain_later)
    fails_whole_later: str = strawberry.field(resolver=fails_whole_later)

    def __repr__(self) -> str:
        return "Inner"


def inner() -> Inner | None:
    return Inner()


async def inner_later(times: int) -> list[Inner | None]:
    return [Inner()] * times


@strawberry.type
class Query:
    by_info: str = strawberry.field(resolver=by_info)
    by_info_later: str = strawberry.field(resolver=by_info_later)
    by_both: str = strawberry.field(resolver=by_both)
    by_both_later: str = strawberry.field(resolver=by_both_later)
    by_root: str = strawberry.field(resolver=by_root)
    by_root_later: str = strawberry.field(resolver=by_root_later)
    by_nothing: int = strawberry.field(resolver=by_nothing)
    by_nothing_later: int = strawberry.field(resolver=by_nothing_later)
    gives_awaitable: str = strawberry.field(resolver=gives_awaitable)
    plain: str = strawberry.field(resolver=plain)
    plain_later: str = strawberry.field(resolver=plain_later)
    renamed: str = strawberry.field(resolver=renamed, name="again")
    unset: str = strawberry.field(resolver=unset)
    perhaps: str = strawberry.field(resolver=perhaps)
    perhaps_now: str | None = strawberry.field(resolver=perhaps_now)
    colours: str = strawberry.field(resolver=colours)
    of_global_id: str | None = strawberry.field(resolver=of_global_id)
    of_global_id_later: str = strawberry.field(resolver=of_global_id_later)
    fails: str | None = strawberry.field(resolver=fails)
    fails_later: str | None = strawberry.field(resolver=fails_later)
    fails_whole: str = strawberry.field(resolver=fails_whole)
    fails_whole_later: str = strawberry.field(resolver=fails_whole_later)
    gives_error: str | None = strawberry.field(resolver=gives_error)
    gives_nothing: str = strawberry.field(resolver=gives_nothing)
    wrapped: str = strawberry.field(resolver=wrapped_plain)
    inputs: str = strawberry.field(resolver=inputs)
    inputs_later: str = strawberry.field(resolver=inputs_later)
    inner: Inner | None = strawberry.field(resolver=inner)
    inner_later: list[Inner | None] | None = strawberry.field(resolver=inner_later)
    named_raw: str = strawberry.field(resolver=named_raw)

    narrow: str | None = strawberry.field(resolver=narrow_info)
    named_info: str | None = strawberry.field(resolver=named_info)
    named_source: str | None = strawberry.field(resolver=named_source)
    in_another_word: str = strawberry.field(resolver=in_another_word)
    guarded: str = strawberry.field(resolver=guarded, permission_classes=[Allowed])
    loud: str = strawberry.field(resolver=loud, extensions=[Loud()])

    @strawberry.field
    def by_self(self, name: str) -> str:
        return f"{self} {name}"

    @strawberry.field
    def by_parent(self: strawberry.Parent[Any]) -> str:
        return repr(self)


KEPT = {
    "narrow",
    "namedInfo",
    "namedSource",
    "inAnotherWord",
    "guarded",
    "loud",
    "bySelf",
    "byParent",
}
"""The fields of the query that keep Strawberry's way."""


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def stream(self) -> AsyncGenerator[int, None]:
        yield 1


def made_schema() -> strawberry.Schema:
    """One of its own, as an engine changes it."""
    return strawberry.Schema(query=Query, subscription=Subscription)
