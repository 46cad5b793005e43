"""An event store in memory that keeps its promises: dense seqs, atomic writes, and faults when it is told to."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from realtime.events import MOST_FACTS, Audience, Fact, Hint
from realtime.feed import Event, Head


class StoreDown(Exception):
    """The database does not answer."""


class Ledger:
    """Events by topic. Reading yields to the loop before and after the look at the rows, as a network would."""

    def __init__(self) -> None:
        self.rows: defaultdict[str, list[Event]] = defaultdict(list)
        self.floors: Counter[str] = Counter()
        self.down = False
        self.reads: Counter[str] = Counter()
        self.sweeps: list[frozenset[str]] = []
        self.failures = 0
        self.widest = 0
        self.reading = 0
        self.most_at_once = 0

    def write(
        self, topic: str, count: int = 1, *, audience: Audience = Audience.EVERYONE, along: bool = False
    ) -> Hint:
        """Commit events; the hint is the caller's to publish, or to lose; they come `along`, if there are few."""
        for _ in range(count):
            seq = self.head(topic) + 1
            at = datetime(2026, 3, 2, 9, tzinfo=UTC)
            self.rows[topic].append(Event(topic, seq, "MESSAGE_ADDED", {"message": seq}, at, audience))
        written = self.rows[topic][-count:] if along and count <= MOST_FACTS else []
        facts = [Fact(event.kind, event.audience, event.payload, event.at) for event in written]
        return Hint(topic, self.head(topic), facts)

    def head(self, topic: str) -> int:
        return self.rows[topic][-1].seq if self.rows[topic] else self.floors[topic]

    def forget(self, topic: str, *, floor: int) -> None:
        """Retention removes the events up to the floor."""
        self.rows[topic] = [event for event in self.rows[topic] if event.seq > floor]
        self.floors[topic] = floor

    def restore(self, topic: str, *, head: int) -> None:
        """The database is set back to an earlier time."""
        self.rows[topic] = [event for event in self.rows[topic] if event.seq <= head]

    async def heads(self, topics: Sequence[str]) -> Mapping[str, Head]:
        await self._answer()
        self.sweeps.append(frozenset(topics))
        heads = {t: Head(self.head(t), self.floors[t]) for t in topics if self.head(t)}
        await asyncio.sleep(0)
        return heads

    async def read(self, topic: str, *, after: int, limit: int) -> Sequence[Event]:
        self.reading += 1
        self.most_at_once = max(self.most_at_once, self.reading)
        try:
            await self._answer()
            page = [event for event in self.rows[topic] if event.seq > after][:limit]
            await asyncio.sleep(0)
        finally:
            self.reading -= 1
        self.reads[topic] += 1
        self.widest = max(self.widest, len(page))
        return [replace(event) for event in page]

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.down:
            self.failures += 1
            raise StoreDown
