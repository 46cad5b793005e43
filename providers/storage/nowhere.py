"""No place for files: what a process has that was given none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from errors import ProviderDown
from providers.storage.protocol import Content, checked


class Nowhere:
    """Keeps nothing, and says so."""

    async def put(self, key: str, content: Content) -> None:
        raise _nothing(key)

    @asynccontextmanager
    async def open(
        self, key: str, *, start: int = 0, end: int | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        raise _nothing(key)
        yield

    async def delete(self, key: str) -> None:
        raise _nothing(key)


def _nothing(key: str) -> ProviderDown:
    return ProviderDown(f"There is no place for files, nor for {checked(key)}.")
