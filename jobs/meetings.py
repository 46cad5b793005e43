"""What becomes of meetings by itself."""

from jobs.tools import tools
from models.meeting import expiring, leaving
from models.queue import queue


# Seats that nobody came for are not told of by anybody: a meeting that waited for them is looked for.
@queue.periodic(cron="* * * * *")
@queue.task(name="meetings.end_empty", queueing_lock="meetings.end_empty")
async def end_empty(timestamp: int) -> None:
    await leaving.end_empty(now=tools().now())


@queue.periodic(cron="* * * * *")
@queue.task(name="meetings.expire_due", queueing_lock="meetings.expire_due")
async def expire_due(timestamp: int) -> None:
    """Nobody waits for it: what has expired is in nobody's way (see models/meeting/expiring.py)."""
    await expiring.expire_due(now=tools().now())
