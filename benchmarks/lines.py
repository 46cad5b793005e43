"""WebSockets that cost their client little, so that one process can have hundreds of them and read whatever comes."""

import asyncio
import json
import struct
from collections.abc import Callable
from typing import Any, cast

HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n"
    b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA

Hear = Callable[[bytes], None]


class Line(asyncio.Protocol):
    """Shakes hands, introduces itself, subscribes, and hands on the text of every frame that comes afterwards."""

    def __init__(self, query: str, variables: dict[str, Any], *, token: str | None, hear: Hear) -> None:
        introduction = {"authorization": f"Bearer {token}"} if token else {}
        asked = {"query": query, "variables": variables}
        self._gone = asyncio.Event()
        self._to_say = [
            {"id": "1", "type": "subscribe", "payload": asked},
            {"type": "connection_init", "payload": introduction},
        ]
        self._hear = hear
        self._buffer = bytearray()
        self.is_open = False
        self.farewell: bytes | None = None  # what the server said as it closed

    @property
    def is_gone(self) -> bool:
        return self._gone.is_set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(HANDSHAKE)

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.is_open:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._buffer.startswith(b"HTTP/1.1 101"):
                raise ConnectionError(bytes(self._buffer[:end]).decode())
            del self._buffer[: end + 4]
            self.is_open = True
            self._say_next()
        for kind, payload in frames(self._buffer):
            self._take(kind, payload)

    def pause(self) -> None:
        """Read nothing more for the time being."""
        self._transport.pause_reading()

    def resume(self) -> None:
        self._transport.resume_reading()

    async def leave(self) -> None:
        """Gone without a word."""
        self._transport.abort()
        await self._gone.wait()

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == PING:
            self._transport.write(frame(PONG, payload))
        elif kind == CLOSE:
            self.farewell = payload
            self._transport.close()
        elif self._to_say:  # the acknowledgement
            self._say_next()
        else:
            self._hear(payload)

    def _say_next(self) -> None:
        self._transport.write(frame(TEXT, json.dumps(self._to_say.pop()).encode()))


def frame(kind: int, payload: bytes) -> bytes:
    """A client's frame, masked with zeros (RFC 6455, section 5.3)."""
    if len(payload) < 126:
        return bytes((0x80 | kind, 0x80 | len(payload))) + bytes(4) + payload
    return struct.pack("!BBH", 0x80 | kind, 0x80 | 126, len(payload)) + bytes(4) + payload


def frames(buffer: bytearray) -> list[tuple[int, bytes]]:
    """The kind and the payload of each whole frame at the beginning, which are taken away (RFC 6455, section 5.2; a
    server masks none)."""
    whole, place = [], 0
    while len(buffer) - place >= 2:
        length, start = buffer[place + 1], place + 2
        if length > 125:
            size = 2 if length == 126 else 8
            if len(buffer) - start < size:
                break
            length = int.from_bytes(buffer[start : start + size], "big")
            start += size
        if len(buffer) - start < length:
            break
        whole.append((buffer[place] & 0x0F, bytes(buffer[start : start + length])))
        place = start + length
    del buffer[:place]
    return whole


async def connect(port: int, query: str, variables: dict[str, Any], *, token: str | None, hear: Hear) -> Line:
    loop = asyncio.get_running_loop()
    _, line = await loop.create_connection(
        lambda: Line(query, variables, token=token, hear=hear), "127.0.0.1", port
    )
    return line
