"""Operations of a schema with one feed over a real hub: which executions there were is seen, they can be held up, and
clients can stop reading."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Hashable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import orjson
import strawberry

from errors import Forbidden
from realtime.ending import Ending
from realtime.feed import Ephemeral, Event, Resync
from realtime.hub import Accept, Hub, Item, everything
from realtime.outlet import Pipe
from realtime.sharing import Scoped, Shared
from realtime.transport import Engine, OperationRequest
from realtime.transport.operation import Operation
from realtime.transport.shaping import FormattedError
from realtime.transport.waiting import Gate
from schema.field import PEERS, resolved_by
from tests.realtime.hub.conftest import House

TOPIC = "news"


def opened() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass(eq=False)
class Stand:
    """`executed` is what, by whose context; `pulled` what went through whose task; `gates` hold executions up, and
    what is `broken` fails."""

    home: House
    executed: list[tuple[str, str]] = field(default_factory=list)
    pulled: list[tuple[str, str]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    gates: defaultdict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(opened))
    readers: dict[str, Reader] = field(default_factory=dict)
    broken: str = ""

    @property
    def hub(self) -> Hub:
        return self.home.hub

    def hold(self, said: str) -> None:
        self.gates[said] = asyncio.Event()

    def executions(self, said: str) -> int:
        return sum(one == said for _, one in self.executed)

    def comes(
        self,
        name: str,
        *,
        after: int | None = None,
        direct: Accept = everything,
        accept: Accept = everything,
        socket: Socket | None = None,
        query: str = "subscription { news { told } }",
    ) -> Reader:
        reader = Reader(self, name, after=after, direct=direct, accept=accept, socket=socket or Socket())
        self.readers[name] = reader
        reader.begin(query)
        return reader


class Socket:
    """What a client reads by; several operations may share one."""

    def __init__(self) -> None:
        self.gate = Gate()
        self.operations: list[Operation] = []
        self.stalls_at: int | None = None
        self.unsent = 0

    def wrote(self) -> None:
        self.unsent += not self.gate.is_set()
        if self.stalls_at is not None:
            self.stalls_at -= 1
            if self.stalls_at <= 0:
                self.gate.clear()
                for operation in self.operations:
                    operation.disturb()

    def resume(self) -> None:
        self.stalls_at, self.unsent = None, 0
        self.gate.set()


class Reader:
    """A client's operation: its voice, and whom it runs for."""

    def __init__(
        self,
        stand: Stand,
        name: str,
        *,
        after: int | None,
        direct: Accept,
        accept: Accept,
        socket: Socket,
    ) -> None:
        self.stand = stand
        self.name = name
        self.after = after
        self.direct = direct
        self.accept = accept
        self.socket = socket
        self.role = "agent"
        self.identity: object = object()
        self.refuses = False
        self.heard: list[str] = []
        self.errors: list[FormattedError] = []
        self.granted = Ending()
        self.operation = Operation(self, host=self)
        socket.operations.append(self.operation)

    @property
    def seqs(self) -> list[int]:
        return [int(one) for one in self.heard if one.isdigit()]

    def begin(self, query: str) -> None:
        engine, request = ENGINE, OperationRequest(query)
        work = self.operation.run(engine, lambda: engine.prepare(request))
        self.operation.task = asyncio.create_task(work)

    async def leave(self) -> None:
        assert self.operation.task is not None
        self.operation.stop()
        await asyncio.gather(self.operation.task, return_exceptions=True)

    def becomes(self, role: str) -> None:
        self.role, self.identity = role, object()
        self.operation.recognise()

    def lose_right(self) -> None:
        self.granted.come(Forbidden("No longer yours."))

    @property
    def is_free(self) -> bool:
        return self.socket.gate.is_set()

    async def drain(self) -> None:
        await self.socket.gate.wait()

    def next(self, payload: bytes) -> None:
        told = orjson.loads(payload)
        self.heard.append(told["data"]["news"]["told"] if told["data"] else told["errors"][0]["message"])
        self.socket.wrote()

    def pipe(self) -> Pipe | None:
        return (self.next, lambda payload, head: (b"", payload), b"") if self.is_free else None

    def error(self, errors: list[FormattedError]) -> None:
        self.errors = errors

    def complete(self) -> None:
        raise AssertionError("news never end")

    async def recognise(self) -> None:
        pass

    def take_place(self) -> Callable[[], None]:
        return lambda: None

    def context(self) -> Viewer:
        if self.refuses:
            raise Forbidden("Not any more.")
        return Viewer(self)


class Viewer(Scoped):
    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.role = reader.role

    def scope(self, among: Shared) -> Hashable | None:
        return self.role


Info = strawberry.Info[Viewer, None]


def said(item: Item) -> str:
    match item:
        case Event(seq=seq):
            return str(seq)
        case Ephemeral(payload=payload):
            return payload.decode()
        case Resync(reason=reason, seq=seq):
            return f"{reason} {seq}"


async def _told(info: Info, root: Item) -> str:
    stand, name, text = info.context.reader.stand, info.context.reader.name, said(root)
    stand.executed.append((name, text))
    try:
        await stand.gates[text].wait()
    finally:
        stand.ended.append(text)
    if text == stand.broken:
        raise RuntimeError("secret of a resolver")
    return text


async def _role(info: Info, root: Item) -> str:
    return info.context.role


@strawberry.type
class News:
    told: str = resolved_by(_told, shared=PEERS)
    role: str = resolved_by(_role, shared=PEERS)
    alone: str = resolved_by(_role)


@strawberry.type
class Query:
    nothing: str = ""


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def news(self, info: Info) -> AsyncGenerator[News, None]:
        reader, outlet = info.context.reader, info.context.outlet
        items = reader.stand.hub.subscribe(
            TOPIC,
            after=reader.after,
            accept=reader.accept,
            until=reader.granted,
            outlet=outlet,
            direct=reader.direct,
        )
        async with aclosing(items):
            async for item in items:
                reader.stand.pulled.append((reader.name, said(item)))
                yield item  # type: ignore[misc]


ENGINE = Engine(strawberry.Schema(query=Query, subscription=Subscription))


@asynccontextmanager
async def stand_in(home: House) -> AsyncIterator[Stand]:
    stand = Stand(home)
    try:
        yield stand
    finally:
        for gate in stand.gates.values():
            gate.set()
        for reader in stand.readers.values():
            await reader.leave()
