"""A client of event streams, written by hand: HTTP/1.1 over a socket, and the stream read as the WHATWG has it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from tests.waiting import PATIENCE_SECONDS

Event = tuple[str, Any]
"""Its name, and its data as JSON; None where it has none."""


class EndOfStream(Exception):
    """The response is at its end: `cleanly`, as HTTP says it, or cut off."""

    def __init__(self, *, cleanly: bool) -> None:
        super().__init__("cleanly" if cleanly else "cut off")
        self.cleanly = cleanly


@dataclass
class Stream:
    """A response, from its head on."""

    status: int
    headers: dict[str, str]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    comments: int = 0
    _text: bytes = b""
    _is_read: bool = False

    async def event(self) -> Event:
        """The next event; raises EndOfStream where none comes any more."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                while b"\n\n" not in self._text:
                    self._text += await self._chunk()
                block, _, self._text = self._text.partition(b"\n\n")
                if block == b":":
                    self.comments += 1
                    continue
                return read_event(block)

    async def events(self) -> list[Event]:
        """All of them up to the end, which is clean."""
        events = []
        try:
            while True:
                events.append(await self.event())
        except EndOfStream as end:
            assert end.cleanly
        return events

    async def body(self) -> Any:
        """That of an ordinary response, as JSON."""
        return orjson.loads(await self.reader.readexactly(int(self.headers["content-length"])))

    async def ended(self) -> bool:
        """Wait for the end, whatever comes before: whether it is clean."""
        try:
            while True:
                await self.event()
        except EndOfStream as end:
            return end.cleanly

    async def _chunk(self) -> bytes:
        if "content-length" in self.headers:
            if self._is_read:
                raise EndOfStream(cleanly=True)
            self._is_read = True
            return await self.reader.readexactly(int(self.headers["content-length"]))
        try:
            size = int(await self.reader.readuntil(b"\r\n"), 16)
            chunk = (await self.reader.readexactly(size + 2))[:-2]
        except (asyncio.IncompleteReadError, ConnectionError):
            raise EndOfStream(cleanly=False) from None
        if not chunk:
            raise EndOfStream(cleanly=True)
        return chunk


@asynccontextmanager
async def asking(
    address: str, query: str, *, token: str | None = None, accept: str = "text/event-stream", **variables: Any
) -> AsyncIterator[Stream]:
    """Ask by POST; the connection is closed with the block."""
    body = orjson.dumps({"query": query, "variables": variables})
    async with sending(address, "POST", body, accept=accept, token=token) as stream:
        yield stream


@asynccontextmanager
async def sending(
    address: str,
    method: str,
    body: bytes = b"",
    *,
    accept: str = "text/event-stream",
    token: str | None = None,
    content_type: str = "application/json",
    parameters: str = "",
    headers: Mapping[str, str] = {},
) -> AsyncIterator[Stream]:
    host, _, port = address.removeprefix("http://").partition("/")[0].partition(":")
    lines = [
        f"{method} /graphql{parameters} HTTP/1.1",
        f"host: {host}",
        f"accept: {accept}",
        f"content-length: {len(body)}",
        f"content-type: {content_type}",
        *([f"authorization: {token}"] if token else []),
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        answered = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)
        }
        yield Stream(int(head[0].split()[1]), answered, reader, writer)
    finally:
        writer.transport.abort()


def read_event(block: bytes) -> Event:
    """The fields of one event. Another than `event` and `data` is a fault."""
    name, data = "message", []
    for line in block.decode().split("\n"):
        field, _, value = line.partition(":")
        assert field in ("event", "data"), line
        if field == "event":
            name = value.removeprefix(" ")
        else:
            data.append(value.removeprefix(" "))
    assert data, "browsers tell of no event without data"
    text = "\n".join(data)
    return name, orjson.loads(text) if text else None
