"""The seats of group meetings: how many are taken, by guests and by holds."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tortoise import connections, fields
from tortoise.queryset import QuerySet

from models.base import Owned
from models.meeting.meeting import Meeting
from models.transactions import Transaction
from models.words import MeetingStatus
from scheduling.intervals import Interval

JOINABLE = (MeetingStatus.SCHEDULED,)
"""What guests may join: not what is still to be accepted."""

# Seats are held at a time: who held some in a meeting that moved away holds nothing.
_TAKEN = """
SELECT taken.meeting_id, sum(taken.seats)::int AS seats FROM (
    SELECT meeting_id, seats FROM attendee WHERE left_at IS NULL AND meeting_id = ANY(%s)
    UNION ALL
    SELECT h.meeting_id, h.seats FROM seat_hold h JOIN meeting m ON m.id = h.meeting_id AND m.start = h.starts_at
    WHERE h.meeting_id = ANY(%s) AND h.expires_at > %s
) taken GROUP BY taken.meeting_id
"""


class SeatHold(Owned):
    """Seats of a group meeting, taken for a few minutes while a guest fills the form in.

    They count like a party's until the hold expires or becomes one. It has its id from the claims' sequence, so that
    there is one numbering of holds, whatever they are of.
    """

    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "frontdesk.Meeting", related_name=False, on_delete=fields.CASCADE
    )
    meeting_id: int
    seats = fields.IntField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    hold_hash = fields.CharField(max_length=64)
    held_for = fields.CharField(max_length=200)

    class Meta:
        table = "seat_hold"
        indexes = (("meeting_id",),)

    @classmethod
    def live(cls, meeting: Meeting, *, now: datetime) -> QuerySet[SeatHold]:
        """Those that have not expired, and are of the time at which the meeting takes place."""
        return cls.filter(meeting_id=meeting.id, starts_at=meeting.start, expires_at__gt=now)


async def taken_seats(meeting_ids: Collection[int], *, now: datetime) -> dict[int, int]:
    """How many seats of each meeting are taken: by those who take part, and by holds that have not expired."""
    ids = list(meeting_ids)
    rows = await connections.get("default").execute_query_dict(_TAKEN, [ids, ids, now])
    return {row["meeting_id"]: row["seats"] for row in rows}


async def lock_group(tx: Transaction, meeting_id: int, *, start: datetime) -> Meeting | None:
    """The group meeting, held until the transaction ends, so that nobody else takes its seats or gives them back; None
    where guests cannot join it, or not at that time."""
    locked = await tx.rows(
        "SELECT id FROM meeting WHERE id = %s AND status = ANY(%s) AND start = %s AND seats > 1 FOR NO KEY UPDATE",
        meeting_id, [status.value for status in JOINABLE], start,
    )  # fmt: skip
    return await Meeting.get(id=meeting_id) if locked else None


async def lock_seats(
    tx: Transaction, meeting_id: int, seats: int, *, during: Interval, now: datetime
) -> Meeting | None:
    """The same, as long as it takes place at that time and so many of its seats are left."""
    meeting = await lock_group(tx, meeting_id, start=during.start)
    if meeting is None or meeting.end != during.end:
        return None
    taken = await taken_seats([meeting_id], now=now)
    return meeting if meeting.seats - taken.get(meeting_id, 0) >= seats else None
