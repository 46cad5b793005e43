"""Guests leave a group meeting; the last one ends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tortoise import connections

from errors import NotFound
from models.actor import Actor, KnownActor, Public
from models.claim import Claim
from models.contact.contact import Contact
from models.conversation.belonging import remove_guest
from models.meeting.history import record, snapshot
from models.meeting.meeting import Attendee, Meeting
from models.meeting.seat import JOINABLE, SeatHold
from models.meeting.standing import Standing
from models.transactions import Transaction, transaction
from models.words import MeetingChangeKind, MeetingStatus

_EMPTY = """
SELECT id FROM meeting m WHERE seats > 1 AND status = 'SCHEDULED' AND start > %s
    AND NOT EXISTS (SELECT FROM attendee a WHERE a.meeting_id = m.id AND a.left_at IS NULL AND NOT a.companion)
ORDER BY id
"""


async def leave(
    tx: Transaction, meeting: Meeting, guest_id: int, *, actor: KnownActor, reason: str | None, now: datetime
) -> None:
    """Take the guest's party out of the meeting, which the caller has locked; part of what cancels it for them.

    Their seats are free again. With the last guest the meeting ends; as long as somebody holds seats in it, it waits
    for them. Refuses NotFound to a guest who has left already.
    """
    own = Contact.same_as([guest_id])
    place = await Attendee.guests_of(meeting.id).filter(contact_id__in=own).first()
    if place is None:
        raise NotFound("You do not take part in this meeting.", field=("meetingId",))
    before = snapshot(meeting)
    present = Attendee.filter(meeting_id=meeting.id, left_at__isnull=True)
    await present.filter(contact_id__in=own).update(left_at=now)
    await remove_guest(await meeting.conversation, guest_id)
    first = await Attendee.guests_of(meeting.id).first()
    if first is not None and first.contact_id is not None:
        meeting.guest_id = first.contact_id
    elif not await SeatHold.live(meeting, now=now).exists():
        await _end(tx, meeting, place, before=before, actor=actor, reason=reason, now=now)
        return
    meeting.sequence += 1  # who comes is part of the calendar entry
    await meeting.save(update_fields=["sequence", "guest_id"])
    kind = MeetingChangeKind.ATTENDEE_LEFT
    await record(tx, meeting, kind, actor=actor, before=before, reason=reason, now=now, party=place)


async def end_if_empty(meeting_id: int, *, now: datetime) -> bool:
    """Cancel a group meeting that has neither guests nor seats that somebody holds; whether it was one."""
    async with transaction() as tx:
        meeting = await Meeting.filter(id=meeting_id, seats__gt=1).select_for_update(no_key=True).first()
        if meeting is None or meeting.status not in JOINABLE or meeting.start <= now:
            return False
        if await Attendee.guests_of(meeting.id).exists() or await SeatHold.live(meeting, now=now).exists():
            return False
        await _end(tx, meeting, None, before=snapshot(meeting), actor=Public(), reason=None, now=now)
        return True


async def end_empty(*, now: datetime) -> int:
    """Cancel the group meetings to come that nobody holds seats in any more; how many."""
    empty = await connections.get("default").execute_query_dict(_EMPTY, [now])
    ended = [await end_if_empty(row["id"], now=now) for row in empty]
    return sum(ended)


async def _end(
    tx: Transaction,
    meeting: Meeting,
    last: Attendee | None,
    *,
    before: Mapping[str, Any],
    actor: Actor,
    reason: str | None,
    now: datetime,
) -> None:
    meeting.stand(Standing(MeetingStatus.CANCELLED))
    meeting.version += 1
    meeting.sequence += 1
    await meeting.save(update_fields=["status", "expires_at", "version", "sequence"])
    await Claim.release(meeting.id)
    kind = MeetingChangeKind.CANCELLED
    await record(tx, meeting, kind, actor=actor, before=before, reason=reason, now=now, party=last)
