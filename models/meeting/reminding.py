"""Reminders: everyone is told of a meeting again, as long before it as the organization's settings say.

Nothing is written ahead: whose time has come is looked for by the meetings' starts. So a reminder moves with its
meeting, and is gone with it, and new settings count at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from tortoise import connections, fields

from models.actor import Public
from models.base import Owned
from models.meeting.history import record
from models.meeting.meeting import Meeting
from models.organization.settings import Settings
from models.transactions import transaction
from models.words import MeetingChangeKind

PATIENCE = timedelta(hours=24)
"""How late a reminder still makes sense, if the meeting has not begun and no later one of it is due as well."""


class Reminder(Owned):
    """A reminder of a meeting at this start that was sent, so that none is sent twice."""

    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "frontdesk.Meeting", related_name=False, on_delete=fields.CASCADE
    )
    meeting_id: int
    start = fields.DatetimeField()
    minutes_before = fields.IntField()

    class Meta:
        table = "reminder"
        unique_together = (("meeting_id", "start", "minutes_before"),)


_USUAL = orjson.dumps(Settings().reminder_minutes_before).decode()


@dataclass(frozen=True, slots=True)
class Due:
    """A meeting of which a reminder is due, and which one: of several the last."""

    meeting_id: int
    start: datetime
    minutes_before: int


# Each minute before a meeting belongs to one of its reminders: from that one's time until that of the next. Who was
# told since a reminder's time that the meeting takes place then is not told again at once; nor who was reminded later
# than that already, as may be where the settings were changed. For each reminder of an organization its meetings of a
# day at most are read, by the index of their starts: without a limit of its own, the planner would rather read all.
_DUE = """
WITH lead AS MATERIALIZED (
    SELECT id AS organization_id, minutes, lag(minutes, 1, 0) OVER (PARTITION BY id ORDER BY minutes) AS next
    FROM (
        SELECT DISTINCT o.id, listed::int AS minutes
        FROM organization o, jsonb_array_elements_text(
            CASE jsonb_typeof(o.stored_settings -> 'reminder_minutes_before') WHEN 'array'
                THEN o.stored_settings -> 'reminder_minutes_before' ELSE %s::jsonb END
        ) listed WHERE {whose}
    ) listed
)
SELECT m.id AS meeting_id, m.start, lead.minutes AS minutes_before
FROM lead, LATERAL (
    SELECT id, start FROM meeting m
    WHERE m.organization_id = lead.organization_id AND m.status = 'SCHEDULED' AND {which}
        AND m.start > greatest(%s + make_interval(mins => lead.next), %s + make_interval(mins => lead.minutes) - %s)
        AND m.start <= %s + make_interval(mins => lead.minutes)
        AND NOT EXISTS (
            SELECT FROM reminder r
            WHERE r.meeting_id = m.id AND r.start = m.start AND r.minutes_before <= lead.minutes
        )
        AND NOT EXISTS (
            SELECT FROM meeting_change c
            WHERE c.meeting_id = m.id AND c.at >= m.start - make_interval(mins => lead.minutes)
                AND (c.kind = 'BOOKED' OR c.before IS NOT NULL AND (c.before ->> 'status', c.before ->> 'start')
                    IS DISTINCT FROM (c.after ->> 'status', c.after ->> 'start'))
        )
    ORDER BY m.start, m.id LIMIT %s
) m
ORDER BY m.start, m.id LIMIT %s
"""
_PAGE = _DUE.format(whose="TRUE", which="(m.start, m.id) > (%s, %s)")
_ONE = _DUE.format(whose="o.id = %s", which="m.id = %s")


async def due_reminders(*, now: datetime, after: Due | None = None, limit: int) -> list[Due]:
    """The reminders whose time has come, those of the next meetings first; so many, from one of them on."""
    place = (after.start, after.meeting_id) if after else (now, 0)
    rows = await connections.get("default").execute_query_dict(
        _PAGE, [_USUAL, *place, *_around(now), limit, limit]
    )
    return [Due(**row) for row in rows]


async def remind(meeting_id: int, *, now: datetime) -> bool:
    """Tell everyone of the meeting once more, by mail and in its conversation; whether a reminder of it was due.

    The meeting is held meanwhile: it is not cancelled or moved before what is told of it is true and committed.
    """
    async with transaction() as tx:
        meeting = await Meeting.filter(id=meeting_id).select_for_update(no_key=True).first()
        if meeting is None:
            return False
        named = (_USUAL, meeting.organization_id, meeting.id)
        due = [Due(**row) for row in await tx.rows(_ONE, *named, *_around(now), 1, 1)]
        for one in due:
            await tx.add(
                Reminder(
                    organization_id=meeting.organization_id,
                    meeting=meeting,
                    start=one.start,
                    minutes_before=one.minutes_before,
                )
            )
            kind = MeetingChangeKind.REMINDED
            await record(tx, meeting, kind, actor=Public(), before=None, reason=None, now=now)
    return bool(due)


def _around(now: datetime) -> tuple[object, ...]:
    return now, now, PATIENCE, now
