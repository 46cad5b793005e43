import asyncio
import gc
from collections.abc import AsyncGenerator, Iterator
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


@pytest.fixture
def left_behind() -> Iterator[None]:
    """What the stock executor, too, leaves unawaited when something else has failed goes while that is ignored, and
    not in the midst of a named tuple, where Python cannot even warn of it."""
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()
    gc.collect()
