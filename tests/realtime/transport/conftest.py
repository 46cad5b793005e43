import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.realtime.transport.node import folder_with, node
from tests.realtime.transport.serving import Served, serving
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture(scope="module")
async def served() -> AsyncGenerator[Served, None]:
    async with serving() as server:
        yield server


@pytest.fixture(scope="module")
async def reference_port() -> AsyncGenerator[int, None]:
    script = Path(__file__).with_name("reference_server.cjs")
    async with node(script, folder_with("graphql", "graphql-ws", "ws")) as process:
        assert process.stdout is not None
        yield int(await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS))
