"""Listing the templates of connected numbers at their providers."""

from datetime import datetime, timedelta

import structlog

from errors import ProviderDown, ProviderRejected
from jobs.retrying import BACKOFF, TryAgain
from jobs.tools import tools
from models.channel.account import ChannelAccount
from models.channel.queueing import SYNC, sync_later
from models.channel.syncing import Listing, accounts_due, begin_listing, store_templates
from models.queue import queue
from models.transactions import transaction
from providers.messaging.protocol import ProvidedTemplate

logger = structlog.get_logger(__name__)

MOST_AT_ONCE = 1_000
# After that the next day's turn comes soon enough.
PATIENCE = timedelta(hours=3)


@queue.task(name=SYNC, retry=BACKOFF)
async def sync(account_id: int, asked_at: str) -> None:
    """Have the account's templates be as the provider has them; what goes wrong is told by its health."""
    now = tools().now()
    listing = await begin_listing(account_id, keys=tools().keys, now=now)
    if listing is None:
        return
    try:
        provided = await _list(listing)
    except ProviderRejected as rejected:
        logger.warning("channel.rejected", account_id=account_id)
        await ChannelAccount.note_trouble(account_id, str(rejected), now=now)
    except ProviderDown as down:
        await ChannelAccount.note_trouble(account_id, str(down), now=now)
        if now < datetime.fromisoformat(asked_at) + PATIENCE:
            raise TryAgain(after_seconds=down.retry_after_seconds) from None
        logger.warning("channel.given_up", account_id=account_id)
    else:
        await store_templates(listing, provided)


@queue.periodic(cron="23 * * * *")
@queue.task(name="channels.sync_due", queueing_lock="channels.sync_due")
async def sync_due(timestamp: int) -> None:
    """Queue the listing of each account whose turn has come, at most a thousand."""
    now = tools().now()
    for account in await accounts_due(now=now, limit=MOST_AT_ONCE):
        async with transaction() as tx:
            await sync_later(tx, account, now=now)


async def _list(listing: Listing) -> list[ProvidedTemplate]:
    if listing.credentials is None:
        raise ProviderRejected("Its credentials can no longer be read here: give them anew.")
    return await tools().open_messages(listing.credentials).list_templates()
