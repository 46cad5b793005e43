"""What becomes of meetings by itself."""

from jobs.tools import tools
from models.meeting import leaving
from models.queue import queue


# Seats that nobody came for are not told of by anybody: a meeting that waited for them is looked for.
@queue.periodic(cron="* * * * *")
@queue.task(name="meetings.end_empty", queueing_lock="meetings.end_empty")
async def end_empty(timestamp: int) -> None:
    await leaving.end_empty(now=tools().now())
