"""The feeds' rows, as the hub reads them. The one part of realtime/ that knows models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.event import EventRow, Feed
from realtime.feed import Event, Head


class DatabaseStore:
    """An EventStore out of PostgreSQL. A reader sees no seq before the lower ones: see `models.event.end`."""

    async def heads(self, topics: Sequence[str]) -> Mapping[str, Head]:
        feeds = await Feed.where("topic = ANY(%s)", list(topics))
        return {feed.topic: Head(seq=feed.head, floor=feed.floor) for feed in feeds}

    async def read(self, topic: str, *, after: int, limit: int) -> Sequence[Event]:
        rows = await EventRow.where("topic = %s AND seq > %s ORDER BY seq LIMIT %s", topic, after, limit)
        return [
            Event(topic=topic, seq=row.seq, kind=row.kind, payload=row.ids, at=row.at, audience=row.audience)
            for row in rows
        ]
