"""Reading connected calendars, each when it is due."""

import structlog
from procrastinate.exceptions import AlreadyEnqueued

from errors import ProviderError, ProviderRejected
from jobs.retrying import BACKOFF
from jobs.tools import tools
from models.calendar.outcome import store_failure, store_reading
from models.calendar.refreshing import REFRESH, Refresh, begin_refresh, due_connections, job_lock
from models.queue import queue
from providers.calendars.protocol import BusyReading

logger = structlog.get_logger(__name__)

MOST_AT_ONCE = 1_000


@queue.task(name=REFRESH, retry=BACKOFF)
async def refresh(connection_id: int) -> None:
    """Read the calendar, if it is due, and keep its busy time. When it is read again, its row says."""
    now = tools().now()
    reading = await begin_refresh(connection_id, now=now)
    if reading is None:
        return
    try:
        busy = await _read(reading)
    except ProviderError as error:
        logger.warning("calendar.unread", connection_id=connection_id, error=type(error).__name__)
        await store_failure(reading, error, keys=tools().keys, now=now)
    else:
        await store_reading(reading, busy, now=now)


@queue.periodic(cron="* * * * *")
@queue.task(name="calendars.refresh_due", queueing_lock="calendars.refresh_due")
async def refresh_due(timestamp: int) -> None:
    """Queue a refresh of each connection that is due, at most a thousand, unless one is waiting already."""
    for connection_id in await due_connections(now=tools().now(), limit=MOST_AT_ONCE):
        lock = job_lock(connection_id)
        try:
            await refresh.configure(lock=lock, queueing_lock=lock).defer_async(connection_id=connection_id)
        except AlreadyEnqueued:
            continue


async def _read(refresh: Refresh) -> BusyReading:
    agent, sealed = refresh.connection.agent, refresh.connection.sealed_address
    url = tools().keys.open(sealed) if sealed else None
    if url is None:
        raise ProviderRejected("Its address can no longer be read here: connect the calendar again.")
    calendar = tools().open_feed(url, zone=agent.zone, owner=agent.email)
    return await calendar.read_busy(refresh.window, policy=refresh.policy, known=refresh.known)
