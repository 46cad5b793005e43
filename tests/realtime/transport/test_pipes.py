"""What goes straight onto a socket is what would have been said, and goes there only as long as it may: whatever ends
that says so in the very call that does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from realtime.outlet import Pipe
from realtime.transport.operation import Operation
from tests.realtime.transport.event_client import asking
from tests.realtime.transport.serving import Served, greet, receive, serving, subscribe, until

SILENCE = "subscription { silence }"
MUCH = b'"%b"' % (b"x" * 50_000)


@dataclass
class Follower:
    """A client with one subscription; `payload` is what it is told next, `read` reads whatever comes for ever, `go`
    hangs up. Each time it is told to leave, it looks whether the operation `was_over` by then."""

    served: Served
    operation: Operation
    transport: asyncio.WriteTransport
    payload: Callable[[], Any]
    read: Callable[[], Any]
    go: Callable[[], Any]
    was_over: list[bool] = field(default_factory=list)

    @property
    def left(self) -> int:
        return len(self.was_over)

    def pipe(self) -> Pipe | None:
        assert self.operation._telling is not None
        return self.operation._telling.pipe(self.leave)

    def leave(self) -> None:
        self.was_over.append(self.operation.over)

    def tell(self, payload: bytes) -> None:
        pipe = self.pipe()
        assert pipe is not None
        write, wrap, head = pipe
        write(head.join(wrap(payload, len(head))))


@asynccontextmanager
async def on_a_websocket() -> AsyncIterator[Follower]:
    async with serving() as served, served.connect() as ws:
        await greet(ws)
        await subscribe(ws, "an id", SILENCE)
        assert (await receive(ws))["payload"] == {"data": {"silence": 0}}

        async def payload() -> Any:
            told = await receive(ws)
            assert (told["type"], told["id"]) == ("next", "an id")
            return told["payload"]

        async def read() -> None:
            async for _ in ws:
                pass

        [connection] = served.connections
        transport = connection._wire.transport  # type: ignore[attr-defined]
        yield Follower(served, connection.operations["an id"], transport, payload, read, ws.transport.abort)


@asynccontextmanager
async def on_an_event_stream() -> AsyncIterator[Follower]:
    async with serving() as served, asking(served.http, SILENCE) as stream:
        assert await stream.event() == ("next", {"data": {"silence": 0}})

        async def payload() -> Any:
            name, told = await stream.event()
            assert name == "next"
            return told

        async def read() -> None:
            while await stream.reader.read(65_536):
                pass

        [open_stream] = served.streams
        yield Follower(
            served,
            open_stream._operation,
            open_stream._wire.transport,
            payload,
            read,
            stream.writer.transport.abort,
        )


@pytest.fixture(params=[on_a_websocket, on_an_event_stream])
async def follower(request: pytest.FixtureRequest) -> AsyncIterator[Follower]:
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(request.param())


@pytest.mark.parametrize("length", [2, 60, 80, 100, 200, 65_450, 65_536, 100_000])
async def test_what_goes_through_it_is_what_would_be_said(follower: Follower, length: int) -> None:
    told = "x" * (length - 2)
    follower.tell(orjson.dumps(told))
    assert await follower.payload() == told
    await follower.operation.send(orjson.dumps(told))
    assert await follower.payload() == told
    assert follower.left == 0


async def test_what_waits_is_said_by_the_writing_that_makes_it_wait_and_once_read_it_is_good_again(
    follower: Follower,
) -> None:
    while not follower.left:
        assert follower.operation.is_free
        follower.tell(MUCH)
    assert follower.transport.get_write_buffer_size() > 0
    assert not follower.operation.is_free and follower.pipe() is None
    reading = asyncio.create_task(follower.read())
    await until(lambda: follower.operation.is_free)
    follower.tell(b"1")
    reading.cancel()


async def test_the_end_of_the_operation_is_said_at_once(follower: Follower) -> None:
    assert follower.pipe() is not None
    follower.operation.stop()
    assert follower.left == 1 and follower.operation.pipe() is None


async def test_a_client_that_is_gone_is_said_to_be(follower: Follower) -> None:
    assert follower.pipe() is not None
    follower.go()
    await until(lambda: follower.left)
    assert follower.operation.pipe() is None


async def test_a_lost_socket_is_said_to_be_before_its_operations_are_over() -> None:
    async with on_a_websocket() as follower:
        assert follower.pipe() is not None
        follower.transport.abort()
        await until(lambda: follower.left == 2)
        assert follower.was_over == [False, True]


async def test_a_socket_that_is_being_closed_takes_nothing_more() -> None:
    async with on_a_websocket() as follower:
        assert follower.pipe() is not None
        [connection] = follower.served.connections
        connection.end(4999, "It is over.")
        assert follower.left == 1 and follower.pipe() is None


async def test_an_event_stream_whose_client_is_shown_out_takes_nothing_more() -> None:
    async with on_an_event_stream() as follower:
        assert follower.pipe() is not None
        [stream] = follower.served.streams
        stream.show_out("It is over.")
        assert follower.left and follower.operation.pipe() is None
