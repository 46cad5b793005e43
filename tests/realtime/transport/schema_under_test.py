"""A small schema with everything that can go right or wrong on the way in."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.permission import BasePermission

import errors


@dataclass(eq=False)
class Watch:
    """What the schema's subscriptions hold open, and what they asked for."""

    open_streams: int = 0
    loads: list[list[int]] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=lambda: {1: "Anna"})
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def load(self, keys: list[int]) -> list[str]:
        self.loads.append(keys)
        return [self.names[key] for key in keys]


class Context:
    """Made for each execution, as the application's is."""

    def __init__(self, watch: Watch, caller: str) -> None:
        self.watch = watch
        self.caller = caller
        self.names = DataLoader(load_fn=watch.load)


Info = strawberry.Info[Context, None]


class Never(BasePermission):
    message = "Not for you"

    def has_permission(self, *_: object, **__: object) -> bool:
        return False


@strawberry.type
class Item:
    name: str

    @strawberry.field
    def items(self, first: int | None = 10, last: int | None = None) -> list["Item"]:
        return [Item(name="inner")] * (last or first or 0)

    @strawberry.field
    async def loaded(self, info: Info) -> str:
        return await info.context.names.load(1)

    @strawberry.field
    def faulty(self) -> str | None:
        raise RuntimeError("secret of a resolver")

    @strawberry.field
    def parts(self) -> list["Item"]:
        return [Item(name="part")]

    @strawberry.field
    def tags(self) -> list[str]:
        return ["new"]


@strawberry.type
class Page:
    edges: list[Item]


@strawberry.type
class Query:
    @strawberry.field
    def picked(self, ids: list[strawberry.ID] | None = None) -> list[Item | None]:
        return [Item(name=id) for id in ids or ()]

    @strawberry.field
    def page(self, first: int | None = 10) -> Page:
        return Page(edges=[Item(name="one")] * (first or 0))

    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"hello {name}"

    @strawberry.field
    def caller(self, info: Info) -> str:
        return info.context.caller

    @strawberry.field
    def number(self, n: int) -> int:
        return n

    @strawberry.field
    def item(self) -> Item:
        return Item(name="one")

    @strawberry.field
    def items(self, first: int | None = 10, last: int | None = None) -> list[Item]:
        return [Item(name="one")] * (last or first or 0)

    @strawberry.field
    def faulty(self) -> str | None:
        raise RuntimeError("secret of a resolver")

    @strawberry.field
    def required(self) -> str:
        return None  # type: ignore[return-value]  # a fault of ours

    @strawberry.field
    def signed_in(self) -> str | None:
        raise errors.Unauthenticated("Sign in first.")

    @strawberry.field
    def refused(self) -> str | None:
        raise errors.Invalid("No such month.", field=("input", "month"))

    @strawberry.field(permission_classes=[Never])  # type: ignore[untyped-decorator]
    def private(self) -> str | None:
        return "private"

    @strawberry.field
    def blob(self, characters: int) -> str:
        return "x" * characters

    @strawberry.field
    async def endless(self, info: Info) -> str:
        info.context.watch.open_streams += 1
        try:
            await asyncio.Event().wait()
        finally:
            info.context.watch.open_streams -= 1
        return "never"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def rename(self, info: Info, name: str) -> str:
        info.context.watch.renamed.append(name)
        return name

    @strawberry.mutation
    def sign_in(self, password: str) -> str:
        return "in"

    @strawberry.mutation
    def refresh(self) -> str:
        return "in"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncGenerator[int, None]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def silence(self, info: Info) -> AsyncGenerator[int, None]:
        watch = info.context.watch
        watch.open_streams += 1
        try:
            yield 0
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            watch.open_streams -= 1

    @strawberry.subscription
    async def slow_to_end(self, info: Info) -> AsyncGenerator[int, None]:
        watch = info.context.watch
        watch.open_streams += 1
        try:
            yield 0
            await asyncio.Event().wait()
        finally:
            for _ in range(50):
                await asyncio.sleep(0)
            watch.open_streams -= 1

    @strawberry.subscription
    async def noise(self, info: Info, characters: int = 10_000) -> AsyncGenerator[str, None]:
        watch = info.context.watch
        watch.open_streams += 1
        try:
            while True:
                yield "x" * characters
                await asyncio.sleep(0)
        finally:
            watch.open_streams -= 1

    @strawberry.subscription
    async def names(self, info: Info) -> AsyncGenerator[Item, None]:
        watch = info.context.watch
        yield Item(name="first")
        await watch.news.wait()
        yield Item(name="second")

    @strawberry.subscription
    async def items(self) -> AsyncGenerator[Item, None]:
        yield Item(name="one")

    @strawberry.subscription
    async def forbidden(self) -> AsyncGenerator[int, None]:
        raise errors.Forbidden("Not yours.")
        yield 0

    @strawberry.subscription
    async def refused(self) -> AsyncGenerator[int, None]:
        return turned_away()

    @strawberry.subscription
    async def breaks(self) -> AsyncGenerator[int, None]:
        yield 0
        raise RuntimeError("secret of a stream")


def turned_away() -> AsyncGenerator[int, None]:
    raise errors.Forbidden("Not yours.")


SCHEMA = strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription)
