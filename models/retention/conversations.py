"""What was said of outdated meetings goes with them; what is said since then stays, and its conversation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from models.organization.organization import Organization
from models.retention.events import silence_conversations
from models.transactions import Transaction
from models.words import Channel

# Conversations that the purged meetings had, and others that outlived theirs and are old by now.
_LOCK = """
SELECT id FROM conversation WHERE channel = %s AND (id = ANY(%s) OR id IN (
    SELECT c.id FROM conversation c
    WHERE c.organization_id = %s AND c.channel = %s AND c.last_message_at < %s AND c.created_at < %s
        AND NOT EXISTS (SELECT FROM meeting m WHERE m.conversation_id = c.id)
        AND NOT EXISTS (SELECT FROM message n WHERE n.conversation_id = c.id AND n.at >= %s)
    LIMIT %s
)) ORDER BY id FOR UPDATE
"""
# What was said since a meeting was booked that is still to come, or not outdated yet, is of that meeting.
_FORGET = """
WITH kept AS (
    SELECT m.conversation_id AS id, min(c.at) AS since FROM meeting m JOIN meeting_change c ON c.meeting_id = m.id
    WHERE m.conversation_id = ANY(%s) GROUP BY m.conversation_id
)
DELETE FROM message n USING conversation v LEFT JOIN kept ON kept.id = v.id
WHERE v.id = ANY(%s) AND n.conversation_id = v.id AND n.at < least(%s, kept.since)
"""
# It may be called as the guest has called the first one.
_RENAME = """
UPDATE conversation v SET title = (
    SELECT m.title FROM meeting m WHERE m.conversation_id = v.id ORDER BY m.start, m.id LIMIT 1
) WHERE v.id = ANY(%s)
"""
_DELETE = """
DELETE FROM conversation c WHERE c.id = ANY(%s)
    AND NOT EXISTS (SELECT FROM meeting m WHERE m.conversation_id = c.id)
    AND NOT EXISTS (SELECT FROM message n WHERE n.conversation_id = c.id)
RETURNING c.contact_id,
    ARRAY(SELECT contact_id FROM member r WHERE r.conversation_id = c.id AND contact_id IS NOT NULL) AS guests
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How many conversations are gone, and the ids of those who took part."""

    conversations: int = 0
    contacts: frozenset[int] = field(default=frozenset())


async def purge_conversations(
    tx: Transaction,
    organization: Organization,
    *,
    before: datetime,
    of_meetings: Collection[int],
    limit: int,
) -> Ended:
    """Delete what was said before, in conversations of meetings that are purged, and those in which nothing is left.

    One that has a newer meeting goes on with what was said since that was booked; one in which somebody has written
    since, with that. Conversations that did not begin with a meeting are not touched.
    """
    channel, outdated = Channel.MEETING.value, [before] * 3
    wanted = (channel, list(of_meetings), organization.id, channel, *outdated, limit)
    ids = [row["id"] for row in await tx.rows(_LOCK, *wanted)]
    if not ids:
        return Ended()
    await tx.rows(_FORGET, ids, ids, before)
    gone = await tx.rows(_DELETE, ids)
    await tx.rows(_RENAME, ids)
    await silence_conversations(tx, ids)
    parties = ({row["contact_id"], *row["guests"]} for row in gone)
    return Ended(len(gone), frozenset(id for party in parties for id in party if id is not None))
