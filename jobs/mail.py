"""Telling people of a meeting's changes by mail."""

from datetime import timedelta

import structlog

from errors import ProviderDown, ProviderRejected
from jobs.retrying import BACKOFF, TryAgain
from jobs.sending import send_once
from jobs.tools import tools
from jobs.webhooks import tell_webhooks
from models.letter.calls import waits_for_call
from models.letter.changes import Addressee, addressees, find_change, is_outdated
from models.letter.facts import Links
from models.letter.writing import write
from models.meeting.meeting import MeetingChange
from models.queue import queue
from models.transactions import transaction
from models.words import Audience

logger = structlog.get_logger(__name__)

# News of a meeting that is a day old is no news; what is true now its page says.
PATIENCE = timedelta(hours=24)


@queue.task(name="mail.tell_of_change", retry=BACKOFF)
async def tell_of_change(change_id: int) -> None:
    """Queue a letter to each who is to be told, and the event for webhooks. Each gets what there is of a meeting in the
    order of its changes."""
    change = await find_change(change_id)
    if change is None:
        return
    async with transaction() as tx:
        for one in await addressees(change):
            await tx.later(
                "mail.deliver",
                lock=f"letters:{change.meeting_id}:{one.key}",
                change_id=change.id,
                audience=one.audience.value,
                agent_id=one.agent_id,
                attendee_id=one.attendee_id,
            )
        await tell_webhooks(tx, change)


@queue.task(name="mail.deliver", retry=BACKOFF)
async def deliver(
    change_id: int, audience: str, agent_id: int | None = None, attendee_id: int | None = None
) -> None:
    """Send the letter, once."""
    change = await find_change(change_id)
    if change is None:
        return
    addressee = Addressee(Audience(audience), agent_id, attendee_id)
    try:
        await _send(change, addressee)
    except ProviderRejected:
        logger.warning("letter.rejected", change_id=change_id, audience=audience, agent_id=agent_id)
    except ProviderDown as down:
        if tools().now() - change.at >= PATIENCE:
            logger.warning("letter.given_up", change_id=change_id, audience=audience, agent_id=agent_id)
            return
        raise TryAgain(after_seconds=down.retry_after_seconds) from None


async def _send(change: MeetingChange, addressee: Addressee) -> None:
    now = tools().now()
    if is_outdated(change, now=now):
        return
    if waits_for_call(change, now=now):
        raise TryAgain
    letter = await write(change, addressee, links=Links(tools().keys, tools().public_url))
    if letter is not None:
        await send_once(letter, organization_id=change.organization_id)
