"""Clients below the protocol's manners: sockets that need not read, answer pings, or say goodbye."""

import asyncio
import socket

from realtime.transport.wire import BoundedWebSocket
from tests.realtime.transport.serving import Served


async def raw_client(port: int) -> socket.socket:
    """A socket that has shaken hands and introduced itself, and does nothing more by itself."""
    client = socket.create_connection(("127.0.0.1", port))
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    handshake = (
        "GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
    )
    await loop.sock_sendall(client, handshake.encode())
    assert b"101 Switching" in await loop.sock_recv(client, 4096)
    await loop.sock_sendall(client, masked(b'{"type":"connection_init"}'))
    assert b"connection_ack" in await loop.sock_recv(client, 4096)
    return client


async def stalled_client(served: Served, *, characters: int = 10_000) -> socket.socket:
    """A client that asks for much and reads nothing of it."""
    client = await raw_client(served.port)
    query = '{"type":"subscribe","id":"1","payload":{"query":"subscription { noise(characters: %d) }"}}'
    await asyncio.get_running_loop().sock_sendall(client, masked((query % characters).encode()))
    return client


def wires(served: Served) -> list[BoundedWebSocket]:
    return [wire for wire in served.uvicorn.server_state.connections if isinstance(wire, BoundedWebSocket)]


def masked(text: bytes) -> bytes:
    """A client's text frame, masked with zeros (RFC 6455, section 5.3)."""
    assert len(text) < 126
    return bytes((0x81, 0x80 | len(text))) + bytes(4) + text
