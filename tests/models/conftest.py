from collections.abc import AsyncIterator, Sequence

import pytest

from models.organization.organization import Organization
from models.transactions import outlet
from realtime.events import Hint


@pytest.fixture
async def published(organization: Organization) -> AsyncIterator[list[Hint]]:
    """What is handed to the bus."""
    heard: list[Hint] = []

    async def hear(hints: Sequence[Hint]) -> None:
        heard.extend(hints)

    outlet.publish = hear
    yield heard
