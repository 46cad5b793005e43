"""Reminding people of their meetings, each when it is time."""

import structlog

from jobs.tools import tools
from models.meeting import reminding
from models.queue import queue

logger = structlog.get_logger(__name__)

AT_ONCE = 500


@queue.periodic(cron="* * * * *")
@queue.task(name="meetings.remind", queueing_lock="meetings.remind")
async def remind(timestamp: int) -> None:
    """Send what is due. What fails is left for the next minute and holds up nobody else."""
    last = None
    while batch := await reminding.due_reminders(now=tools().now(), after=last, limit=AT_ONCE):
        for one in batch:
            await _remind(one.meeting_id)
        last = batch[-1]


async def _remind(meeting_id: int) -> None:
    try:
        await reminding.remind(meeting_id, now=tools().now())
    except Exception:
        logger.exception("meeting.not_reminded", meeting_id=meeting_id)
