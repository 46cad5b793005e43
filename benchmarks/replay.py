"""Clients that come back together after they have missed much: how long until all have all, and what it takes.

python -m benchmarks.replay [EVENTS] [CLIENTS]

One web process; the clients are in a process of their own (`python -m benchmarks.replay come`), each on a socket of its
own, and all of them begin at the same moment.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

import psycopg
import uvloop

from benchmarks.inbox import PASSWORD, sign_in
from benchmarks.installation import HOUSE, Server, database, serving
from benchmarks.lines import connect
from benchmarks.measuring import machine
from models import database as opened
from models.agent.agent import Agent
from models.agent.session import hash_password
from models.conversation.conversation import Conversation
from models.organization.organization import Organization
from models.words import Channel, ConversationStatus, Role
from resolvers import ids

EVENTS, CLIENTS, NEAR = 10_000, 100, 100
WAIT_SECONDS = 600
HEAR = """subscription($id: ID!, $after: String) { conversationEvents(conversationId: $id, after: $after) {
  __typename ... on FeedEvent { cursor at } ... on Resync { cursor }
  ... on MessageAdded { message { id seq kind text at author { ... on Agent { name } } } } } }"""
SAID = """
WITH said AS (
    INSERT INTO message (organization_id, conversation_id, seq, kind, direction, text, at, redacted, author_agent_id)
    SELECT organization_id, id, n, 'TEXT', 'OUTBOUND', n || repeat(' word', 12), now(), false, %(agent)s
    FROM conversation, generate_series(1, %(events)s) n WHERE id = %(conversation)s
    RETURNING organization_id, id, seq),
feed AS (
    INSERT INTO feed (organization_id, topic, head, floor)
    SELECT organization_id, 'conversation:' || id, %(events)s, 0 FROM conversation WHERE id = %(conversation)s)
INSERT INTO event (organization_id, topic, seq, kind, audience, ids, at)
SELECT organization_id, 'conversation:' || %(conversation)s, seq, 'MESSAGE_ADDED', 'EVERYONE',
    jsonb_build_object('message', id), clock_timestamp() FROM said
"""


@dataclass(frozen=True, slots=True)
class Coming:
    """Who comes: a client for each cursor, which has all when it has so many events as stand beside its cursor."""

    port: int
    token: str
    conversation: str
    cursors: list[tuple[str, int]]
    keep: int = 0


@dataclass(frozen=True, slots=True)
class Came:
    """`kept` are the cursors of the first events that the first client was given, as many as were to be kept."""

    seconds: float
    first: float
    frames: int
    octets: int
    cpu: float
    kept: list[str]


async def come(coming: Coming) -> Came:
    counts, octets, kept = [0] * len(coming.cursors), 0, list[str]()
    began, used, first = perf_counter(), process_time(), 0.0
    missing, done = len(coming.cursors), asyncio.Event()

    def hear(client: int, frame: bytes) -> None:
        nonlocal octets, missing, first
        counts[client] += 1
        octets += len(frame)
        if not client and len(kept) < coming.keep:
            kept.append(json.loads(frame)["payload"]["data"]["conversationEvents"]["cursor"])
        if counts[client] == coming.cursors[client][1]:
            first = first or perf_counter() - began
            missing -= 1
            if not missing:
                done.set()

    def variables(cursor: str) -> dict[str, str]:
        return {"id": coming.conversation, "after": cursor}

    lines = [
        connect(coming.port, HEAR, variables(cursor), token=coming.token, hear=lambda f, n=n: hear(n, f))  # type: ignore[misc]
        for n, (cursor, _) in enumerate(coming.cursors)
    ]
    opened_lines = await asyncio.gather(*lines)
    async with asyncio.timeout(WAIT_SECONDS):
        await done.wait()
    came = Came(perf_counter() - began, first, sum(counts), octets, process_time() - used, kept)
    await asyncio.gather(*(line.leave() for line in opened_lines))
    return came


def report(events: int = EVENTS, clients: int = CLIENTS) -> Iterator[str]:
    """Lines, each as soon as it is known."""
    with database() as address:
        agent, conversation = asyncio.run(_fill(address))
        shown = ids.encode("Conversation", conversation)
        with serving(address) as server:
            token = sign_in(server, "supervisor")
            [start] = _run(Coming(server.port, token, shown, [("", 1)], keep=1)).kept
            with psycopg.connect(address) as connection:
                connection.execute(SAID, {"agent": agent, "events": events, "conversation": conversation})
            alone = Coming(server.port, token, shown, [(start, events)], keep=NEAR)
            near = _run(alone).kept
            yield f"{events:,} missed events"
            yield _measured("one client", server, alone)
            same = [(start, events)] * clients
            yield _measured(f"{clients} with one cursor", server, Coming(server.port, token, shown, same))
            spread = [(near[n % NEAR], events - n % NEAR - 1) for n in range(clients)]
            yield _measured(f"{clients} with near cursors", server, Coming(server.port, token, shown, spread))


def _measured(name: str, server: Server, coming: Coming) -> str:
    Path(f"/proc/{server.process}/clear_refs").write_text("5")  # the peak begins anew
    before, used = _memory(server, "VmRSS"), server.cpu_seconds
    came = _run(coming)
    cpu, peak = server.cpu_seconds - used, _memory(server, "VmHWM") - before
    rate = came.frames / came.seconds
    return (
        f"  {name:<24}{came.seconds:>7.2f} s, the first after {came.first:.2f} s   {rate:>8,.0f} events/s"
        f"   CPU {1e6 * cpu / came.frames:.0f} µs an event (client {1e6 * came.cpu / came.frames:.0f})"
        f"   memory +{peak / 1024:.1f} MiB   {came.octets / 2**20:,.0f} MiB sent"
    )


def _memory(server: Server, name: str) -> int:
    """In KiB."""
    status = Path(f"/proc/{server.process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith(name))


def _run(coming: Coming) -> Came:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.replay", "come"],
        input=json.dumps(asdict(coming)).encode(), cwd=HOUSE, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return Came(**json.loads(done.stdout))


async def _fill(address: str) -> tuple[int, int]:
    """An agent who may sign in, and a conversation in which nothing has been said."""
    await opened.migrate(address)
    async with opened.database(address):
        organization = await Organization.create(slug="bench", name="Bench", time_zone="Europe/Rome")
        agent = await Agent.create(
            organization=organization, name="supervisor", slug="supervisor", email="supervisor@bench.example",
            time_zone="Europe/Rome", role=Role.SUPERVISOR, password_hash=await hash_password(PASSWORD),
        )  # fmt: skip
        now = datetime.now(UTC)
        conversation = await Conversation.create(
            organization=organization, number=1, channel=Channel.WEB, status=ConversationStatus.OPEN,
            assignee=agent, created_at=now, last_message_at=now,
        )  # fmt: skip
        return agent.id, conversation.id


def main() -> None:
    if sys.argv[1:] == ["come"]:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            sys.stdout.write(json.dumps(asdict(runner.run(come(Coming(**json.load(sys.stdin)))))))
        return
    sys.stdout.write(f"{machine()}\n")
    for line in report(*map(int, sys.argv[1:])):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
