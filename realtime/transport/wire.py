"""The WebSocket below the messages: uvicorn's protocol, with bounds on what a client may hold up.

uvicorn closes a connection by waiting until the peer has read what was written. A peer that does not read is
thus kept for ever, with its buffer: by the keepalive, by the end of the application, and at shutdown. Here
such a peer is aborted.
"""

import asyncio
import logging
import struct
from collections.abc import Callable
from typing import Any, ClassVar, Protocol, cast

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.http11 import Request
from websockets.server import ServerProtocol

from realtime.transport.limits import SocketLimits
from realtime.transport.messages import clipped
from realtime.transport.stall import Stall, drop
from realtime.transport.waiting import Gate, Post

EXTENSION = "frontdesk.wire"


class Wire(Protocol):
    """What a connection needs of its socket."""

    @property
    def is_free(self) -> bool:
        """Whether everything written is handed to the network."""

    def write(self, text: bytes) -> None:
        """Queue one text frame; a client with too much unsent is dropped instead. Nothing after the end."""

    def writer(self) -> Callable[[bytes], object] | None:
        """Writes whole frames, header and all; None where something written waits, or nothing may be written any
        more. It is good until what was given to `attend` is called."""

    def attend(self, blocked: Callable[[], object]) -> None:
        """Have it called whenever something written waits, and at the end, in the very call that makes it so."""

    async def drain(self) -> None:
        """Wait until everything written is handed to the network, or the socket is gone."""

    def end(self, code: int, reason: str) -> None:
        """Close with a reason of at most 123 bytes (cut to them); drop the socket if that takes too long."""

    def abort(self) -> None:
        """Drop the socket at once, and what is unsent with it."""


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """uvicorn's protocol as a Wire; the limits take the place of its `ws_…` settings.

    Frames are never compressed: it costs more memory than all the rest. Of the handshake nothing is kept.
    """

    limits: ClassVar[SocketLimits] = SocketLimits()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = ServerProtocol(
            max_size=self.limits.message_bytes, logger=logging.getLogger("uvicorn.error")
        )
        self.ping_interval = self.limits.ping_seconds
        self.ping_timeout = self.limits.pong_seconds
        self.close_timeout = self.limits.close_seconds
        self.queue = cast("asyncio.Queue[ASGIReceiveEvent]", Post())
        self._gate = Gate()
        self.writable = cast("asyncio.Event", self._gate)
        self._stall: Stall | None = None
        self._blocked: Callable[[], object] = nothing

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._stall = Stall(self.transport, seconds=self.limits.stall_seconds, abort=self.abort)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        event.headers.clear()  # the parser keeps the request as long as the socket is open; the scope has them

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            self.response.headers.clear()
            self.scope["headers"] = []

    async def run_asgi(self) -> None:
        cast("dict[str, Any]", self.scope["extensions"])[EXTENSION] = {"wire": self}
        await super().run_asgi()

    def write(self, text: bytes) -> None:
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > self.limits.buffer_bytes:
            self.abort()
            return
        self.transport.write(text_header(len(text)) + text)

    def writer(self) -> Callable[[bytes], object] | None:
        if self.close_sent or self.disconnected or not self._gate.is_open or self.transport.is_closing():
            return None
        # What is written to a transport that was closed since is dropped by it, up to connection_lost.
        return self.transport.write

    def attend(self, blocked: Callable[[], object]) -> None:
        self._blocked = blocked

    @property
    def is_free(self) -> bool:
        return self._gate.is_open

    async def drain(self) -> None:
        await self.writable.wait()

    def end(self, code: int, reason: str) -> None:
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        reason = clipped(reason)
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._blocked()
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.abort)

    def abort(self) -> None:
        if self.disconnected:
            return
        drop(self.transport)

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
        if self._stall is not None:
            self._stall.end()
            self._stall = None
        super().connection_lost(exc)
        self._blocked()
        self._blocked = nothing

    def handle_ping(self) -> None:
        super().handle_ping()
        # A flood of pings whose pongs nobody reads.
        if self.transport.get_write_buffer_size() > self.limits.buffer_bytes:
            self.abort()

    def keepalive_timeout(self) -> None:
        self.pong_timer = None
        self.abort()

    def shutdown(self) -> None:
        super().shutdown()
        if not self.disconnected:
            self.close_timer = self.loop.call_later(self.close_timeout, self.abort)


def nothing() -> None:
    """Nobody is to be told."""


def bounded_websocket(limits: SocketLimits) -> type[BoundedWebSocket]:
    """The class to give to uvicorn.Config as `ws`, for these limits."""
    return type("BoundedWebSocket", (BoundedWebSocket,), {"limits": limits})


def text_header(length: int) -> bytes:
    """The header of an unmasked, final text frame (RFC 6455, section 5.2)."""
    if length < 126:
        return bytes((0x81, length))
    return struct.pack("!BBH", 0x81, 126, length) if length < 65_536 else struct.pack("!BBQ", 0x81, 127, length)
