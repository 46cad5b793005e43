"""Servers on the loopback, in the place of providers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
Provider = Callable[[Answer], Awaitable[str]]


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    """Starts a server that answers so; its address."""
    servers: list[TestServer] = []

    async def start(answer: Answer) -> str:
        site = web.Application()
        site.router.add_route("*", "/{path:.*}", answer)
        server = TestServer(site)
        await server.start_server()
        servers.append(server)
        return str(server.make_url("")).rstrip("/")

    yield start
    for server in servers:
        await server.close()
