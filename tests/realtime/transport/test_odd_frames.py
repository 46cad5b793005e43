"""What is wrong in frames, below the messages, closes the socket (RFC 6455); as it does at the reference server."""

from __future__ import annotations

import asyncio
import struct

import pytest

from tests.realtime.transport.raw import masked, raw_client
from tests.realtime.transport.serving import Served
from tests.waiting import PATIENCE_SECONDS

PROTOCOL_ERROR = 1002
MASK = bytes(4)
PING = b'{"type":"ping"}'


def frame(first: int, payload: bytes = b"") -> bytes:
    return bytes((first, 0x80 | len(payload))) + MASK + payload


ODD = {
    "a frame that is not masked": bytes((0x81, len(PING))) + PING,
    "a frame of an unknown kind": frame(0x83, PING),
    "a frame that claims to be compressed": frame(0xC1, PING),
    "the end of what never began": frame(0x80, PING),
    "a message within another": frame(0x01, PING[:5]) + masked(PING),
    "a ping in two frames": frame(0x09, b"x"),
    "a ping of 126 bytes": bytes((0x89, 0xFE)) + struct.pack("!H", 126) + MASK + bytes(126),
    "a close whose reason is longer than 123 bytes": bytes((0x88, 0xFE))
    + struct.pack("!H", 126)
    + MASK
    + struct.pack("!H", 1000)
    + b"x" * 124,
    "a close with a code of one byte": frame(0x88, b"x"),
    "a close with a code that nobody may send": frame(0x88, struct.pack("!H", 1005)),
}
ENDS = {
    "a close without a code": (frame(0x88), None),
    "a close with a code of an application's": (frame(0x88, struct.pack("!H", 4999)), 4999),
    "a close with a reason": (frame(0x88, struct.pack("!H", 1000) + b"Bye"), 1000),
}
CASES = [pytest.param(data, PROTOCOL_ERROR, id=name) for name, data in ODD.items()] + [
    pytest.param(data, code, id=name) for name, (data, code) in ENDS.items()
]


@pytest.mark.parametrize(("data", "code"), CASES)
async def test_an_odd_frame_closes_the_socket(served: Served, data: bytes, code: int | None) -> None:
    assert await close_code(served.port, data) == code


@pytest.mark.parametrize(("data", "code"), CASES)
async def test_so_it_does_at_the_reference(reference_port: int, data: bytes, code: int | None) -> None:
    assert await close_code(reference_port, data) == code


async def close_code(port: int, data: bytes) -> int | None:
    """The code with which the server closes when it is sent this; None for a close without one."""
    client = await raw_client(port)
    heard = b""
    loop = asyncio.get_running_loop()
    with client:
        await loop.sock_sendall(client, data)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while chunk := await loop.sock_recv(client, 4096):
                heard += chunk
    assert heard[0] == 0x88
    assert len(heard) == 2 + heard[1]
    return struct.unpack("!H", heard[2:4])[0] if heard[1] else None
