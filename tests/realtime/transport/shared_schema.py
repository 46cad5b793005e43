"""A schema of one feed, in which every execution is counted and can be held up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable
from dataclasses import dataclass, field

import strawberry

from realtime.sharing import Renderings, Scoped, Shared
from realtime.transport import Engine, OperationRequest, Outcome, Telling
from schema.field import OWN, PEERS, resolved_by
from tests.waiting import PATIENCE_SECONDS


@dataclass(frozen=True, slots=True)
class News:
    """An event; the same object for all subscribers, as a hub gives it."""

    text: str
    renderings: Renderings = field(default_factory=dict, compare=False)


@dataclass(eq=False)
class Newsroom:
    """What is told to everyone who listens, and for whom it was executed; `gate` holds executions up."""

    executed: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    queues: list[asyncio.Queue[News | None]] = field(default_factory=list)

    def tell(self, text: str) -> News:
        news = News(text)
        for queue in self.queues:
            queue.put_nowait(news)
        return news

    def close(self) -> None:
        for queue in self.queues:
            queue.put_nowait(None)


class Viewer(Scoped):
    """Made anew for each execution."""

    def __init__(self, newsroom: Newsroom, name: str, *, role: str | None, own: int) -> None:
        self.newsroom = newsroom
        self.name = name
        self.role = role
        self.own = own

    def scope(self, among: Shared) -> Hashable | None:
        if self.role is None:
            return None
        return self.role, None if among is Shared.PEERS else self.own


Info = strawberry.Info[Viewer, None]


async def _headline(info: Info, root: News) -> str:
    newsroom, name = info.context.newsroom, info.context.name
    newsroom.executed.append(name)
    try:
        await newsroom.gate.wait()
    finally:
        newsroom.ended.append(name)
    if root.text == "broken":
        raise RuntimeError("secret of a resolver")
    return f"{root.text} for {info.context.role}"


def _own(info: Info, root: News) -> str:
    info.context.newsroom.executed.append(info.context.name)
    return f"{root.text} of {info.context.own}"


def _undeclared(info: Info, root: News) -> str:
    info.context.newsroom.executed.append(info.context.name)
    return f"{root.text} to {info.context.name}"


def _cut(info: Info, root: News, length: int = 3) -> str:
    info.context.newsroom.executed.append(info.context.name)
    return root.text[:length]


@strawberry.type
class Undeclared:
    text: str


def _plain(info: Info, root: News) -> Undeclared:
    info.context.newsroom.executed.append(info.context.name)
    return Undeclared(text="plain")


@strawberry.type
class Item:
    shared = PEERS
    text: str
    headline: str | None = resolved_by(_headline, shared=PEERS)
    own: str = resolved_by(_own, shared=OWN)
    undeclared: str = resolved_by(_undeclared)
    cut: str = resolved_by(_cut, shared=PEERS)
    plain: Undeclared = resolved_by(_plain, shared=PEERS)


@strawberry.type
class Query:
    nothing: str = ""


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def news(self, info: Info, after: str | None = None) -> AsyncGenerator[Item, None]:
        queue: asyncio.Queue[News | None] = asyncio.Queue()
        info.context.newsroom.queues.append(queue)
        while (news := await queue.get()) is not None:
            yield news  # type: ignore[misc]


SCHEMA = strawberry.Schema(query=Query, subscription=Subscription)


class Reader:
    """A subscriber: one outcome at a time."""

    def __init__(self, outcomes: Telling) -> None:
        self._outcomes = outcomes
        self._next: asyncio.Task[Outcome] = asyncio.create_task(anext(self._outcomes))

    async def next(self) -> Outcome:
        async with asyncio.timeout(PATIENCE_SECONDS):
            outcome = await self._next
        self._next = asyncio.create_task(anext(self._outcomes))
        return outcome

    async def leave(self) -> None:
        self._next.cancel()
        await asyncio.gather(self._next, return_exceptions=True)
        await self._outcomes.aclose()


def reading(engine: Engine, request: OperationRequest, viewer: Callable[[], Viewer]) -> Reader:
    return Reader(engine.subscribe(engine.prepare(request), viewer))
