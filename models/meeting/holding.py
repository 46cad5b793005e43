"""Seats of a group meeting are held, given back, and become a guest's."""

from __future__ import annotations

from datetime import datetime

from errors import HoldExpired, Invalid, TooSoon
from models.meeting.leaving import end_if_empty
from models.meeting.meeting import Meeting
from models.meeting.seat import SeatHold, lock_group
from models.transactions import Transaction


async def use_seats(
    tx: Transaction, found: SeatHold, *, held_for: str, start: datetime, seats: int, now: datetime
) -> Meeting:
    """The meeting, held until the transaction ends, in which the seats of the hold are free for its guest alone.

    Refuses HoldExpired, also where the meeting has ended or moved, TooSoon, and Invalid for a hold of another time, of
    something else, or of fewer seats.
    """
    if (found.held_for, found.starts_at) != (held_for, start):
        raise Invalid("The hold is of another time, or of something else.", field=("holdToken",))
    if found.seats < seats:
        raise Invalid("The hold is of fewer seats.", field=("attendees",))
    if start < now:
        raise TooSoon("This time is past.", field=("start",))
    meeting = await lock_group(tx, found.meeting_id, start=start)
    used = await tx.rows("DELETE FROM seat_hold WHERE id = %s AND expires_at > %s RETURNING id", found.id, now)
    if meeting is None or not used:
        raise HoldExpired("The hold has expired, or its meeting does not take place.", field=("holdToken",))
    return meeting


async def release_seats(tx: Transaction, found: SeatHold, *, now: datetime) -> bool:
    """Give the seats back; whether there were any. A meeting in which nobody is left ends.

    Of all rows the meeting's is the first: who books with the hold has it then, too.
    """
    await tx.rows("SELECT id FROM meeting WHERE id = %s FOR NO KEY UPDATE", found.meeting_id)
    gone = await tx.rows("DELETE FROM seat_hold WHERE id = %s RETURNING expires_at", found.id)
    await end_if_empty(found.meeting_id, now=now)
    return any(hold["expires_at"] > now for hold in gone)


async def forget_expired_seats(tx: Transaction, meeting: Meeting, *, now: datetime) -> None:
    """Take away the meeting's expired holds. They count for nothing, but they would be read again and again."""
    await tx.rows("DELETE FROM seat_hold WHERE meeting_id = %s AND expires_at <= %s", meeting.id, now)
