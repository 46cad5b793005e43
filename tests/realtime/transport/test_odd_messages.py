"""Whatever a client sends, the socket answers as the protocol says; and as the reference server does."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
import websockets

from tests.realtime.transport.odd_messages import BEFORE_INIT, OPERATIONS, Frame, Heard, Oddity, Text, ping
from tests.realtime.transport.serving import Served
from tests.waiting import PATIENCE_SECONDS

LAST = {"last": True}
ODDITIES = [pytest.param(oddity, id=oddity.name) for oddity in BEFORE_INIT + OPERATIONS]


@pytest.mark.parametrize("oddity", ODDITIES)
async def test_an_odd_conversation_ends_as_it_should(served: Served, oddity: Oddity) -> None:
    assert await conversation(served.port, oddity) == list(oddity.heard)


@pytest.mark.parametrize("oddity", ODDITIES)
async def test_the_reference_answers_alike_or_the_reason_is_given(reference_port: int, oddity: Oddity) -> None:
    expected = oddity.heard if oddity.reference is None else oddity.reference
    assert await conversation(reference_port, oddity) == list(expected)
    assert (oddity.reference is None) == (oddity.reason == "")


async def conversation(port: int, oddity: Oddity) -> list[Heard]:
    """What a client hears that sends the oddity's frames, up to the close or to the pong of a last ping."""
    heard: list[Heard] = []
    subprotocols = [websockets.Subprotocol(name) for name in oddity.protocols]
    async with websockets.connect(
        f"ws://127.0.0.1:{port}/graphql",
        subprotocols=subprotocols or None,
        max_size=None,
        open_timeout=PATIENCE_SECONDS,
    ) as ws:
        try:
            await asyncio.wait_for(speak(ws, [*oddity.sent, ping(LAST)], heard), PATIENCE_SECONDS)
            while (message := await listen(ws)) != ("pong", LAST):
                heard.append(message)
        except websockets.ConnectionClosed as closed:
            assert closed.rcvd is not None
            heard.append(close_of(closed.rcvd))
    return heard


async def speak(ws: Any, sent: Sequence[Frame | int], heard: list[Heard]) -> None:
    for step in sent:
        if isinstance(step, int):
            for _ in range(step):
                heard.append(await listen(ws))  # noqa: PERF401 - what came before a close is heard
        else:
            await ws.send(step, text=True if isinstance(step, Text) else None)


def close_of(close: websockets.frames.Close) -> Heard:
    """The words are the protocol's above 4000, and below it the library's."""
    return ("close", close.code, close.reason) if close.code >= 4000 else ("close", close.code)


async def listen(ws: Any) -> Heard:
    message = json.loads(await asyncio.wait_for(ws.recv(), PATIENCE_SECONDS))
    match message["type"]:
        case "connection_ack":
            return ("connection_ack",)
        case "pong":
            return ("pong", message.get("payload"))
        case "next":
            return ("next", message["id"], message["payload"].get("data"))
    return (message["type"], message["id"])
