"""What load balancers are told: alive, ready, degraded, unavailable."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import ClientSession
from starlette.applications import Starlette

from tests.serving import serving
from web.health import Health, health_routes

Question = Callable[[], Awaitable[bool]]


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


async def broken() -> bool:
    raise OSError("the secret address of the database")


async def silent() -> bool:
    await asyncio.Event().wait()
    return True


async def asked(
    path: str, *, database: Question = yes, bus: bool = True, worker: Question = yes
) -> tuple[int, str]:
    health = Health(database=database, bus=lambda: bus, worker=worker)
    site = Starlette(routes=health_routes(health))
    async with serving(site) as address, ClientSession(address) as session, session.get(path) as answer:
        assert answer.headers["cache-control"] == "no-store"
        return answer.status, await answer.text()


async def test_a_process_with_all_its_parts_is_ready() -> None:
    status, body = await asked("/readyz")
    assert status == 200
    assert body == '{"status":"ready","database":true,"bus":true,"worker":true}'


async def test_without_the_bus_it_is_degraded_but_stays_in_service() -> None:
    status, body = await asked("/readyz", bus=False)
    assert status == 200
    assert body == '{"status":"degraded","database":true,"bus":false,"worker":true}'


@pytest.mark.parametrize("worker", [no, broken, silent])
async def test_without_a_worker_it_is_out_of_service(worker: Question) -> None:
    status, body = await asked("/readyz", worker=worker)
    assert status == 503
    assert body == '{"status":"unavailable","database":true,"bus":true,"worker":false}'


@pytest.mark.parametrize("database", [broken, silent])
async def test_without_the_database_it_is_out_of_service_and_says_nothing_of_why(database: Question) -> None:
    status, body = await asked("/readyz", database=database)
    assert status == 503
    assert body == '{"status":"unavailable","database":false,"bus":true,"worker":true}'


async def test_it_is_alive_whatever_is_away() -> None:
    assert await asked("/healthz", database=broken, bus=False, worker=no) == (200, "alive\n")
