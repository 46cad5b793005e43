"""Purging what organizations no longer keep, when their day begins."""

import structlog

from jobs.tools import tools
from models.queue import queue
from models.retention.purging import purge_step, purging_organizations

logger = structlog.get_logger(__name__)


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="meetings.purge", queueing_lock="meetings.purge")
async def purge(timestamp: int) -> None:
    """Wherever a day has begun, purge until nothing is left to do. What fails is tried again in five minutes, and holds
    up no other organization."""
    for organization_id in await purging_organizations():
        try:
            while await purge_step(organization_id, now=tools().now()):
                continue
        except Exception:
            logger.exception("meetings.not_purged", organization_id=organization_id)
