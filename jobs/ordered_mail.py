"""Sending the letters that were ordered: those that no meeting's change tells of."""

from datetime import timedelta

import structlog

from errors import ProviderDown, ProviderRejected
from jobs.retrying import BACKOFF, TryAgain
from jobs.sending import send_once
from jobs.tools import tools
from models.letter.ordered import OrderedLetter
from models.letter.writing import write_ordered
from models.queue import queue

logger = structlog.get_logger(__name__)

# Longer than for news of a meeting: who is invited still wants to come tomorrow.
PATIENCE = timedelta(hours=48)


@queue.task(name="mail.send_ordered", retry=BACKOFF)
async def send_ordered(letter_id: int) -> None:
    """Send the letter, once, and forget what it says. One that is of no use any more, or that nobody can be sent, is
    forgotten unsent."""
    row = await OrderedLetter.filter(id=letter_id).select_related("organization").first()
    if row is None:
        return
    try:
        await _send(row)
    except ProviderRejected:
        logger.warning("letter.rejected", letter_id=letter_id)
    except ProviderDown as down:
        if tools().now() - row.ordered_at >= PATIENCE:
            logger.warning("letter.given_up", letter_id=letter_id)
        else:
            raise TryAgain(after_seconds=down.retry_after_seconds) from None
    await row.delete()


async def _send(row: OrderedLetter) -> None:
    order = row.order(tools().keys)
    if order is None or (order.until is not None and order.until <= tools().now()):
        return
    await send_once(await write_ordered(row, order), organization_id=row.organization_id)
