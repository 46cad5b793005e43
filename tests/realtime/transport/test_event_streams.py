"""GraphQL over SSE, distinct connections mode: what a client without WebSockets hears, and what it may hold up."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import weakref
from urllib.parse import quote

import pytest

from realtime.transport import SocketLimits
from realtime.transport.http_wire import BoundedHTTP
from tests.realtime.transport.alone import alone
from tests.realtime.transport.event_client import EndOfStream, asking, sending
from tests.realtime.transport.serving import Served, serving, until
from tests.realtime.transport.streams_alive import streams_alive
from tests.waiting import PATIENCE_SECONDS

NEVER = 100 * PATIENCE_SECONDS
COMPLETE = ("complete", None)


def wires(served: Served) -> list[BoundedHTTP]:
    return [wire for wire in served.uvicorn.server_state.connections if isinstance(wire, BoundedHTTP)]


def code(event: tuple[str, dict[str, list[dict[str, dict[str, str]]]]]) -> str:
    name, outcome = event
    assert name == "next"
    return outcome["errors"][0]["extensions"]["code"]


async def test_a_subscription_is_answered_by_its_events(served: Served) -> None:
    async with asking(served.http, "subscription($to: Int!) { count(to: $to) }", to=3) as stream:
        assert stream.status == 200
        assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert "no-store" in stream.headers["cache-control"]
        assert await stream.events() == [*(("next", {"data": {"count": n}}) for n in range(3)), COMPLETE]
        assert stream.comments == 1


@pytest.mark.parametrize("query", ["{ hello }", 'mutation { rename(name: "Anna") }'])
async def test_queries_and_mutations_come_as_one_event(served: Served, query: str) -> None:
    async with asking(served.http, query) as stream:
        (name, outcome), end = await stream.events()
        assert (name, end) == ("next", COMPLETE)
        assert list(outcome) == ["data"]


async def test_a_subscription_can_be_asked_for_by_get(served: Served) -> None:
    query = quote("subscription { count(to: 1) }")
    async with sending(served.http, "GET", parameters=f"?query={query}") as stream:
        assert await stream.events() == [("next", {"data": {"count": 0}}), COMPLETE]


async def test_a_client_that_takes_events_only_at_need_gets_them_for_subscriptions_only(served: Served) -> None:
    either = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"
    async with asking(served.http, "{ hello }", accept=either) as stream:
        assert stream.headers["content-type"].startswith("application/graphql-response+json")
    async with asking(served.http, "subscription { count(to: 1) }", accept=either) as stream:
        assert len(await stream.events()) == 2


@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/event-stream;q=0, */*"])
async def test_who_reads_no_event_streams_is_told_of_both_ways(served: Served, accept: str) -> None:
    async with asking(served.http, "subscription { count(to: 1) }", accept=accept) as stream:
        assert stream.status == 400
        assert "text/event-stream" in (await stream.body())["errors"][0]["message"]


async def test_each_event_is_executed_with_a_context_of_its_own(served: Served) -> None:
    async with asking(served.http, "subscription { names { loaded } }") as stream:
        assert await stream.event() == ("next", {"data": {"names": {"loaded": "Anna"}}})
        served.watch.names[1] = "Anne"
        served.watch.news.set()
        assert await stream.event() == ("next", {"data": {"names": {"loaded": "Anne"}}})
        served.watch.names[1] = "Anna"
        served.watch.news.clear()


async def test_who_is_shown_out_is_told_why_and_the_stream_ends(served: Served) -> None:
    async with asking(served.http, "subscription { silence }") as stream:
        await stream.event()
        served.streams[0].show_out("The session has ended.")
        event = await stream.event()
        assert code(event) == "UNAUTHENTICATED"
        assert await stream.events() == [COMPLETE]
    await until(lambda: not served.streams and not served.watch.open_streams)


async def test_a_silent_stream_is_kept_open_by_comments() -> None:
    async with (
        serving(limits=SocketLimits(comment_seconds=0.02)) as served,
        asking(served.http, "subscription { silence }") as stream,
    ):
        await stream.event()
        waiting = asyncio.create_task(stream.event())
        await until(lambda: stream.comments > 3)
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


@pytest.mark.parametrize("query", ["subscription { silence }", "subscription { noise }"])
async def test_clients_that_vanish_leave_no_task_and_no_stream(served: Served, query: str) -> None:
    before = asyncio.all_tasks()
    for _ in range(70):
        async with asking(served.http, query) as stream:
            await stream.event()
    await until(lambda: not served.streams and not served.watch.open_streams)
    await until(lambda: asyncio.all_tasks() <= before)
    assert streams_alive() == []


async def test_a_client_that_vanishes_while_it_is_let_in_leaves_nothing(served: Served) -> None:
    before = asyncio.all_tasks()
    port = served.port
    request = b'{"query":"subscription { silence }"}'
    head = (
        b"POST /graphql HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n"
        b"authorization: slowly\r\ncontent-length: %d\r\n\r\n" % len(request)
    )
    for _ in range(20):
        served.news = asyncio.Event()
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + request)
        await until(lambda: served.streams)
        writer.transport.abort()
        await until(lambda: not wires(served))
        served.news.set()
        await until(lambda: not served.streams)
    assert served.watch.open_streams == 0
    await until(lambda: asyncio.all_tasks() <= before)


async def test_a_client_that_closes_its_half_only_is_taken_for_gone(served: Served) -> None:
    async with asking(served.http, "subscription { silence }") as stream:
        await stream.event()
        stream.writer.write_eof()
        await until(lambda: not served.streams and not served.watch.open_streams)


async def test_a_client_that_stops_reading_is_dropped_with_its_memory() -> None:
    async with serving(limits=SocketLimits(stall_seconds=0.2)) as served:
        with await stalled(served):
            [wire] = [weakref.ref(wire) for wire in wires(served)]
            await until(lambda: served.watch.open_streams == 1)
            await until(lambda: not served.streams)
            assert served.watch.open_streams == 0
            await until(lambda: not served.uvicorn.server_state.connections)
            gc.collect()
            assert wire() is None


async def test_what_waits_for_a_client_that_stops_reading_is_one_event_and_no_more() -> None:
    async with serving(limits=SocketLimits(stall_seconds=NEVER)) as served:
        with await stalled(served, characters=50_000):
            [wire] = wires(served)
            await until(lambda: wire.flow.write_paused)
            held = wire.transport.get_write_buffer_size()
            assert 0 < held < 60_000
            for _ in range(100):
                await asyncio.sleep(0)
            assert wire.transport.get_write_buffer_size() == held


async def test_nothing_more_than_the_buffer_waits_whoever_writes() -> None:
    async with serving(limits=SocketLimits(stall_seconds=NEVER, buffer_bytes=100_000)) as served:
        with await stalled(served, characters=50_000):
            [wire] = wires(served)
            await until(lambda: wire.flow.write_paused)
            for _ in range(20):
                wire.write(b"x" * 50_000)
            await until(lambda: not served.streams)


async def test_a_slow_client_that_goes_on_reading_is_kept() -> None:
    async with serving(limits=SocketLimits(stall_seconds=1)) as served:
        with await stalled(served, characters=500_000) as client:
            loop = asyncio.get_running_loop()
            read = 0
            while read < 10_000_000:
                chunk = await asyncio.wait_for(loop.sock_recv(client, 100_000), PATIENCE_SECONDS)
                assert chunk, "the client was dropped"
                read += len(chunk)
                await asyncio.sleep(0.02)  # what makes it slow: in all it takes longer than that second
            assert len(served.streams) == 1


async def test_who_is_shown_out_and_reads_nothing_is_dropped() -> None:
    async with serving(limits=SocketLimits(stall_seconds=NEVER, close_seconds=0.1)) as served:
        with await stalled(served):
            await until(lambda: wires(served)[0].flow.write_paused)
            served.streams[0].show_out("The session has ended.")
            await until(lambda: not served.uvicorn.server_state.connections)
            assert served.watch.open_streams == 0


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux has it")
async def test_a_peer_that_acknowledges_nothing_is_given_up_by_the_kernel(served: Served) -> None:
    async with asking(served.http, "subscription { silence }") as stream:
        await stream.event()
        [wire] = [wire for wire in wires(served) if not wire.is_gone]
        sock = wire.transport.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 35_000


async def test_a_request_whose_head_does_not_come_is_dropped() -> None:
    async def dropped(served: Served, sent: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(sent)
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)
        writer.close()

    async with (
        serving(limits=SocketLimits(head_seconds=1)) as served,
        asking(served.http, "subscription { silence }") as stream,
    ):
        await stream.event()
        longer = asyncio.create_task(stream.event())
        whole = b"GET /graphql?query={hello} HTTP/1.1\r\nhost: a\r\n\r\n"
        begun = b"POST /graphql HTTP/1.1\r\nhost: a\r\n"
        await asyncio.gather(*(dropped(served, sent) for sent in (b"", begun, whole + begun)))
        assert not longer.done()
        longer.cancel()
        await asyncio.gather(longer, return_exceptions=True)


async def test_a_second_request_on_the_connection_changes_nothing_about_the_stream(served: Served) -> None:
    async with asking(served.http, "subscription { names { name } }") as stream:
        await stream.event()
        stream.writer.write(
            b"GET /graphql?query={hello} HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\n\r\n"
        )
        await stream.writer.drain()
        await until(lambda: any(wire.pipeline for wire in wires(served)))
        served.watch.news.set()
        assert await stream.event() == ("next", {"data": {"names": {"name": "second"}}})
        assert await stream.events() == [COMPLETE]
        served.watch.news.clear()


async def test_a_shutdown_ends_streams_so_that_clients_come_back() -> None:
    async with serving() as served, asking(served.http, "subscription { silence }") as stream:
        await stream.event()
        served.uvicorn.should_exit = True
        with pytest.raises(EndOfStream) as end:
            await stream.event()
        assert end.value.cleanly
        await until(lambda: served.watch.open_streams == 0)


async def test_a_shutdown_does_not_wait_for_clients_that_do_not_read() -> None:
    async with serving(limits=SocketLimits(stall_seconds=NEVER, close_seconds=0.1)) as served:
        with await stalled(served):
            await until(lambda: wires(served)[0].flow.write_paused)
            served.uvicorn.should_exit = True
            await until(lambda: not served.uvicorn.server_state.connections)
            assert served.watch.open_streams == 0


async def test_ctrl_c_ends_a_server_with_open_and_stalled_streams() -> None:
    async with alone() as (process, served), asking(served.http, "subscription { silence }") as stream:
        await stream.event()
        with await stalled(served):
            process.send_signal(signal.SIGINT)
            assert await stream.ended()
            assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) in (0, -signal.SIGINT)


async def stalled(served: Served, *, characters: int = 10_000) -> socket.socket:
    """A client that asks for much and reads nothing of it."""
    body = b'{"query":"subscription { noise(characters: %d) }"}' % characters
    head = (
        b"POST /graphql HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\n"
        b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
    )
    client = socket.create_connection(("127.0.0.1", served.port))
    client.setblocking(False)
    await asyncio.get_running_loop().sock_sendall(client, head + body)
    if served.uvicorn:
        await until(lambda: served.streams)
    return client
