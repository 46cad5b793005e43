"""Several web processes on one database and one Redis, all of them a test's own, to be killed as it likes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from models.keyring import Keyring
from realtime.cursors import Cursors
from tests.journeys.clients import Person
from tests.journeys.installation import HOUSE, Installation
from tests.journeys.test_main_job import sign_in
from tests.realtime.bus.servers import OwnRedis, own_redis
from tests.servers import new_database
from tests.waiting import PATIENCE_SECONDS

SECRET = "only for tests, and long enough!"


@dataclass(frozen=True, slots=True)
class Fleet:
    """The first process has the worker. The demo organization is there, with all its agents' passwords."""

    webs: list[Installation]
    redis: OwnRedis
    database: str
    session: aiohttp.ClientSession

    @property
    def cursors(self) -> Cursors:
        """With the processes' own key."""
        return Cursors(Keyring(SECRET.encode()).key("feed-cursors"))

    def public(self, web: int = 0) -> Person:
        return Person(self.session, self.webs[web].address)

    async def agent(self, name: str, web: int = 0) -> Person:
        person, _ = await sign_in(self.public(web), name)
        return person

    def at(self, person: Person, web: int) -> Person:
        """The same somebody, at another process."""
        return Person(self.session, self.webs[web].address, person.token)

    async def readiness(self, web: int = 0) -> tuple[int, str]:
        async with self.session.get(f"{self.webs[web].address}/readyz") as answer:
            return answer.status, (await answer.json())["status"]

    async def whole(self) -> None:
        """Start whatever a test has stopped, and wait until all is well."""
        if not self.redis.runs:
            await self.redis.start()
        await asyncio.gather(*(web.start() for web in self.webs if not web.runs))
        async with asyncio.timeout(PATIENCE_SECONDS):
            for number in range(len(self.webs)):
                while await self.readiness(number) != (200, "ready"):
                    await asyncio.sleep(0.05)


@asynccontextmanager
async def a_fleet(
    folder: Path, postgres_url: str, *, webs: int, kind: type[Installation] = Installation
) -> AsyncIterator[Fleet]:
    """One caller may have as much open as a test likes."""
    with new_database(postgres_url) as database, own_redis(folder) as redis:
        await redis.start()
        own = {"DATABASE_URL": database, "REDIS_URL": redis.url, "SECRET_KEY": SECRET}
        own |= {"CALLER_CONNECTIONS": "10000", "CALLER_SUBSCRIPTIONS": "10000"}
        process = await asyncio.create_subprocess_exec(
            sys.executable, HOUSE / "app.py", "demo", cwd=folder, env=own, stdout=asyncio.subprocess.DEVNULL
        )
        assert await process.wait() == 0
        async with aiohttp.ClientSession() as session:
            fleet = Fleet([_web(kind, folder, number, own) for number in range(webs)], redis, database, session)
            try:
                await fleet.whole()
                yield fleet
            finally:
                await asyncio.gather(*(web.leave() for web in fleet.webs))


def _web(kind: type[Installation], folder: Path, number: int, own: dict[str, str]) -> Installation:
    place = folder / f"web-{number}"
    place.mkdir()
    return kind(place, **own, WORKER="no" if number else "yes", LOG_LEVEL="WARNING")
