from collections.abc import AsyncGenerator

import aiohttp
import pytest

from tests.realtime.transport.serving import Served, serving
from tests.web.graphql.uploading import Desk, desk_open
from web.graphql import BodyLimits


@pytest.fixture(scope="module")
async def served() -> AsyncGenerator[Served, None]:
    async with serving(body_limits=BodyLimits(body_bytes=10_000)) as server:
        yield server


@pytest.fixture(scope="module")
async def client() -> AsyncGenerator[aiohttp.ClientSession, None]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture(scope="package")
async def open_desk() -> AsyncGenerator[Desk, None]:
    async with desk_open() as running:
        yield running


@pytest.fixture
def desk(open_desk: Desk) -> Desk:
    open_desk.clear()
    return open_desk
