"""Feeds as rows: each topic's head, and its events with a dense seq. The rows are the truth; the bus only hints."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter

import orjson
from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient

from models.base import Owned
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


async def write(connection: BaseDBAsyncClient, announcements: Sequence[Announcement]) -> list[Hint]:
    """Give each announcement its topic's next seq and keep it; returns the new heads.

    The head's row is locked by the upsert until the transaction ends, so that no reader can see a seq before a
    lower one of the same topic: seqs are dense and in commit order.
    """
    by_topic = sorted(announcements, key=attrgetter("topic"))  # stable: order inside a topic stays
    hints = []
    for topic, group in groupby(by_topic, key=attrgetter("topic")):
        hints.append(await _append(connection, topic, tuple(group)))
    return hints


async def _append(connection: BaseDBAsyncClient, topic: str, group: Sequence[Announcement]) -> Hint:
    [row] = await connection.execute_query_dict(
        "INSERT INTO feed (organization_id, topic, head, floor) VALUES (%s, %s, %s, 0)"
        " ON CONFLICT (topic) DO UPDATE SET head = feed.head + excluded.head RETURNING head",
        [group[0].organization_id, topic, len(group)],
    )
    first = row["head"] - len(group) + 1
    await connection.execute_query_dict(
        "INSERT INTO event (organization_id, topic, seq, kind, audience, ids, at)"
        " SELECT %s, %s, %s + e.n - 1, e.kind, e.audience, e.ids::jsonb, clock_timestamp()"
        " FROM unnest(%s::text[], %s::text[], %s::text[]) WITH ORDINALITY AS e(kind, audience, ids, n)",
        [
            group[0].organization_id,
            topic,
            first,
            [a.kind.value for a in group],
            [a.audience.value for a in group],
            [orjson.dumps(dict(a.ids)).decode() for a in group],
        ],
    )
    return Hint(topic=topic, seq=row["head"])
