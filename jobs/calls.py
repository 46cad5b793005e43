"""Making, moving and dropping the calls of meetings at their providers."""

from datetime import datetime, timedelta

import structlog

from errors import ProviderDown, ProviderRejected
from jobs.retrying import BACKOFF, TryAgain
from jobs.tools import tools
from models.call import carrying
from models.call.carrying import Deed, Errand
from models.call.connection import MeetingProviderConnection
from models.call.following import FOLLOW
from models.queue import queue
from providers.meetings.protocol import Calls

logger = structlog.get_logger(__name__)

# A provider that is down is waited for, but who is to meet must know in time that there is no call.
PATIENCE = timedelta(hours=24)
LEAST_PATIENCE = timedelta(minutes=10)


@queue.task(name=FOLLOW, retry=BACKOFF)
async def follow(meeting_id: int, asked_at: str) -> None:
    """Do at the provider what the meeting's call needs by now, if anything; given up when the meeting begins."""
    now = tools().now()
    errand = await carrying.begin(meeting_id, now=now)
    if errand is None:
        return
    try:
        await _run(errand)
    except ProviderRejected as rejected:
        logger.warning("call.rejected", meeting_id=meeting_id, deed=errand.deed.name)
        await carrying.give_up(errand, str(rejected), now=now)
    except ProviderDown as down:
        if now < _until(errand, datetime.fromisoformat(asked_at)):
            raise TryAgain(after_seconds=down.retry_after_seconds) from None
        logger.warning("call.given_up", meeting_id=meeting_id, deed=errand.deed.name)
        await carrying.give_up(errand, "The provider of calls could not be reached.", now=now)


async def _run(errand: Errand) -> None:
    calls = await _open(errand.connection)
    match errand.deed:
        case Deed.MAKE:
            provided = await calls.make(errand.wish)
        case Deed.MOVE:
            provided = await calls.move(errand.id, errand.wish)
        case Deed.DROP:
            await calls.drop(errand.id)
            await carrying.keep_dropped(errand)
            return
    if not await carrying.keep(errand, provided, now=tools().now()):
        await calls.drop(provided.id)


async def _open(connection: MeetingProviderConnection) -> Calls:
    sealed = connection.sealed_secret
    secret = tools().keys.open(sealed) if sealed else None
    if sealed and secret is None:
        await connection.lose()
        raise ProviderRejected("Its secret can no longer be read here: connect the provider of calls again.")
    return tools().open_calls(connection.provider, account=connection.account, secret=secret)


def _until(errand: Errand, asked_at: datetime) -> datetime:
    return max(min(asked_at + PATIENCE, errand.meeting_start), asked_at + LEAST_PATIENCE)
