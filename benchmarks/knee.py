"""Bookings over HTTP, of ever more guests at once: where the rate grows no more, and whether any time is given twice.

    python -m benchmarks.knee [SECONDS]

Each request is another guest's; every fifth slot is asked for by two of them, one right after the other.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from statistics import quantiles

import psycopg

from benchmarks.bookings import hire
from benchmarks.installation import Server, database, processor_seconds, serving
from benchmarks.load import Load, Result, run
from benchmarks.measuring import machine
from models import database as opened
from resolvers import ids

AGENTS = 100
CONNECTIONS = (4, 8, 16, 32, 64)
SECONDS, MOST_A_SECOND = 4.0, 1_000
FIRST_DAY, DAYS, SLOTS_A_DAY = 2, 26, 48
CONTESTED = 5
BOOKED = '"meeting":{'
BOOK = """mutation Book($input: BookMeetingInput!) {
  bookMeeting(input: $input) { meeting { id start end } manageToken errors { code message } }
}"""

# What must be none: pairs of an agent's claims that overlap, and slots that have two meetings.
_OVERLAPPING = """
SELECT count(*) FROM claim one JOIN claim other ON one.agent_id = other.agent_id AND one.id < other.id
WHERE one.starts_at < other.ends_at AND other.starts_at < one.ends_at
"""
_TWICE = """
SELECT count(*) - count(DISTINCT (agent_id, start)) FROM meeting JOIN meeting_agent ON meeting_id = meeting.id
"""


@dataclass(frozen=True, slots=True)
class Step:
    """So many guests at once; processors' milliseconds are for each request, refused or not."""

    connections: int
    booked: float
    refused: float
    p50: float
    p99: float
    web: float
    postgres: float
    client: float

    def __str__(self) -> str:
        return (
            f"{self.connections:>3} connections  {self.booked:>5.0f} bookings/s, {self.refused:>3.0f} refused/s"
            f"   p50 {self.p50:>5.1f} ms, p99 {self.p99:>5.1f} ms"
            f"   CPU: web {self.web:.2f} ms, PostgreSQL {self.postgres:.2f} ms, client {self.client:.2f} ms"
        )


class Guests:
    """The bodies of requests that nobody has sent yet, and what has come of those that were sent."""

    def __init__(self, agents: Sequence[str]) -> None:
        self._wishes = _wishes(agents)
        self._left: list[tuple[str, str]] = []
        self.asked: set[str] = set()
        self.booked = 0

    def ask(self, servers: Sequence[Server], *, connections: int, seconds: float) -> Result:
        wanted = int(seconds * MOST_A_SECOND) - len(self._left)
        self._left += islice(self._wishes, max(wanted, 0))
        ports, bodies = [server.port for server in servers], [body for _, body in self._left]
        result = run(Load(ports, bodies, connections, seconds, once=True, mark=BOOKED))
        sent = len(result.latencies)
        self.asked |= {slot for slot, _ in self._left[:sent]}
        self.booked += result.marked
        del self._left[:sent]
        return result


def report(seconds: float = SECONDS) -> Iterator[str]:
    """Lines, each as soon as it is known. Raises AssertionError for a time that was given twice, or that was not."""
    for processes in (1, 2):
        yield f"Bookings over HTTP, web processes: {processes}; worker: none; Redis: none"
        with database() as address, ExitStack() as stack:
            agents = asyncio.run(_fill(address))
            servers = [stack.enter_context(serving(address)) for _ in range(processes)]
            guests = Guests(agents)
            guests.ask(servers, connections=16, seconds=seconds)
            for connections in CONNECTIONS:
                yield f"  {_step(guests, servers, address, connections=connections, seconds=seconds)}"
            yield f"  {_proven(guests, address)}"


async def _fill(address: str) -> list[str]:
    await opened.migrate(address)
    async with opened.database(address):
        return [ids.encode("Agent", agent.id) for agent in await hire(AGENTS)]


def _step(guests: Guests, servers: Sequence[Server], address: str, *, connections: int, seconds: float) -> Step:
    web, postgres = _web(servers), _postgres(address)
    result = guests.ask(servers, connections=connections, seconds=seconds)
    number = len(result.latencies)
    percentiles = quantiles(result.latencies, n=100)
    return Step(
        connections,
        result.marked / result.passed,
        (number - result.marked) / result.passed,
        1000 * percentiles[49],
        1000 * percentiles[98],
        1000 * (_web(servers) - web) / number,
        1000 * (_postgres(address) - postgres) / number,
        1000 * result.cpu / number,
    )


def _web(servers: Sequence[Server]) -> float:
    return sum(server.cpu_seconds for server in servers)


def _postgres(address: str) -> float:
    """What the server's processes that live have used: those that serve us, and those that write for all."""
    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()").fetchall()
    return sum(processor_seconds(pid) for [pid] in found)


def _proven(guests: Guests, address: str) -> str:
    with psycopg.connect(address) as connection:
        counts = [
            connection.execute(sql).fetchall()[0][0]
            for sql in (_OVERLAPPING, _TWICE, "SELECT count(*) FROM meeting", "SELECT count(*) FROM claim")
        ]
    asked = len(guests.asked)
    assert counts == [0, 0, asked, asked] and guests.booked == asked, f"{counts}, {guests.booked}, {asked}"
    return f"{asked} slots were asked for; each has one meeting, told to one guest; no two claims overlap"


def _wishes(agents: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Slots, each with a body that asks for it: one agent after the other, and then half an hour later."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first, number = today + timedelta(days=FIRST_DAY), 0
    for turn in range(DAYS * SLOTS_A_DAY):
        start = (first + turn * timedelta(minutes=30)).isoformat()
        for agent in agents:
            number += 1
            for guest in range(2 if number % CONTESTED == 0 else 1):
                yield f"{agent} {start}", body(agent, start, f"{number}-{guest}")


def body(agent: str, start: str, guest: str) -> str:
    """What a guest sends who books half an hour."""
    slots = {"agentId": agent, "durationMinutes": 30}
    said = {"name": f"Guest {guest}", "email": f"guest-{guest}@guests.example", "timeZone": "Europe/Rome"}
    return json.dumps({"query": BOOK, "variables": {"input": {"slots": slots, "start": start, "guest": said}}})


def main() -> None:
    sys.stdout.write(f"{machine()}\n")
    for line in report(*map(float, sys.argv[1:])):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
