"""Nothing but the writing: what it costs to put a message's frame on as many sockets by uvloop alone, with no server
around it. No server on uvloop takes less.

    python -m benchmarks.bare PORT
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
from typing import Any, cast

import uvloop

UPGRADED = (
    b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)
ACKNOWLEDGED = b'{"type":"connection_ack"}'
OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
SENT = b'{"data":{"sendMessage":{"errors":[]}}}'
EVENT = (
    b'{"id":"%b","type":"next","payload":{"data":{"conversationEvents":{"__typename":"MessageAdded","cursor":"%b",'
    b'"message":{"text":%b,"author":{"__typename":"Agent"}}}}}}'
)
FILLING = b"-" * 149
"""So that a frame is as long as ours."""


class Peer(asyncio.Protocol):
    """A subscriber, or who sends a message: that one is answered when all has been written."""

    def __init__(self, everyone: dict[bytes, asyncio.Transport]) -> None:
        self._everyone = everyone
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=0)

    def data_received(self, data: bytes) -> None:
        data, self._unread = self._unread + data, b""
        if data.startswith(b"GET / "):  # whether it has started
            self._transport.write(OK % (0, b""))
        elif data.startswith(b"GET"):
            self._transport.write(UPGRADED)
        elif data.startswith(b"POST") and not data.endswith(b"}"):
            self._unread = data
        elif data.startswith(b"POST"):
            self._tell(_read(data)["variables"]["input"]["text"])
        elif b'"connection_init"' in data:
            self._transport.write(_frame(ACKNOWLEDGED))
        elif b'"subscribe"' in data:
            self._everyone[_read(data)["id"].encode()] = self._transport

    def _tell(self, text: str) -> None:
        encoded = json.dumps(text).encode()
        for id, transport in self._everyone.items():
            transport.write(_frame(EVENT % (id, FILLING, encoded)))
        self._transport.write(OK % (len(SENT), SENT))


def _read(data: bytes) -> dict[str, Any]:
    """What is sent here is masked with zeros, or not at all."""
    message: dict[str, Any] = json.loads(data[data.index(b"{") :])
    return message


def _frame(text: bytes) -> bytes:
    if len(text) < 126:
        return bytes((0x81, len(text))) + text
    return struct.pack("!BBH", 0x81, 126, len(text)) + text


async def _serve(port: int) -> None:
    everyone: dict[bytes, asyncio.Transport] = {}
    server = await asyncio.get_running_loop().create_server(lambda: Peer(everyone), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
