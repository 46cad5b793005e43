"""Waiting until something is so, where other connections and processes are at work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from tortoise import connections

PATIENCE_SECONDS: Final = 120
"""For whatever ends as soon as something is so, on the slowest and busiest of machines. It proves that it comes, never
how soon: who has to prove that measures it."""


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    """Ask again and again, as long as patience lasts."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():
            await asyncio.sleep(0.02)


async def lock_waits() -> int:
    """How many connections wait for what another has."""
    rows = await connections.get("default").execute_query_dict(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return len(rows)
