"""Where a guest is placed: in a new meeting, or in a group meeting that has seats left."""

from __future__ import annotations

from datetime import datetime

from errors import SlotTaken
from models.availability.engine import Request, ask_engine
from models.availability.taking import Purpose, Taken, take_time
from models.meeting.meeting import Meeting
from models.meeting.seat import lock_seats
from models.transactions import Transaction

# Each time somebody else was faster, another meeting is looked for; in the end, somebody has to be told no.
TRIES = 10


async def find_place(
    tx: Transaction, request: Request, start: datetime, *, purpose: Purpose, now: datetime
) -> Taken | Meeting:
    """New time, taken for the purpose; or the group meeting that the engine names, held until the transaction ends,
    with as many seats left as the target asks for.

    Refuses, with the nearest free slots, whatever stands against the time.
    """
    target = request.target
    if target.plan.seats == 1:
        return await take_time(tx, request, start, purpose=purpose, now=now)
    if target.service is not None:
        await target.service.lock()
    await tx.rows("SAVEPOINT place")
    for _ in range(TRIES):
        taken = await take_time(tx, request, start, purpose=purpose, now=now)
        if taken.joins is None:
            return taken
        # Agents' rows are locked before a meeting's, and who waits for another meeting must not have this one.
        await tx.rows("ROLLBACK TO SAVEPOINT place")
        meeting = await lock_seats(tx, taken.joins, target.seats, during=taken.time.own, now=now)
        if meeting is not None:
            return meeting
        await tx.rows("ROLLBACK TO SAVEPOINT place")
    answer = await ask_engine(request, now=now)
    raise answer.with_alternatives(SlotTaken("The last seats have just been taken."), start)
