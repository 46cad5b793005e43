"""Meetings that nobody decided in time are written down as what they are: expired.

Nothing depends on when that happens: from its `expires_at` on such a meeting takes no time, and cannot be decided.
"""

from __future__ import annotations

from datetime import datetime

from tortoise import connections

from models.actor import Public
from models.claim import Claim
from models.meeting.changing import save_meeting
from models.meeting.history import record, snapshot
from models.meeting.meeting import Meeting
from models.meeting.standing import LEADS, Standing
from models.transactions import transaction
from models.words import MeetingChangeKind, MeetingStatus

_DUE = "SELECT id FROM meeting WHERE expires_at <= %s ORDER BY expires_at, id LIMIT %s"


async def expire(meeting_id: int, *, now: datetime) -> bool:
    """Write down that the meeting has expired, and tell everyone; whether it was this that did so. Of several at once,
    and of those who decide the meeting at the last moment, one does."""
    kind = MeetingChangeKind.EXPIRED
    async with transaction() as tx:
        meeting = await Meeting.filter(id=meeting_id).select_for_update().first()
        if meeting is None or meeting.status not in LEADS[kind] or not meeting.has_expired(now):
            return False
        before = snapshot(meeting)
        meeting.stand(Standing(MeetingStatus.EXPIRED))
        await save_meeting(meeting)
        await Claim.release(meeting.id)
        await record(tx, meeting, kind, actor=Public(), before=before, reason=None, now=now)
    return True


async def due_to_expire(*, now: datetime, limit: int) -> list[int]:
    """The ids of meetings that have expired and are not written down as that, the longest expired first."""
    rows = await connections.get("default").execute_query_dict(_DUE, [now, limit])
    return [row["id"] for row in rows]
