"""What is done from time to time: clearing away, and picking up after workers that fell."""

from procrastinate import JobContext
from procrastinate.builtin_tasks import remove_old_jobs

from jobs import recovery, trimming
from jobs.tools import tools
from models.changes import trim_changes
from models.queue import queue

HOURS_DONE_JOBS_ARE_KEPT = 24
HOURS_FAILED_JOBS_ARE_KEPT = 7 * 24


# None of these has a lock: a lock of one whose worker fell would stay taken, and nobody would be left to free it.
@queue.periodic(cron="* * * * *")
@queue.task(name="jobs.recover", queueing_lock="jobs.recover", priority=10)
async def recover(timestamp: int) -> None:
    await recovery.recover()


@queue.periodic(cron="17 * * * *")
@queue.task(name="jobs.forget", queueing_lock="jobs.forget", pass_context=True)
async def forget(context: JobContext, timestamp: int) -> None:
    """Take away jobs that were done a day ago, and those that failed a week ago, after somebody could look."""
    await remove_old_jobs(context, max_hours=HOURS_DONE_JOBS_ARE_KEPT)
    await remove_old_jobs(
        context,
        max_hours=HOURS_FAILED_JOBS_ARE_KEPT,
        remove_failed=True,
        remove_cancelled=True,
        remove_aborted=True,
    )


@queue.periodic(cron="23 * * * *")
@queue.task(name="events.trim", queueing_lock="events.trim")
async def trim_events(timestamp: int) -> None:
    await trimming.trim_events()


@queue.periodic(cron="41 * * * *")
@queue.task(name="records.trim", queueing_lock="records.trim")
async def trim_records(timestamp: int) -> None:
    await trimming.trim_keys()
    await trimming.trim_letters(now=tools().now())
    await trimming.trim_deliveries(now=tools().now())
    await trimming.trim_guests(now=tools().now())
    await trimming.trim_scheduled(now=tools().now())
    await trimming.trim_sessions(now=tools().now())
    await trim_changes()
