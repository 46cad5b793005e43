"""HTTP below the requests: uvicorn's protocol, with bounds on what a client may hold up.

uvicorn waits for ever for the head of a request, and for a client to read what was written. Here a head that does not
come ends the connection, and of an event stream a client that does not read. Other responses are read at leisure, as a
paused film is: of them no more than a buffer waits.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, ClassVar

from starlette.types import Scope
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from realtime.transport.limits import SocketLimits
from realtime.transport.stall import Stall, drop
from realtime.transport.wire import EXTENSION, nothing


class BoundedHTTP(HttpToolsProtocol):
    """One connection; while it is held, an EventWire."""

    limits: ClassVar[SocketLimits] = SocketLimits()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._answering: RequestResponseCycle | None = None
        self._is_in_head = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall: Stall | None = None
        self._leave: Callable[[], object] = nothing
        self._blocked: Callable[[], object] = nothing

    @property
    def is_gone(self) -> bool:
        """Whether nobody is there any more to be answered."""
        return self._answering is None

    def hold(self, leave: Callable[[], object]) -> None:
        """From now on the response under way is an event stream, and the last one. `leave` is called when the
        connection is gone, or is to go."""
        if self.transport.is_closing():
            leave()
            return
        self._leave = leave
        self._stall = Stall(self.transport, seconds=self.limits.stall_seconds, abort=self.abort)
        self.flow.resume_reading()
        sock = self.transport.get_extra_info("socket")
        if sock is not None and sock.family != socket.AF_UNIX and hasattr(socket, "TCP_USER_TIMEOUT"):
            # Of a peer that is gone without a word the kernel alone would make sure for a quarter of an hour.
            patience = int(1000 * (self.limits.comment_seconds + self.limits.pong_seconds))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, patience)

    def attend(self, blocked: Callable[[], object]) -> None:
        self._blocked = blocked

    def let_go(self) -> None:
        """The stream is at its end."""
        self._leave = self._blocked = nothing

    def write(self, data: bytes) -> None:
        cycle = self._answering
        if cycle is None or not cycle.response_started or cycle.response_complete:
            return
        if cycle.disconnected or self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > self.limits.buffer_bytes:
            self.abort()
            return
        self.transport.write(b"%x\r\n%b\r\n" % (len(data), data))

    @property
    def is_free(self) -> bool:
        return not self.flow.write_paused

    async def drain(self) -> None:
        await self.flow.drain()

    def abort(self) -> None:
        """Drop the connection at once, and what is unsent with it."""
        drop(self.transport)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_in_head:
            self._await_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = True

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stall is not None:
            self._stall.begin()
        self._blocked()

    def resume_writing(self) -> None:
        if self._stall is not None:
            self._stall.end()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if self._stall is not None:
            self._stall.end()
            self._stall = None
        if self._answering is not None:
            self._answering.scope.pop("extensions", None)  # lest it and this keep each other
            self._answering = None
        super().connection_lost(exc)
        self._leave()

    def shutdown(self) -> None:
        super().shutdown()
        self._leave()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        # One request is answered at a time; the head of the next may have been read already.
        self._answering = cycle
        cycle.scope["extensions"] = {EXTENSION: {"wire": self}}
        super()._start_asgi_task(cycle, app)

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.limits.head_seconds, self.abort)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def bounded_http(limits: SocketLimits) -> type[BoundedHTTP]:
    """The class to give to uvicorn.Config as `http`, for these limits."""
    return type("BoundedHTTP", (BoundedHTTP,), {"limits": limits})


def http_wire_of(scope: Scope) -> BoundedHTTP:
    """The connection below a request; raises RuntimeError under a server that does not expose it."""
    try:
        wire: BoundedHTTP = scope["extensions"][EXTENSION]["wire"]
    except KeyError:
        raise RuntimeError("Event streams need uvicorn with http=bounded_http(…).") from None
    return wire
