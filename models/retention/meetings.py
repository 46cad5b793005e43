"""Meetings that are outdated are counted, and deleted with all that is kept of them.

Deleted rather than emptied: what is forgotten today, or becomes a column tomorrow, goes as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from models.organization.organization import Organization
from models.transactions import Transaction
from scheduling.hours import today

# What is joined in sees the rows as they were before the statement.
_DELETE = """
WITH outdated AS (
    SELECT id FROM meeting WHERE organization_id = %s AND start < %s AND "end" <= %s
    ORDER BY start, id LIMIT %s FOR UPDATE SKIP LOCKED
)
DELETE FROM meeting m USING outdated o WHERE m.id = o.id
RETURNING m.start, m.status, m.subject_id, m.meeting_type, m.conversation_id, m.guest_id,
    (extract(epoch FROM m."end" - m.start) / 60)::int AS minutes,
    ARRAY(SELECT a.contact_id FROM attendee a WHERE a.meeting_id = m.id AND NOT a.companion
        AND a.left_at IS NULL AND a.contact_id IS NOT NULL) AS came,
    ARRAY(SELECT a.contact_id FROM attendee a WHERE a.meeting_id = m.id AND a.left_at IS NOT NULL
        AND a.contact_id IS NOT NULL) AS left
"""
_COUNT = """
INSERT INTO meeting_count (organization_id, day, subject_id, meeting_type, status, meetings, guests, minutes)
SELECT %s, * FROM unnest(%s::date[], %s::bigint[], %s::text[], %s::text[], %s::int[], %s::int[], %s::bigint[])
ON CONFLICT (organization_id, day, subject_id, meeting_type, status) DO UPDATE SET
    meetings = meeting_count.meetings + excluded.meetings,
    guests = meeting_count.guests + excluded.guests,
    minutes = meeting_count.minutes + excluded.minutes
"""

Kind = tuple[date, int | None, str, str]
"""Of which day, subject, meeting type and status a meeting is."""


@dataclass(frozen=True, slots=True)
class Gone:
    """How many meetings are gone, and the ids of what they have left behind."""

    meetings: int = 0
    conversations: frozenset[int] = field(default=frozenset())
    contacts: frozenset[int] = field(default=frozenset())


async def purge_meetings(tx: Transaction, organization: Organization, *, before: datetime, limit: int) -> Gone:
    """Delete meetings that ended before, at most so many. One that somebody is just changing is left for later."""
    rows = await tx.rows(_DELETE, organization.id, before, before, limit)
    if rows:
        await _count(tx, organization, rows)
    return Gone(
        meetings=len(rows),
        conversations=frozenset(row["conversation_id"] for row in rows),
        contacts=frozenset(id for row in rows for id in (row["guest_id"], *row["came"], *row["left"])),
    )


async def _count(tx: Transaction, organization: Organization, rows: Sequence[Mapping[str, Any]]) -> None:
    counted: dict[Kind, Counter[str]] = defaultdict(Counter)
    for row in rows:
        day = today(row["start"], organization.zone)
        kind = (day, row["subject_id"], row["meeting_type"], row["status"])
        counted[kind].update(meetings=1, guests=len(row["came"]), minutes=row["minutes"])
    columns = zip(
        *((*kind, *(of["meetings"], of["guests"], of["minutes"])) for kind, of in counted.items()), strict=True
    )
    await tx.rows(_COUNT, organization.id, *map(list, columns))
