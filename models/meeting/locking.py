"""Holding a meeting for what is done about it without touching anybody's time."""

from __future__ import annotations

from errors import NotFound
from models.actor import KnownActor
from models.meeting.changing import Change
from models.meeting.meeting import Meeting


async def lock_seen(meeting_id: int, change: Change, *, actor: KnownActor) -> tuple[Meeting, str | None]:
    """The meeting, held until the transaction ends, so that of two changes the second sees what the first did; and the
    reason that is given. Refuses NotFound, Stale and Invalid reasons."""
    reason = change.reason_given()
    if not await Meeting.visible_to(actor).filter(id=meeting_id).exists():
        raise NotFound("There is no such meeting.", field=("meetingId",))
    meeting = await Meeting.filter(id=meeting_id).select_for_update(no_key=True).get()
    change.check_version(meeting)
    return meeting, reason
