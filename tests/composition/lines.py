"""A graphql-transport-ws client that speaks to the site, and hears how it is shown out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import Any

import orjson
import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.waiting import PATIENCE_SECONDS


class Line:
    """One open socket, on which operations are numbered as they come."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = count(1)

    async def send(self, query: str, **variables: Any) -> str:
        """Start an operation; its id."""
        operation_id = str(next(self._numbers))
        payload = {"query": query, "variables": variables}
        await self._say(id=operation_id, type="subscribe", payload=payload)
        return operation_id

    async def ask(self, query: str, **variables: Any) -> Any:
        """The one field that a query answers; what else comes meanwhile is passed over."""
        operation_id = await self.send(query, **variables)
        answers = []
        while (message := await self.receive()) != {"type": "complete", "id": operation_id}:
            if message["id"] == operation_id:
                answers.append(_field(message))
        [answer] = answers
        return answer

    async def follow(self, query: str, **variables: Any) -> str:
        """Subscribe without a cursor of one's own, which a Resync answers at once: from here on it runs. Its id."""
        operation_id = await self.send(query, **variables, after="")
        assert (await self.event())["__typename"] == "Resync"
        return operation_id

    async def complete(self, operation_id: str) -> None:
        """End an operation."""
        await self._say(type="complete", id=operation_id)

    def vanish(self) -> None:
        """Be gone without a word."""
        self._socket.transport.abort()

    async def event(self) -> dict[str, Any]:
        return dict(_field(await self.receive()))

    async def closed(self) -> websockets.frames.Close:
        """How the server closes the socket; events before that are passed over, anything else is a fault."""
        with pytest.raises(websockets.ConnectionClosed) as end:
            while True:
                assert (await self.receive())["type"] == "next"
        assert end.value.rcvd is not None
        return end.value.rcvd

    async def greet(self, authorization: str | None) -> None:
        await self._say(type="connection_init", payload={"authorization": authorization})
        assert await self.receive() == {"type": "connection_ack"}

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return dict(orjson.loads(await self._socket.recv()))

    async def _say(self, **message: Any) -> None:
        await self._socket.send(orjson.dumps(message).decode())


@asynccontextmanager
async def line(address: str, token: str | None = None, *, patiently: bool = False) -> AsyncIterator[Line]:
    """A socket of whoever holds the token; `patiently`, it is asked for until there is room."""
    async with AsyncExitStack() as stack, asyncio.timeout(PATIENCE_SECONDS) as patience:
        while True:
            socket = await stack.enter_async_context(_socket(address))
            opened = Line(socket)
            try:
                await opened.greet(f"Bearer {token}" if token else None)
                break
            except websockets.ConnectionClosed as closed:
                if not (patiently and closed.rcvd and closed.rcvd.code == 1013):
                    raise
        patience.reschedule(None)
        yield opened


async def closing(address: str, token: str | None) -> websockets.frames.Close:
    """How the server closes the socket of whoever holds the token as soon as they introduce themselves."""
    async with _socket(address) as socket:
        with pytest.raises(websockets.ConnectionClosed) as end:
            await Line(socket).greet(f"Bearer {token}" if token else None)
    assert end.value.rcvd is not None
    return end.value.rcvd


def _socket(address: str) -> connect:
    url = address.replace("http", "ws", 1) + "/graphql"
    return connect(url, subprotocols=[Subprotocol("graphql-transport-ws")], open_timeout=PATIENCE_SECONDS)


def _field(message: dict[str, Any]) -> Any:
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    [field] = message["payload"]["data"].values()
    return field
