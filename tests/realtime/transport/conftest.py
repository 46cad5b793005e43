from collections.abc import AsyncGenerator

import pytest

from tests.realtime.transport.serving import Served, serving


@pytest.fixture(scope="module")
async def served() -> AsyncGenerator[Served, None]:
    async with serving() as server:
        yield server
