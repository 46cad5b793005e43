from collections.abc import AsyncGenerator

import aiohttp
import pytest

from tests.realtime.transport.serving import Served, serving
from web.graphql import BodyLimits


@pytest.fixture(scope="module")
async def served() -> AsyncGenerator[Served, None]:
    async with serving(body_limits=BodyLimits(body_bytes=10_000, body_seconds=0.5)) as server:
        yield server


@pytest.fixture(scope="module")
async def client() -> AsyncGenerator[aiohttp.ClientSession, None]:
    async with aiohttp.ClientSession() as session:
        yield session
