"""Clients that follow a feed as those on a socket do, by an operation of their own that is told at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson

from realtime.outlet import Pipe
from realtime.transport import OperationRequest
from realtime.transport.operation import Operation
from realtime.transport.shaping import FormattedError
from resolvers.context import Context
from tests.resolvers.conftest import ENGINE, Client
from tests.waiting import PATIENCE_SECONDS


class Console:
    """`heard` is each event; `pushed` says of each whether its own task slept meanwhile."""

    def __init__(self, client: Client) -> None:
        self.identity = client
        self.heard: list[dict[str, Any]] = []
        self.pushed: list[bool] = []
        self.errors: list[FormattedError] = []
        self._operation = Operation(self, host=self)
        self._task: asyncio.Task[None]

    def begin(self, query: str, **variables: Any) -> None:
        request = OperationRequest(query, variables)
        work = self._operation.run(ENGINE, lambda: ENGINE.prepare(request))
        self._task = self._operation.task = asyncio.create_task(work)

    async def end(self) -> None:
        self._operation.stop()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def is_free(self) -> bool:
        return True

    def next(self, payload: bytes) -> None:
        told = orjson.loads(payload)
        assert "errors" not in told, told["errors"]
        self.heard += told["data"].values()
        self.pushed.append(asyncio.current_task() is not self._task)

    def pipe(self) -> Pipe | None:
        return self.next, lambda payload, head: (b"", payload), b""

    def error(self, errors: list[FormattedError]) -> None:
        self.errors = errors

    def complete(self) -> None:
        raise AssertionError("feeds never end")

    async def drain(self) -> None:
        pass

    async def recognise(self) -> None:
        pass

    def take_place(self) -> Callable[[], None]:
        return lambda: None

    def context(self) -> Context:
        return Context(self.identity.actor, world=self.identity.world)


@asynccontextmanager
async def consoles(query: str, *clients: Client, **variables: Any) -> AsyncIterator[list[Console]]:
    """All of them, who have been told to fetch, and sleep."""
    opened = [Console(client) for client in clients]
    live = clients[0].world.hub.live + len(opened)
    for console in opened:
        console.begin(query, after="", **variables)
    try:
        await until(lambda: clients[0].world.hub.live == live)
        for console in opened:
            console.heard.clear()
            console.pushed.clear()
        yield opened
    finally:
        for console in opened:
            await console.end()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)
