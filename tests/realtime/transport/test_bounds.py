"""What one client may hold up is bounded, and nothing of it is left behind."""

import asyncio
import gc
import signal
import socket
import weakref

import pytest

from realtime.transport import SocketLimits
from tests.realtime.transport.alone import alone
from tests.realtime.transport.raw import masked, raw_client, stalled_client, wires
from tests.realtime.transport.serving import (
    Served,
    closing,
    greet,
    receive,
    send,
    serving,
    subscribe,
    until,
)
from tests.realtime.transport.streams_alive import streams_alive
from tests.waiting import PATIENCE_SECONDS

NEVER = 100 * PATIENCE_SECONDS


async def test_a_client_that_does_not_introduce_itself_is_shown_out() -> None:
    async with serving(limits=SocketLimits(init_seconds=0.05)) as served, served.connect() as ws:
        assert await closing(ws) == (4408, "Connection initialisation timeout")


async def test_a_sign_in_that_takes_too_long_is_given_up() -> None:
    async with serving(limits=SocketLimits(init_seconds=1)) as served, served.connect() as ws:
        await send(ws, type="connection_init", payload={"authorization": "never"})
        assert await closing(ws) == (4408, "Connection initialisation timeout")
        await until(lambda: not served.connections)


async def test_strangers_do_not_fill_the_process() -> None:
    async with serving(limits=SocketLimits(strangers=2)) as served:
        async with served.connect() as one, served.connect() as other, served.connect() as third:
            assert (await closing(third))[0] == 1013
            await greet(one)
            async with served.connect() as fourth, served.connect() as fifth:
                assert (await closing(fifth))[0] == 1013
                await greet(fourth)
                other.transport.abort()
        async with served.connect() as sixth, served.connect() as seventh:
            for ws in (sixth, seventh):
                await greet(ws)


async def test_who_was_refused_or_left_counts_as_a_stranger_no_longer() -> None:
    async with serving(limits=SocketLimits(strangers=1)) as served:
        for authorization in ("wrong", "later", "faulty"):
            async with served.connect() as ws:
                await send(ws, type="connection_init", payload={"authorization": authorization})
                assert (await closing(ws))[0] != 1013 or authorization == "later"
            await until(lambda: not served.connections)
        async with served.connect() as ws:
            await greet(ws)


async def test_one_operation_too_many_is_refused_and_the_others_go_on() -> None:
    async with serving(limits=SocketLimits(operations=2)) as served, served.connect() as ws:
        await greet(ws)
        for operation_id in ("1", "2"):
            await subscribe(ws, operation_id, "subscription { silence }")
            await receive(ws)
        await subscribe(ws, "3", "{ hello }")
        refused = await receive(ws)
        assert (refused["type"], refused["id"]) == ("error", "3")
        assert refused["payload"][0]["extensions"] == {"code": "RATE_LIMITED"}
        await send(ws, type="complete", id="1")
        await until(lambda: served.watch.open_streams == 1)
        await subscribe(ws, "4", "{ hello }")
        assert (await receive(ws))["payload"] == {"data": {"hello": "hello world"}}


async def test_a_message_too_large_closes_the_socket() -> None:
    async with serving(limits=SocketLimits(message_bytes=2_000)) as served, served.connect() as ws:
        await greet(ws)
        await send(ws, type="ping", payload={"fits": "x" * 1_900})
        assert (await receive(ws))["type"] == "pong"
        await send(ws, type="ping", payload={"fits not": "x" * 2_000})
        assert (await closing(ws))[0] == 1009
        await until(lambda: not served.connections)


@pytest.mark.parametrize("query", ["{ endless }", "subscription { silence }", "subscription { noise }"])
async def test_clients_that_vanish_leave_no_task_and_no_stream(served: Served, query: str) -> None:
    before = asyncio.all_tasks()
    for _ in range(70):
        ws = await served.connect()
        await greet(ws)
        await subscribe(ws, "1", query)
        await until(lambda: served.watch.open_streams)
        ws.transport.abort()
    await until(lambda: not served.connections and not served.watch.open_streams)
    await until(lambda: asyncio.all_tasks() <= before)
    assert streams_alive() == []


async def test_a_client_that_vanishes_while_its_subscription_winds_down_leaves_no_stream(
    served: Served,
) -> None:
    for steps in range(20):
        async with served.connect() as ws:
            await greet(ws)
            await subscribe(ws, "1", "subscription { slowToEnd }")
            await receive(ws)
            [connection] = served.connections
            connection.operations["1"].stop()
            for _ in range(steps):
                await asyncio.sleep(0)
        await until(lambda: not served.connections)
        assert served.watch.open_streams == 0


async def test_clients_that_vanish_while_they_introduce_themselves_leave_nothing(served: Served) -> None:
    before = asyncio.all_tasks()
    for _ in range(20):
        ws = await served.connect()
        await send(ws, type="connection_init", payload={"authorization": "never"})
        await until(lambda: served.connections)
        ws.transport.abort()
        await until(lambda: not served.connections)
    await until(lambda: asyncio.all_tasks() <= before)


