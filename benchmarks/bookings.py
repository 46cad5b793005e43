"""Bookings without HTTP: what the verb asks of the database, and where the processors' time goes.

    python -m benchmarks.bookings [NUMBER [AT_ONCE]]

on the server of TEST_DATABASE_URL, or an embedded one.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import time as clock
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import uvloop
from tortoise import connections

from benchmarks.installation import database, processor_seconds
from benchmarks.measuring import machine
from models import database as opened
from models.actor import Public
from models.agent.agent import Agent
from models.availability.target import Named, find_target
from models.contact.details import GuestDetails
from models.meeting.booking import book
from models.meeting.wish import Wish
from models.organization.organization import Organization
from models.windows import stored_week
from scheduling.hours import WeeklyWindow, Window

AGENTS, POOL, WARM_UP = 50, 20, 300
ALL_DAY = tuple(WeeklyWindow(weekday, Window(time(0), time(0))) for weekday in range(7))
_SENT = re.compile(r"\tF\t\d+\t(Execute|Query|Sync)\b")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds: of the clock, of this process, and of the database's processes that serve it."""

    passed: float
    here: float
    there: float

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.passed - other.passed, self.here - other.here, self.there - other.there)


async def main(number: int = 1000, at_once: int = 16) -> None:
    with database() as address:
        await opened.migrate(address)
        async with opened.database(address, pool_size=POOL):
            wishes = _wishes(await hire(AGENTS))
            await _run(wishes, WARM_UP, at_once)
            sent = await _traced(wishes)
            before = await _spent()
            await _run(wishes, number, at_once)
            spent = await _spent() - before
    _say(f"{machine()}; {number} bookings, {at_once} at a time")
    _say(f"each: {sent['Execute'] + sent['Query']} statements in {sent['Sync'] + sent['Query']} round trips")
    _say(f"{number / spent.passed:.0f} a second; each: Python {_each(spent.here, number)},", end=" ")
    _say(f"PostgreSQL {_each(spent.there, number)} of a processor")


async def hire(number: int) -> list[Agent]:
    """An organization of so many agents, who work around the clock."""
    organization = await Organization.create(slug="bench", name="Bench", time_zone="UTC")
    return [
        await Agent.create(
            organization=organization,
            name=f"Agent {turn}",
            slug=f"agent-{turn}",
            email=f"agent-{turn}@bench.example",
            time_zone="UTC",
            week=stored_week(ALL_DAY),
        )
        for turn in range(number)
    ]


def _wishes(agents: list[Agent]) -> Iterator[tuple[Agent, datetime, GuestDetails]]:
    """Another agent and another guest each time; when all have been asked, half an hour later."""
    first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    for turn in range(27 * 48):
        for agent in agents:
            name = f"Guest {agent.id} {turn}"
            email = f"guest-{agent.id}-{turn}@guests.example"
            guest = GuestDetails(name=name, email=email, phone=None, locale=None, time_zone="Europe/Rome")
            yield agent, first + turn * timedelta(minutes=30), guest


async def _book(wishes: Iterator[tuple[Agent, datetime, GuestDetails]]) -> None:
    agent, start, guest = next(wishes)
    now = datetime.now(UTC)
    target = await find_target(Named(agent_id=agent.id, duration_minutes=30), actor=Public(), now=now)
    await book(Wish(target=target, start=start, guest=guest), actor=Public(), now=now)


async def _run(wishes: Iterator[Any], number: int, at_once: int) -> None:
    turns = iter(range(number))

    async def guest() -> None:
        for _ in turns:
            await _book(wishes)

    await asyncio.gather(*(guest() for _ in range(at_once)))


async def _traced(wishes: Iterator[Any]) -> dict[str, int]:
    """How many messages of each kind libpq sends for one booking, on whichever connections."""
    pool: Any = connections.get("default")
    idle = list(pool._pool._pool)
    with tempfile.NamedTemporaryFile() as file:
        for connection in idle:
            connection.pgconn.trace(file.fileno())
        await _book(wishes)
        for connection in idle:
            connection.pgconn.untrace()
        sent = _sent(file.name)
    return {kind: sent.count(kind) for kind in ("Execute", "Query", "Sync")}


def _sent(file: str) -> list[str]:
    return _SENT.findall(Path(file).read_text())


async def _spent() -> Spent:
    """The database's part is known where it runs on this machine."""
    rows = await connections.get("default").execute_query_dict(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    )
    there = sum(processor_seconds(row["pid"]) for row in rows)
    return Spent(clock.perf_counter(), clock.process_time(), there)


def _each(seconds: float, number: int) -> str:
    return f"{1000 * seconds / number:.2f} ms"


def _say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)


if __name__ == "__main__":
    uvloop.run(main(*map(int, sys.argv[1:])))
