"""Who becomes another by what they ask on their socket is told the next event as who they are by then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from realtime.ending import Ending
from realtime.hub import Accept, everything
from realtime.transport import Connection, SocketLimits
from realtime.transport.connection import Entrance
from tests.realtime.hub.conftest import NO_SWEEP, house
from tests.realtime.transport.newsstand import ENGINE, TOPIC, Reader, Stand, Viewer, stand_in
from tests.realtime.transport.serving import until


@dataclass
class Caller:
    """Whom a socket is for, as the newsstand's contexts want them."""

    stand: Stand
    name: str
    role: str = "agent"
    after: int | None = None
    accept: Accept = everything
    direct: Accept = everything
    granted: Ending = field(default_factory=Ending)


class Socket:
    """Takes what is said; `direct` is what came through a pipe."""

    is_free = True

    def __init__(self) -> None:
        self.is_let_in = False
        self.told: list[Any] = []
        self.direct: list[Any] = []

    def write(self, text: bytes) -> None:
        message = orjson.loads(text)
        self.is_let_in = self.is_let_in or message["type"] == "connection_ack"
        if message["type"] == "next":
            self.told.append(message["payload"]["data"])

    def writer(self) -> Callable[[bytes], object] | None:
        return self._write

    def attend(self, blocked: Callable[[], object]) -> None:
        pass

    async def drain(self) -> None:
        pass

    def end(self, code: int, reason: str) -> None:
        raise AssertionError(reason)

    def abort(self) -> None:
        raise AssertionError

    def _write(self, text: bytes) -> None:
        self.write(text[text.index(b"{") :])
        self.direct.append(self.told[-1])


class Client:
    """A socket and what is sent on it; `role` is what its caller is recognised in."""

    def __init__(self, stand: Stand, name: str) -> None:
        self.socket = Socket()
        self.role = "agent"
        self._stand = stand
        self._name = name
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def live(self) -> None:
        connection = Connection(
            Entrance(ENGINE, SocketLimits(), self._let_in, self._recognise, _context, lambda _: lambda: None),
            wire=self.socket,
        )
        self.says(type="connection_init")
        await connection.listen(self._messages.get)

    def says(self, **message: Any) -> None:
        self._messages.put_nowait({"type": "websocket.receive", "text": orjson.dumps(message).decode()})

    def subscribes(self, id: str, query: str) -> None:
        self.says(type="subscribe", id=id, payload={"query": query})

    def hangs_up(self) -> None:
        self._messages.put_nowait({"type": "websocket.disconnect"})

    @property
    def roles(self) -> list[str]:
        return [told["news"]["told"] for told in self.socket.told if "news" in told]

    async def _let_in(self, _: Connection[Caller], payload: dict[str, Any] | None) -> Caller:
        return Caller(self._stand, self._name, self.role)

    async def _recognise(self, _: Connection[Caller]) -> Caller:
        return Caller(self._stand, self._name, self.role)


def _context(connection: Connection[Caller]) -> Viewer:
    return Viewer(cast("Reader", connection.identity))


@asynccontextmanager
async def clients(stand: Stand, *names: str) -> AsyncIterator[list[Client]]:
    opened = [Client(stand, name) for name in names]
    async with asyncio.TaskGroup() as group:
        for client in opened:
            group.create_task(client.live())
        await until(lambda: all(client.socket.is_let_in for client in opened))
        for client in opened:
            client.subscribes("news", "subscription { news { told: role wait: told } }")
        await until(lambda: stand.hub.live == len(opened))
        yield opened
        for client in opened:
            client.hangs_up()


async def test_who_asks_as_another_is_told_the_next_event_as_that_one_and_nobody_else_is() -> None:
    async with house(limits=NO_SWEEP) as home, stand_in(home) as stand, clients(stand, "a", "b") as opened:
        changing, same = opened
        for told, role in enumerate(("agent", "guest", "agent"), start=1):
            changing.role = role
            changing.subscribes("who", "{ __typename }")
            await until(lambda: len(changing.socket.told) == 2 * told - 1)  # noqa: B023
            await home.tell(TOPIC)
            await until(lambda: len(changing.roles) == len(same.roles) == told)  # noqa: B023
        assert changing.roles == ["agent", "guest", "agent"] and same.roles == ["agent"] * 3
        assert stand.pulled == [] and len(changing.socket.direct) == len(same.socket.direct) == 3
