"""A thousand clients that come back to one process together, each with what it is given."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import psycopg
from psycopg.types.json import Jsonb

from benchmarks.lines import Line, connect
from realtime.cursors import Cursors
from tests.journeys.readers import HEAR

PROLONG = """
WITH feed AS (UPDATE feed SET head = head + %(events)s WHERE topic = %(topic)s RETURNING organization_id, topic, head),
written AS (
    INSERT INTO event (organization_id, topic, seq, kind, audience, ids, at)
    SELECT organization_id, topic, head - %(events)s + n, %(kind)s, 'EVERYONE', %(ids)s, clock_timestamp()
    FROM feed, generate_series(1, %(events)s) n)
SELECT head FROM feed
"""


@dataclass
class Returning:
    """A client that comes back with a cursor."""

    token: str | None
    conversation: str
    topic: str
    cursors: Cursors
    received: list[int] = field(default_factory=list)
    line: Line | None = None

    async def come(self, port: int, *, after: int) -> None:
        variables = {"id": self.conversation, "after": self.cursors.mint(self.topic, after)}
        self.line = await connect(port, HEAR, variables, token=self.token, hear=self._hear)

    def _hear(self, frame: bytes) -> None:
        message = orjson.loads(frame)
        assert message["type"] == "next" and "errors" not in message["payload"], message
        event = message["payload"]["data"]["conversationEvents"]
        assert event["__typename"] != "Resync", event
        seq = self.cursors.read(event["cursor"], topic=self.topic)
        assert seq is not None
        self.received.append(seq)


@asynccontextmanager
async def coming(clients: list[Returning], port: int, *, after: int) -> AsyncIterator[None]:
    """All at once; gone when the block ends."""
    try:
        await asyncio.gather(*(client.come(port, after=after) for client in clients))
        yield
    finally:
        for client in clients:
            if client.line is not None:
                await client.line.leave()


def allow_files(wanted: int) -> None:
    """Have this process, and those that it starts, open so many files, or as many as they may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def resident_bytes(process: int) -> int:
    """What a process has in memory."""
    status = Path(f"/proc/{process}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) * 1024


async def prolong(
    database: str, topic: str, *, events: int, kind: str = "CONVERSATION_CHANGED", **about: int
) -> int:
    """Write so many more events into a conversation's feed; its head by then."""
    ids = {"conversation": int(topic.partition(":")[2])} | about
    values = {"topic": topic, "events": events, "kind": kind, "ids": Jsonb(ids)}
    async with await psycopg.AsyncConnection.connect(database) as connection:
        rows = await connection.execute(PROLONG, values)
        [(head,)] = await rows.fetchall()
        return int(head)
