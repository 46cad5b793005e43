"""An application behind a real server on loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from realtime.transport import SocketLimits, bounded_http, bounded_websocket
from tests.waiting import PATIENCE_SECONDS


@asynccontextmanager
async def serving(site: ASGIApp, *, limits: SocketLimits | None = None) -> AsyncIterator[str]:
    """The address at which the application is served for as long as the block runs."""
    config = uvicorn.Config(
        site,
        http=bounded_http(limits or SocketLimits()),
        ws=bounded_websocket(limits or SocketLimits()),
        lifespan="off",
        log_config=None,
        log_level="critical",
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await asyncio.wait_for(task, PATIENCE_SECONDS)
