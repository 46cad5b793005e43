"""The explorer's routes behind a real server on loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from aiohttp import ClientSession
from starlette.applications import Starlette

from tests.waiting import PATIENCE_SECONDS
from web.explorer import explorer_routes


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[ClientSession]:
    """A client whose paths are relative to a server that has the explorer's routes and no others."""
    app = Starlette(routes=explorer_routes())
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", ws="none", log_config=None))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        async with ClientSession(f"http://127.0.0.1:{listener.getsockname()[1]}") as session:
            yield session
        server.should_exit = True
        await asyncio.wait_for(serving, timeout=PATIENCE_SECONDS)
