"""Slots over HTTP: one web process on loopback, its database, and a client in a process of its own."""

import asyncio
import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from typing import Any

from benchmarks.installation import Server, database, serving
from benchmarks.load import Load, Result, run
from benchmarks.rows import Filled, fill

AGENTS = 100
ROUNDS, SECONDS, WARM_UP = 5, 3.0, 2.0
CONNECTIONS = 16
MONTH = """query Month($input: SlotsInput!) {
  slots(input: $input) { total nextAvailable days { date slots { start end } } }
}"""
ZONES = ("Europe/Rome", "Europe/Berlin", "Europe/Paris")


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of requests as the median of rounds, with the latencies in milliseconds and what the web process used of
    a processor for each request, in milliseconds."""

    name: str
    requests: float
    p50: float
    p99: float
    cpu: float
    target: float

    def __str__(self) -> str:
        return (
            f"{self.name:<52}{self.requests:>7.0f} requests/s   at least {self.target:g}"
            f"   p50 {self.p50:.1f} ms, p99 {self.p99:.1f} ms   CPU {self.cpu:.2f} ms"
        )


def rates() -> Iterator[Rate]:
    """Each as soon as it is known."""
    with database() as address:
        filled = asyncio.run(fill(address, number=AGENTS))
        with serving(address) as server:
            yield from months(filled, server)


def months(filled: Filled, server: Server) -> Iterator[Rate]:
    """The month of one agent, and of the service of all."""
    yield _rate("one agent", {"agentId": filled.agent}, server, target=1200, least=150)
    yield _rate(f"a service of {AGENTS}", {"serviceId": filled.service}, server, target=300, least=600)


def _rate(who: str, named: dict[str, str], server: Server, *, target: float, least: int) -> Rate:
    bodies = [json.dumps(question(named, zone)) for zone in ZONES]
    slots = min(_checked(server, body, least=least) for body in bodies)
    _put(server, bodies, seconds=WARM_UP)
    rounds = [_round(server, bodies) for _ in range(ROUNDS)]
    for body in bodies:
        _checked(server, body, least=least)
    latencies = [taken for latencies, _ in rounds for taken in latencies]
    percentiles = quantiles(latencies, n=100)
    return Rate(
        f"the month of {who}: {slots} slots with start and end",
        median(len(latencies) / SECONDS for latencies, _ in rounds),
        1000 * percentiles[49],
        1000 * percentiles[98],
        1000 * median(cpu / len(latencies) for latencies, cpu in rounds),
        target,
    )


def _round(server: Server, bodies: list[str]) -> tuple[list[float], float]:
    """The latencies of a round, and the seconds of a processor that the web process took for it."""
    before = server.cpu_seconds
    result = _put(server, bodies, seconds=SECONDS)
    shortest, longest = result.lengths
    # As the clock runs, a slot or two may go; a page of errors would be shorter by far.
    assert shortest > 0.95 * longest, f"answers of {shortest} to {longest} bytes"
    return result.latencies, server.cpu_seconds - before


def _put(server: Server, bodies: list[str], *, seconds: float) -> Result:
    return run(Load([server.port], bodies, CONNECTIONS, seconds))


def question(named: dict[str, str], zone: str) -> dict[str, Any]:
    """A question that the widget asks: a month from today on."""
    today = datetime.now(UTC).date()
    dates = {"from": today.isoformat(), "to": (today + timedelta(days=30)).isoformat()}
    return {"query": MONTH, "variables": {"input": {**named, **dates, "timeZone": zone}}}


def _checked(server: Server, body: str, *, least: int) -> int:
    """How many slots are answered: all that are counted, each with its start and its end, and no fewer than that."""
    address = f"http://127.0.0.1:{server.port}/graphql"
    asked = urllib.request.Request(address, body.encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(asked, timeout=30) as response:
        answer: dict[str, Any] = json.load(response)
    assert "errors" not in answer, answer["errors"]
    slots = [slot for day in answer["data"]["slots"]["days"] for slot in day["slots"]]
    assert len(slots) == answer["data"]["slots"]["total"] >= least, f"only {len(slots)} slots"
    for slot in slots:
        assert datetime.fromisoformat(slot["start"]) < datetime.fromisoformat(slot["end"])
    assert len({slot["start"] for slot in slots}) == len(slots)
    return len(slots)
