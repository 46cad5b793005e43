"""Holding a meeting for what is done about it without touching anybody's time."""

from __future__ import annotations

from errors import NotFound, Stale
from models import input
from models.actor import KnownActor
from models.meeting.changing import Change
from models.meeting.meeting import Meeting


async def lock_seen(meeting_id: int, change: Change, *, actor: KnownActor) -> tuple[Meeting, str | None]:
    """The meeting, held until the transaction ends, so that of two changes the second sees what the first did; and the
    reason that is given. Refuses NotFound, Stale and Invalid reasons."""
    reason = input.text(change.reason, field=("reason",), most=1_000) if change.reason else None
    if not await Meeting.visible_to(actor).filter(id=meeting_id).exists():
        raise NotFound("There is no such meeting.", field=("meetingId",))
    meeting = await Meeting.filter(id=meeting_id).select_for_update(no_key=True).get()
    if change.expected_version is not None and change.expected_version != meeting.version:
        raise Stale("The meeting has been changed meanwhile.", field=("expectedVersion",))
    return meeting, reason
