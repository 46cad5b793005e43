"""Waiting until something is so, where other connections and processes are at work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tortoise import connections


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    """Ask again and again, for half a minute at most."""
    async with asyncio.timeout(30):
        while not await condition():
            await asyncio.sleep(0.02)


async def lock_waits() -> int:
    """How many connections wait for what another has."""
    rows = await connections.get("default").execute_query_dict(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return len(rows)
