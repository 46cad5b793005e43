"""Many clients of one conversation, in one process: each on a socket of its own, counting what it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from benchmarks.lines import HANDSHAKE, PING, PONG, TEXT, frame, frames

_AT_ONCE = 20


class Tally:
    """What all of them have been told together; `wait` until it is so much."""

    def __init__(self) -> None:
        self.told = 0
        self.bytes = 0
        self._wanted = 0
        self._done: asyncio.Future[None] | None = None

    def count(self, frame: bytes) -> None:
        self.told += 1
        self.bytes += len(frame)
        if self._done is not None and self.told >= self._wanted and not self._done.done():
            self._done.set_result(None)

    def fail(self, error: Exception) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(error)

    async def wait(self, wanted: int, *, seconds: float = 60) -> None:
        if self.told < wanted:
            self._wanted, self._done = wanted, asyncio.get_running_loop().create_future()
            async with asyncio.timeout(seconds):
                await self._done
            self._done = None


class Listener(asyncio.Protocol):
    """One client: says hello, subscribes, and is told."""

    def __init__(self, subscribe: bytes, *, token: str | None, tally: Tally, mark: bytes) -> None:
        self.last = b""
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        payload = {} if token is None else {"authorization": f"Bearer {token}"}
        self._hello = json.dumps({"type": "connection_init", "payload": payload}).encode()
        self._subscribe = subscribe
        self._tally = tally
        self._mark = mark
        self._unread = bytearray()
        self._is_open = False
        self._is_done = False
        self._farewell = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if not self._is_open:
            head, end, unread = self._unread.partition(b"\r\n\r\n")
            if not end:
                return
            assert b" 101 " in head, head
            self._is_open, self._unread = True, unread
            self._transport.write(frame(TEXT, self._hello))
        for kind, payload in frames(self._unread):
            if kind == TEXT:
                self._hear(payload)
            elif kind == PING:
                self._transport.write(frame(PONG, payload))
            else:
                self._farewell = payload

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("The server has hung up."))
        elif not self._is_done:
            self._tally.fail(ConnectionError(f"The server has hung up: {self._farewell!r}"))

    def close(self) -> None:
        self._is_done = True
        self._transport.close()

    def _hear(self, payload: bytes) -> None:
        if self._mark in payload:
            self.last = payload
            self._tally.count(payload)
        elif b'"connection_ack"' in payload:
            self._transport.write(frame(TEXT, self._subscribe))
            self.ready.set_result(None)
        else:
            assert b'"error' not in payload, payload


@asynccontextmanager
async def listening(
    port: int, operations: Sequence[dict[str, Any]], *, tokens: Sequence[str | None], mark: bytes
) -> AsyncIterator[tuple[list[Listener], Tally]]:
    """A client for each operation; those who show a token take turns at the tokens. What has the mark is counted."""
    loop, tally, turns = asyncio.get_running_loop(), Tally(), asyncio.Semaphore(_AT_ONCE)

    async def connect(number: int, operation: dict[str, Any]) -> Listener:
        subscribe = json.dumps({"type": "subscribe", "id": f"{number}", "payload": operation}).encode()
        token = tokens[number % len(tokens)]
        async with turns:
            _, listener = await loop.create_connection(
                lambda: Listener(subscribe, token=token, tally=tally, mark=mark),
                "127.0.0.1",
                port,
            )
            await asyncio.wait_for(listener.ready, 30)
        return listener

    listeners = await asyncio.gather(*(connect(*one) for one in enumerate(operations)))
    try:
        yield listeners, tally
    finally:
        for listener in listeners:
            listener.close()
