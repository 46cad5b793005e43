"""Opening the database: what an address says is what the connections do."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
from tortoise import connections
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.transactions import in_transaction

from models.database import configuration
from tests.servers import new_database
from tests.waiting import PATIENCE_SECONDS

HOUSE = Path(__file__).parents[2]
MIGRATE = "import asyncio, sys; from models.database import migrate; asyncio.run(migrate(sys.argv[1]))"


def credentials(address: str) -> dict[str, object]:
    chosen: dict[str, object] = configuration(address)["connections"]["default"]["credentials"]
    return chosen


def test_what_an_address_says_of_encryption_is_kept() -> None:
    settings = credentials("postgresql://u:p@db.example:6432/desk?sslmode=verify-full&sslrootcert=/ca.pem")
    assert (settings["host"], settings["port"]) == ("db.example", 6432)
    assert settings["server_settings"] == {"sslmode": "verify-full", "sslrootcert": "/ca.pem"}


async def test_the_rest_of_an_address_reaches_the_connection(database_url: str) -> None:
    address = f"{database_url}{'&' if '?' in database_url else '?'}sslmode=allow&keepalives_idle=77"
    async with TortoiseContext() as context:
        await context.init(config=configuration(address), init_connections=False)
        async with in_transaction() as tx:
            await tx.execute_query_dict("SELECT 1")
            said = tx._connection.info.get_parameters()
        await context.close_connections()
    assert (said["sslmode"], said["keepalives_idle"]) == ("allow", "77")


async def planned_with(address: str) -> str:
    async with TortoiseContext() as context:
        await context.init(config=configuration(address), init_connections=False)
        [row] = await context.connections.get("default").execute_query_dict("SHOW random_page_cost")
        await context.close_connections()
    return str(row["random_page_cost"])


async def test_the_planner_reckons_with_a_fast_disk_unless_it_was_told_otherwise(postgres_url: str) -> None:
    with new_database(postgres_url) as address:
        assert await planned_with(address) == "1.1"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {connection.info.dbname} SET random_page_cost = 4")
        assert await planned_with(address) == "4"


async def test_processes_that_start_at_once_on_a_new_database_all_find_it_ready(postgres_url: str) -> None:
    with new_database(postgres_url) as address:
        starts = [
            await asyncio.create_subprocess_exec(sys.executable, "-c", MIGRATE, address, cwd=HOUSE)
            for _ in range(4)
        ]
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert [await start.wait() for start in starts] == [0, 0, 0, 0]


async def test_the_migrations_make_the_tables_that_the_models_describe(database_url: str) -> None:
    config = configuration(database_url)
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        assert context.apps is not None
        missing = await MigrationAutodetector(context.apps, config["apps"]).changes()
    assert [operation.describe() for writer in missing for operation in writer.operations] == []


async def test_who_asks_next_has_the_connection_that_was_given_back_last(db: None) -> None:
    client = connections.get("default")
    async with AsyncExitStack() as several:
        for _ in range(4):
            await several.enter_async_context(client.acquire_connection())
    asked = [await client.execute_query_dict("SELECT pg_backend_pid() AS process") for _ in range(8)]
    assert len({row["process"] for [row] in asked}) == 1
