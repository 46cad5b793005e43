"""What becomes of meetings by itself."""

import structlog

from jobs.tools import tools
from models.meeting import ending, expiring, leaving
from models.queue import queue

logger = structlog.get_logger(__name__)

MOST_AT_ONCE = 1_000


# Seats that nobody came for are not told of by anybody: a meeting that waited for them is looked for.
@queue.periodic(cron="* * * * *")
@queue.task(name="meetings.end_empty", queueing_lock="meetings.end_empty")
async def end_empty(timestamp: int) -> None:
    await leaving.end_empty(now=tools().now())


@queue.periodic(cron="* * * * *")
@queue.task(name="meetings.expire_due", queueing_lock="meetings.expire_due")
async def expire_due(timestamp: int) -> None:
    """Write down what has expired, at most a thousand; what fails is left for the next minute. Nobody waits for it:
    what has expired is in nobody's way (see models/meeting/expiring.py)."""
    for meeting_id in await expiring.due_to_expire(now=tools().now(), limit=MOST_AT_ONCE):
        try:
            await expiring.expire(meeting_id, now=tools().now())
        except Exception:
            logger.exception("meeting.not_expired", meeting_id=meeting_id)


@queue.periodic(cron="* * * * *")
@queue.task(name="meetings.complete", queueing_lock="meetings.complete")
async def complete(timestamp: int) -> None:
    """Take meetings whose time is over for held, at most a thousand. What fails is left for the next minute."""
    for meeting_id in await ending.ended_meetings(now=tools().now(), limit=MOST_AT_ONCE):
        try:
            await ending.complete_ended(meeting_id, now=tools().now())
        except Exception:
            logger.exception("meeting.not_completed", meeting_id=meeting_id)
