"""A graphql-transport-ws client that speaks to the site, and hears how it is shown out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import orjson
import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.serving import PATIENCE_SECONDS


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

    async def follow(self, query: str, **variables: Any) -> None:
        """Subscribe without a cursor of one's own, which a Resync answers at once: from here on it runs."""
        await self.send(query, **variables, after="")
        assert (await self.event())["__typename"] == "Resync"

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
async def line(address: str, token: str | None = None) -> AsyncIterator[Line]:
    """A socket of whoever holds the token."""
    url = address.replace("http", "ws", 1) + "/graphql"
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        opened = Line(socket)
        await opened.greet(f"Bearer {token}" if token else None)
        yield opened


def _field(message: dict[str, Any]) -> Any:
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    [field] = message["payload"]["data"].values()
    return field
