"""Starting campaigns when it is time, and sending them: a batch at a time, at the pace of their accounts."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

import structlog
from procrastinate.exceptions import AlreadyEnqueued

from errors import AnswerLost, ProviderDown, ProviderError, ProviderRejected, SenderRejected
from jobs.retrying import BACKOFF, TryAgain
from jobs.tools import tools
from models.campaign import outcome, sending, starting
from models.campaign.queueing import SEND, START, sending_lock
from models.campaign.sending import Batch, Turn
from models.channel.account import ChannelAccount
from models.queue import queue
from providers.messaging.protocol import Messages

logger = structlog.get_logger(__name__)

MOST_AT_ONCE = 1_000
# By one account: so many messages, so many at a time, and the next ones as long after these as it says.
BATCH = 50
LANES = 5
SECONDS_A_BATCH = 5.0
# Letters and calls are waited for; who is in a campaign does not know that they are.
_PRIORITY = -5


@dataclass(slots=True)
class _Sending:
    """A batch on its way: what it is sent by, how many turns it has, and what stands in its way since."""

    batch: Batch
    messages: Messages
    turns: Iterator[int] = field(default_factory=lambda: iter(range(BATCH)))
    trouble: ProviderError | None = None


@queue.task(name=START, retry=BACKOFF)
async def start(campaign_id: int) -> None:
    await starting.start(campaign_id, now=tools().now())


@queue.task(name=SEND, retry=BACKOFF, priority=_PRIORITY)
async def send(account_id: int) -> None:
    """Send the next batch of one of the account's campaigns, and queue the one after it. Where the provider asks to
    wait, all that is to be sent by the account waits; after a day in vain the campaign is stopped."""
    began, now = monotonic(), tools().now()
    batch = await sending.begin_batch(account_id, keys=tools().keys, public_url=tools().public_url, now=now)
    if batch is None:
        return
    under_way = _Sending(batch, tools().open_messages(batch.credentials))
    came = await asyncio.gather(*(_send_some(under_way) for _ in range(LANES)), return_exceptions=True)
    for one in came:
        if isinstance(one, BaseException):
            raise one
    await _settle(under_way)
    await outcome.finish(batch.campaign.id, now=tools().now())
    await _queue(account_id, after_seconds=max(0.0, SECONDS_A_BATCH - (monotonic() - began)))


@queue.periodic(cron="* * * * *")
@queue.task(name="campaigns.start_due", queueing_lock="campaigns.start_due")
async def start_due(timestamp: int) -> None:
    """Start what is due, and have sent on what is being sent, should its job be lost."""
    for campaign_id in await starting.due_campaigns(now=tools().now(), limit=MOST_AT_ONCE):
        try:
            await starting.start(campaign_id, now=tools().now())
        except Exception:
            logger.exception("campaign.not_started", campaign_id=campaign_id)
    for account_id in await sending.sending_accounts(limit=MOST_AT_ONCE):
        await _queue(account_id, after_seconds=SECONDS_A_BATCH)


async def _send_some(under_way: _Sending) -> None:
    for _ in under_way.turns:
        if under_way.trouble is not None:
            return
        turn = await sending.take_up(under_way.batch, now=tools().now())
        if turn is None:
            return
        if turn.message is not None:
            await _send(under_way, turn)


async def _send(under_way: _Sending, turn: Turn) -> None:
    assert turn.message is not None
    try:
        message_id = await under_way.messages.send_template(turn.message)
    except AnswerLost:
        logger.warning("campaign.answer_lost", recipient_id=turn.recipient_id)
        await outcome.keep_lost(turn.recipient_id)
    except (ProviderDown, SenderRejected) as trouble:
        under_way.trouble = trouble
        await outcome.give_back(turn.recipient_id, str(trouble), campaign_id=under_way.batch.campaign.id)
    except ProviderRejected as rejected:
        await outcome.keep_refused(turn.recipient_id, str(rejected))
    else:
        await outcome.keep_sent(
            turn.recipient_id, message_id, account_id=under_way.batch.account.id, now=tools().now()
        )


async def _settle(under_way: _Sending) -> None:
    """What became of the batch, for the account and the campaign. Raises TryAgain to wait for the provider."""
    trouble, batch, now = under_way.trouble, under_way.batch, tools().now()
    if trouble is None:
        return
    await ChannelAccount.note_trouble(batch.account.id, str(trouble), now=now)
    logger.warning("campaign.trouble", campaign_id=batch.campaign.id, error=type(trouble).__name__)
    if isinstance(trouble, ProviderDown) and not await outcome.has_waited_enough(batch.campaign, now=now):
        raise TryAgain(after_seconds=trouble.retry_after_seconds)
    in_vain = "The provider has taken nothing for a day. " if isinstance(trouble, ProviderDown) else ""
    await starting.stop(batch.campaign.id, f"{in_vain}{trouble}", now=now)


async def _queue(account_id: int, *, after_seconds: float) -> None:
    """Have the account's next batch sent, unless it is to be already."""
    lock = sending_lock(account_id)
    later = send.configure(
        lock=lock, queueing_lock=lock, schedule_in={"milliseconds": round(after_seconds * 1000)}
    )
    with suppress(AlreadyEnqueued):
        await later.defer_async(account_id=account_id)
