"""The worker: takes jobs from the queue, inside the web process or in one of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import procrastinate
import structlog

import jobs.attachments
import jobs.calendars
import jobs.calls
import jobs.campaigns
import jobs.channels
import jobs.conversations
import jobs.housekeeping
import jobs.mail
import jobs.meetings
import jobs.ordered_mail
import jobs.purging
import jobs.reminders
import jobs.webhooks  # noqa: F401 (whoever works must know the tasks)
from jobs.recovery import SILENT_SECONDS
from models.queue import queue

logger = structlog.get_logger(__name__)

CONCURRENCY = 10
GRACE_SECONDS = 10.0
# Who queues a job notifies nobody: transactions that notify are committed one after the other.
POLL_SECONDS = 0.5
PAUSE_SECONDS = 2.0


@asynccontextmanager
async def open_queue(database_url: str, *, pool_size: int = 4) -> AsyncIterator[None]:
    """The queue's own connections, for as long as the block runs.

    Needed by whoever runs a worker. Verbs queue their jobs on their transactions' connections.
    """
    connector = procrastinate.PsycopgConnector(conninfo=database_url, min_size=1, max_size=pool_size)
    with queue.replace_connector(connector):
        async with queue.open_async():
            yield


async def run_worker(*, concurrency: int = CONCURRENCY, grace_seconds: float = GRACE_SECONDS) -> None:
    """Work until cancelled; then end within the grace: what is not done by then goes back to the queue.

    A worker that loses the database begins anew once it is there again.
    """
    while True:
        try:
            await _work(wait=True, concurrency=concurrency, grace_seconds=grace_seconds)
        except Exception:
            logger.exception("worker.fell")
        await asyncio.sleep(PAUSE_SECONDS)


async def drain() -> None:
    """Work until no job is due, and return.

    One at a time, so that a job which others are queued by has ended before the next is looked for.
    """
    await _work(wait=False, concurrency=1, grace_seconds=GRACE_SECONDS)


async def is_worker_seen() -> bool:
    """Whether any worker, anywhere, has given a sign of life lately."""
    row = await queue.connector.execute_query_one_async(
        "SELECT EXISTS (SELECT FROM procrastinate_workers"
        " WHERE last_heartbeat > now() - make_interval(secs => %(seconds)s)) AS seen",
        seconds=SILENT_SECONDS,
    )
    return bool(row["seen"])


async def _work(*, wait: bool, concurrency: int, grace_seconds: float) -> None:
    await queue.run_worker_async(
        name="frontdesk",
        wait=wait,
        concurrency=concurrency,
        fetch_job_polling_interval=POLL_SECONDS,
        shutdown_graceful_timeout=grace_seconds,
        stalled_worker_timeout=SILENT_SECONDS,
        listen_notify=wait,
        # Signals belong to the process, not to this part of it.
        install_signal_handlers=False,
    )
