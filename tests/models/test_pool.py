"""The pool of connections among people who hang up whenever they like."""

from __future__ import annotations

import asyncio
import random

import pytest
from psycopg_pool import AsyncConnectionPool
from tortoise import connections
from tortoise.context import TortoiseContext

from models.database import configuration
from tests.waiting import PATIENCE_SECONDS

CONNECTIONS, PEOPLE, ROUNDS, QUESTIONS = 3, 25, 12, 3


async def ask() -> None:
    for _ in range(QUESTIONS):
        await connections.get("default").execute_query_dict("SELECT 1")


async def ask_and_hang_up(dice: random.Random) -> None:
    """After any number of turns of the loop. Fails where the question goes on nevertheless."""
    asking = asyncio.create_task(ask())
    for _ in range(dice.randrange(40)):
        await asyncio.sleep(0)
    if asking.cancel():
        with pytest.raises(asyncio.CancelledError):
            await asking


async def test_whoever_hangs_up_asks_no_more_and_takes_no_connection_and_nobody_s_turn_with_them(
    database_url: str,
) -> None:
    dice = random.Random(6)
    async with TortoiseContext() as context:
        await context.init(config=configuration(database_url, pool_size=CONNECTIONS))
        for _ in range(ROUNDS):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.gather(
                    *(ask_and_hang_up(dice) for _ in range(PEOPLE)), *(ask() for _ in range(3))
                )
        pool = connections.get("default")._pool
        assert isinstance(pool, AsyncConnectionPool)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (stats := pool.get_stats())["pool_available"] < stats["pool_size"]:
                await asyncio.sleep(0.01)
        await context.close_connections()
