"""The web server: uvicorn, told when to start and stop by us alone."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from realtime.transport import SocketLimits, bounded_http, bounded_websocket
from settings import BadSetting, Settings

_BACKLOG = 2_048
_DRAIN_SECONDS = 5


class Server(uvicorn.Server):
    """Serves until `leave`; calls `on_start` once it takes requests. Signals are the process's, not its."""

    def __init__(self, site: Starlette, *, leave: asyncio.Event, on_start: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                site,
                loop="none",
                http=bounded_http(SocketLimits()),
                ws=bounded_websocket(SocketLimits()),
                lifespan="off",
                log_config=None,
                # A GET request carries its variables, and so perhaps a manage token, in the address.
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_DRAIN_SECONDS,
            )
        )
        self._leave = leave
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_start()

    async def main_loop(self) -> None:
        ticking = asyncio.create_task(super().main_loop())
        await self._leave.wait()
        self.should_exit = True
        await ticking

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(settings: Settings) -> socket.socket:
    """The socket to serve on. Raises BadSetting where it cannot be had."""
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except socket.gaierror:
        raise BadSetting(f"HOST is not usable: {settings.host} is no address of this machine.") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadSetting(
            f"PORT {settings.port} on {settings.host} is not to be had ({reason}): set PORT to another."
        ) from None
