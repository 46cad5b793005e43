"""Jobs whose worker is gone: killed, or cut off from the database."""

import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.utils import utcnow

from models.queue import queue

logger = structlog.get_logger(__name__)

SILENT_SECONDS = 30.0
# A job that has taken so many workers with it will take the next one too.
MOST_ATTEMPTS = 50


async def recover(*, silent_seconds: float = SILENT_SECONDS) -> None:
    """Let the jobs of workers that have been silent for so long run again, at once.

    A worker that is alive all the same may be at one of them: jobs bear being run twice.
    """
    for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_seconds):
        logger.warning("job.recovered", job=job.id, task=job.task_name, attempts=job.attempts)
        try:
            await _recover(job)
        except ConnectorException:
            # It has ended since we looked, or somebody else was faster. Were it not so, the next round would see.
            continue


async def _recover(job: Job) -> None:
    if job.attempts < MOST_ATTEMPTS:
        await queue.job_manager.retry_job(job, retry_at=utcnow())
    else:
        await queue.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
