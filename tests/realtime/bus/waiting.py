"""Waiting for conditions, never for time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tests.waiting import PATIENCE_SECONDS

T = TypeVar("T")


async def eventually(condition: Callable[[], bool | Awaitable[bool]]) -> None:
    """Return as soon as the condition holds; fail when it does not come to hold."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await _holds(condition()):
            await asyncio.sleep(0.005)


async def _holds(answer: bool | Awaitable[bool]) -> bool:
    return answer if isinstance(answer, bool) else await answer


async def soon(awaitable: Awaitable[T]) -> T:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await awaitable