async def test_a_client_that_stops_reading_is_dropped_with_its_memory() -> None:
    limits = SocketLimits(stall_seconds=0.2, ping_seconds=NEVER)
    async with serving(limits=limits) as served:
        with await stalled_client(served):
            sockets = [weakref.ref(wire) for wire in wires(served)]
            await until(lambda: served.watch.open_streams == 1)
            await until(lambda: not served.connections)
            assert served.watch.open_streams == 0
            await until(lambda: not served.uvicorn.server_state.connections)
            gc.collect()
            assert [wire for wire in sockets if wire() is not None] == []


async def test_a_client_that_stops_reading_does_not_hold_more_than_its_buffer() -> None:
    async with serving(limits=SocketLimits(stall_seconds=NEVER, buffer_bytes=100_000)) as served:
        with await stalled_client(served, characters=50_000):
            [wire] = wires(served)
            await until(lambda: wire.transport.get_write_buffer_size() > 0)
            held = wire.transport.get_write_buffer_size()
            for _ in range(20):
                wire.write(b"x" * 50_000)
                held = max(held, wire.transport.get_write_buffer_size())
            assert held < 200_000
            await until(lambda: not served.connections)


async def test_a_client_that_floods_pings_and_reads_no_pong_is_dropped() -> None:
    limits = SocketLimits(stall_seconds=NEVER, buffer_bytes=10_000)
    async with serving(limits=limits) as served:
        client = await raw_client(served.port)
        flood = (bytes((0x89, 0x80 | 125)) + bytes(4 + 125)) * 1_000
        with client, pytest.raises(ConnectionError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    await asyncio.get_running_loop().sock_sendall(client, flood)
        await until(lambda: not served.connections)


async def test_a_slow_client_that_goes_on_reading_is_kept() -> None:
    async with serving(limits=SocketLimits(stall_seconds=1, message_bytes=1_000)) as served:
        client = await raw_client(served.port)
        with client:
            loop = asyncio.get_running_loop()
            query = b'{"type":"subscribe","id":"1","payload":{"query":"{ blob(characters: 30000000) }"}}'
            await loop.sock_sendall(client, masked(query))
            read = 0
            while read < 30_000_000:
                chunk = await asyncio.wait_for(loop.sock_recv(client, 200_000), PATIENCE_SECONDS)
                assert chunk, "the client was dropped"
                read += len(chunk)
                await asyncio.sleep(0.015)  # what makes it slow: in all it takes longer than that second
            assert len(served.connections) == 1


async def test_what_the_kernel_holds_for_a_client_is_bounded(served: Served) -> None:
    with await raw_client(served.port):
        [wire] = wires(served)
        kernel = wire.transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        assert kernel <= 300_000


async def test_a_peer_that_answers_no_ping_is_taken_for_dead() -> None:
    limits = SocketLimits(ping_seconds=0.05, pong_seconds=0.1)
    async with serving(limits=limits) as served:
        with await raw_client(served.port):
            await until(lambda: served.connections)
            await until(lambda: not served.connections)


async def test_a_peer_that_answers_pings_is_kept() -> None:
    async with (
        serving(limits=SocketLimits(ping_seconds=0.02, pong_seconds=5)) as served,
        served.connect() as ws,
    ):
        await greet(ws)
        [wire] = wires(served)
        await until(lambda: wire.last_ping_rtt > 0)
        assert len(served.connections) == 1


async def test_a_closing_socket_that_nobody_reads_is_dropped() -> None:
    async with serving(limits=SocketLimits(stall_seconds=NEVER, close_seconds=0.1)) as served:
        with await stalled_client(served):
            await until(lambda: served.watch.open_streams == 1)
            served.connections[0].end(4403, "Forbidden")
            await until(lambda: not served.uvicorn.server_state.connections)
            assert served.watch.open_streams == 0


async def test_a_shutdown_does_not_wait_for_clients_that_do_not_read() -> None:
    async with serving(limits=SocketLimits(stall_seconds=NEVER, close_seconds=0.1)) as served:
        with await stalled_client(served):
            await until(lambda: served.watch.open_streams == 1)
            served.uvicorn.should_exit = True
            await until(lambda: not served.uvicorn.server_state.connections)
            assert served.watch.open_streams == 0


async def test_a_shutdown_tells_clients_to_come_back() -> None:
    async with serving() as served, served.connect() as ws:
        await greet(ws)
        await subscribe(ws, "1", "subscription { silence }")
        await receive(ws)
        served.uvicorn.should_exit = True
        assert (await closing(ws))[0] == 1012
        await until(lambda: served.watch.open_streams == 0)


async def test_ctrl_c_ends_a_server_with_open_and_stalled_sockets() -> None:
    async with alone() as (process, served), served.connect() as ws:
        await greet(ws)
        await subscribe(ws, "1", "subscription { silence }")
        await receive(ws)
        with await stalled_client(served):
            process.send_signal(signal.SIGINT)
            assert (await closing(ws))[0] == 1012
            assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) in (0, -signal.SIGINT)
