"""A call follows its meeting: whatever becomes of that, a job does the same to the call."""

from __future__ import annotations

from datetime import datetime

from models.meeting.meeting import Meeting
from models.transactions import Transaction
from models.words import MeetingChangeKind

FOLLOW = "calls.follow"

FOLLOWED = frozenset(
    {
        MeetingChangeKind.BOOKED,
        MeetingChangeKind.CONFIRMED,
        MeetingChangeKind.ACCEPTED,
        MeetingChangeKind.DECLINED,
        MeetingChangeKind.RESCHEDULED,
        MeetingChangeKind.DURATION_CHANGED,
        MeetingChangeKind.CANCELLED,
        MeetingChangeKind.EXPIRED,
    }
)
"""The changes after which a call may have to be made, moved or dropped."""


async def follow_later(tx: Transaction, meeting: Meeting, *, now: datetime) -> None:
    """Have the call follow; nothing for a meeting that is to have none. One job after the other for each meeting."""
    if meeting.call_state is not None:
        lock = f"call:{meeting.id}"
        await tx.later(FOLLOW, lock=lock, meeting_id=meeting.id, asked_at=now.isoformat())
