"""Clients that stop reading: noticed in time, and dropped with what waits for them."""

import asyncio
import socket
import struct
from collections.abc import Callable

NO_LINGER = struct.pack("ii", 1, 0)
KERNEL_BYTES = 131_072


class Stall:
    """Calls `abort` where a client takes no byte of what waits for it for so many seconds; one that is merely slow
    is kept. Between `begin` and `end` something waits."""

    __slots__ = ("_abort", "_seconds", "_timer", "_transport", "_unsent")

    def __init__(self, transport: asyncio.WriteTransport, *, seconds: float, abort: Callable[[], None]) -> None:
        self._transport = transport
        self._seconds = seconds
        self._abort = abort
        self._unsent = 0
        self._timer: asyncio.TimerHandle | None = None
        # Any byte the network does not take pauses writing, so that every stall is noticed, also a closing one.
        transport.set_write_buffer_limits(high=0)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            # By itself the kernel would hold megabytes for who does not read, and it says that there is room again only
            # when a third of what it holds was taken: to somebody slow, whom it would take longer, we were unfair.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)

    def begin(self) -> None:
        self._unsent = self._transport.get_write_buffer_size()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._judge)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _judge(self) -> None:
        if self._transport.get_write_buffer_size() < self._unsent:
            self.begin()
        else:
            self._abort()


def drop(transport: asyncio.WriteTransport) -> None:
    """Close it at once, and forget what is unsent."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        # Without it the kernel goes on offering the unsent bytes to a peer that takes none.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    transport.abort()
