"""Feeds as rows: each topic's head, and its events with a dense seq. The rows are the truth; the bus only hints."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from tortoise import fields

from models.base import Owned
from models.connection import Connection
from models.writing import Last, as_json
from realtime.events import MOST_FACTS, Announcement, Audience, EventKind, Fact, Hint


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


async def end(
    connection: Connection, announcements: Sequence[Announcement], *, apart: bool = False
) -> list[Hint]:
    """Give each announcement its topic's next seq and keep it, after whatever waits on the connection to be written, by
    one statement, or `apart` by a second one, and commit; returns the new heads.

    A head's row is locked by the upsert until the transaction ends, so that no reader can see a seq before a lower
    one of the same topic: seqs are dense and in commit order. The heads are locked in the order of their topics.
    """
    if not announcements:
        await connection.end()
        return []
    by_topic = sorted(announcements, key=attrgetter("topic"))  # stable: order inside a topic stays
    topics = {topic: tuple(group) for topic, group in groupby(by_topic, key=attrgetter("topic"))}
    heads = [
        {"organization_id": group[0].organization_id, "topic": topic, "head": len(group)}
        for topic, group in topics.items()
    ]
    events = [_event(one, len(group) - n) for group in topics.values() for n, one in enumerate(group, start=1)]
    rows = await connection.end(Last(_PARTS, _ENDING, (as_json(heads), as_json(events))), apart=apart)
    at = {(topic, seq): when for topic, seq, when in rows}
    reached = dict(sorted(at))
    return [_hint(topic, reached[topic], group, at) for topic, group in topics.items()]


def _hint(topic: str, head: int, group: Sequence[Announcement], at: Mapping[tuple[str, int], datetime]) -> Hint:
    if len(group) > MOST_FACTS:
        return Hint(topic, head)
    numbered = enumerate(group, start=head - len(group) + 1)
    return Hint(
        topic, head, tuple(Fact(one.kind, one.audience, one.ids, at[topic, seq]) for seq, one in numbered)
    )


def _event(announcement: Announcement, behind: int) -> dict[str, object]:
    """An event's row, with how far its seq is behind the topic's new head."""
    return {
        "organization_id": announcement.organization_id,
        "topic": announcement.topic,
        "behind": behind,
        "kind": announcement.kind,
        "audience": announcement.audience,
        "ids": dict(announcement.ids),
    }


_ENDING = "SELECT topic, seq, at FROM events"
_PARTS = """
heads AS (
    INSERT INTO feed (organization_id, topic, head, floor)
    SELECT organization_id, topic, head, 0 FROM json_populate_recordset(NULL::feed, {0}) WHERE {after}
    ON CONFLICT (topic) DO UPDATE SET head = feed.head + excluded.head RETURNING topic, head
), events AS (
    INSERT INTO event (organization_id, topic, seq, kind, audience, ids, at)
    SELECT one.organization_id, one.topic, heads.head - one.behind, one.kind, one.audience, one.ids, clock_timestamp()
    FROM json_to_recordset({1})
        AS one (organization_id bigint, topic text, behind bigint, kind text, audience text, ids jsonb)
    JOIN heads ON heads.topic = one.topic RETURNING topic, seq, at
)
"""
