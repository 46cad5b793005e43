"""Feeds as rows: each topic's head, and its events with a dense seq. The rows are the truth; the bus only hints."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

import orjson
from tortoise import fields

from models.base import Owned
from models.connection import Connection
from models.writing import as_text, placeholders
from realtime.events import Announcement, Audience, EventKind, Hint


class Feed(Owned):
    """A topic and how far it has come. Seqs up to `floor` are no longer kept."""

    topic = fields.CharField(max_length=64, unique=True)
    head = fields.BigIntField(default=0)
    floor = fields.BigIntField(default=0)

    class Meta:
        table = "feed"


class EventRow(Owned):
    """One event of a topic; `ids` name the rows it is about."""

    topic = fields.CharField(max_length=64)
    seq = fields.BigIntField()
    kind = fields.CharEnumField(EventKind, max_length=32)
    audience = fields.CharEnumField(Audience, max_length=16)
    ids = fields.JSONField[Mapping[str, int]]()
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "event"
        unique_together = (("topic", "seq"),)


async def write(connection: Connection, announcements: Sequence[Announcement]) -> list[Hint]:
    """Give each announcement its topic's next seq and keep it, all by one statement; returns the new heads.

    A head's row is locked by the upsert until the transaction ends, so that no reader can see a seq before a lower
    one of the same topic: seqs are dense and in commit order. The heads are locked in the order of their topics.
    """
    if not announcements:
        return []
    by_topic = sorted(announcements, key=attrgetter("topic"))  # stable: order inside a topic stays
    topics = {topic: tuple(group) for topic, group in groupby(by_topic, key=attrgetter("topic"))}
    heads = [(group[0].organization_id, topic, len(group)) for topic, group in topics.items()]
    events = [_event(one, len(group) - n) for group in topics.values() for n, one in enumerate(group, start=1)]
    values = [as_text(value) for row in (*heads, *events) for value in row]
    rows = dict(await connection.run(_sql(len(heads), len(events)), values))
    return [Hint(topic=topic, seq=rows[topic]) for topic in topics]


def _event(announcement: Announcement, behind: int) -> tuple[object, ...]:
    """An event's row, with how far its seq is behind the topic's new head."""
    ids = orjson.dumps(dict(announcement.ids)).decode()
    kind, audience = announcement.kind.value, announcement.audience.value
    return announcement.organization_id, announcement.topic, behind, kind, audience, ids


@lru_cache(maxsize=512)
def _sql(heads: int, events: int) -> bytes:
    groups = placeholders([*[3] * heads, *[6] * events])
    upserted = ", ".join(f"({group}, 0)" for group in groups[:heads])
    announced = ", ".join(f"({group})" for group in groups[heads:])
    return _WRITE.format(upserted=upserted, announced=announced).encode()


_WRITE = """
WITH heads AS (
    INSERT INTO feed (organization_id, topic, head, floor) VALUES {upserted}
    ON CONFLICT (topic) DO UPDATE SET head = feed.head + excluded.head RETURNING topic, head
), events AS (
    INSERT INTO event (organization_id, topic, seq, kind, audience, ids, at)
    SELECT one.organization_id::bigint, one.topic, heads.head - one.behind::bigint, one.kind, one.audience,
        one.ids::jsonb, clock_timestamp()
    FROM (VALUES {announced}) AS one (organization_id, topic, behind, kind, audience, ids)
    JOIN heads ON heads.topic = one.topic
)
SELECT topic, head FROM heads
"""
