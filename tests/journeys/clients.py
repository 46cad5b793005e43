"""Clients as users have them: GraphQL over HTTP, and graphql-transport-ws over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.waiting import PATIENCE_SECONDS


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the API over HTTP, with a bearer token or without."""

    session: aiohttp.ClientSession
    address: str
    token: str | None = None

    def with_token(self, token: str) -> Person:
        return Person(self.session, self.address, token)

    async def do(self, query: str, **variables: Any) -> Any:
        """The data of an operation's one field; fails where there are errors."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        async with self.session.post(f"{self.address}/graphql", json=body, headers=headers) as response:
            answer = await response.json(content_type=None)
        assert "errors" not in answer, answer["errors"]
        [field] = answer["data"].values()
        return field

    async def take(self, query: str, **variables: Any) -> Any:
        """The same for a mutation that must not be refused."""
        payload = await self.do(query, **variables)
        assert payload["errors"] == [], payload["errors"]
        return payload

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        """A WebSocket of theirs."""
        address = self.address.replace("http", "ws", 1) + "/graphql"
        protocols, patience = [Subprotocol("graphql-transport-ws")], PATIENCE_SECONDS
        async with connect(
            address, subprotocols=protocols, open_timeout=patience, ping_timeout=patience
        ) as socket:
            payload = {"authorization": f"Bearer {self.token}"} if self.token else {}
            await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
            assert json.loads(await socket.recv()) == {"type": "connection_ack"}
            yield Line(socket)


class Line:
    """An open graphql-transport-ws connection that follows one subscription."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def follow(self, query: str, **variables: Any) -> None:
        message = {"id": "1", "type": "subscribe", "payload": {"query": query, "variables": variables}}
        await self._socket.send(json.dumps(message))

    async def next(self) -> dict[str, Any]:
        """The next event, as it comes."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            message = json.loads(await self._socket.recv())
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        [event] = message["payload"]["data"].values()
        return dict(event)

    async def end(self) -> str:
        """How what is followed ends, whatever comes before that: the code of an error, or why the socket is closed."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            try:
                while (message := json.loads(await self._socket.recv()))["type"] == "next":
                    pass
            except ConnectionClosed as closed:
                assert closed.rcvd is not None
                return f"{closed.rcvd.code} {closed.rcvd.reason}"
        assert message["type"] == "error", message
        return str(message["payload"][0]["extensions"]["code"])

    async def until(self, typename: str) -> dict[str, Any]:
        """The next event of that type; others before it are passed over."""
        while True:
            event = await self.next()
            if event["__typename"] == typename:
                return event

    def pull_the_plug(self) -> None:
        """Gone without a word, as a lost network is."""
        self._socket.transport.abort()
