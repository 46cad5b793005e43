"""Telling webhooks what has happened."""

from time import monotonic

import structlog

from errors import ProviderError
from jobs.events import event_of, told_of_assignment, told_of_change, told_of_conversation, told_of_message
from jobs.retrying import BACKOFF, TIRELESS, TryAgain
from jobs.tools import tools
from models.conversation.assignment import AssignmentRecord
from models.conversation.message import Message
from models.meeting.meeting import MeetingChange
from models.queue import queue
from models.transactions import Transaction, transaction
from models.webhook.delivering import Answer, Attempt, begin_attempt, store_answer
from models.webhook.telling import DELIVER, send_later, webhooks_for
from models.words import WebhookEvent

logger = structlog.get_logger(__name__)

# Whatever else is due goes before it: a receiver that is slow, or many events, hold up no letters.
_PRIORITY = -10


async def tell_webhooks(tx: Transaction, change: MeetingChange) -> None:
    """Have the change sent to whoever wants to be told of it; as often as this is done, once to each."""
    wanting = await webhooks_for(change.organization_id, WebhookEvent.of(change.kind))
    if wanting:
        await send_later(tx, wanting, told_of_change(change), now=tools().now())


@queue.task(name="webhooks.tell_of_message", retry=BACKOFF)
async def tell_of_message(message_id: int) -> None:
    """Have what a guest has written sent to whoever wants to be told of it."""
    async with transaction() as tx:
        # Whoever takes away what it says meanwhile waits, and then finds what is sent.
        await tx.rows("SELECT FROM message WHERE id = %s FOR SHARE", message_id)
        message = (
            await Message.filter(id=message_id)
            .select_related("organization", "conversation", "author_contact")
            .first()
        )
        if message is None:
            return
        wanting = await webhooks_for(message.organization_id, WebhookEvent.MESSAGE_ADDED)
        if wanting:
            await send_later(tx, wanting, told_of_message(message), now=tools().now())


@queue.task(name="webhooks.tell_of_conversation", retry=BACKOFF)
async def tell_of_conversation(message_id: int) -> None:
    """Have sent that a conversation has begun, is over, or goes on."""
    message = (
        await Message.filter(id=message_id)
        .select_related("organization", "conversation", "conversation__disposition")
        .first()
    )
    event = None if message is None else event_of(message)
    if message is None or event is None:
        return
    wanting = await webhooks_for(message.organization_id, event)
    if wanting:
        async with transaction() as tx:
            await send_later(tx, wanting, told_of_conversation(message, event), now=tools().now())


@queue.task(name="webhooks.tell_of_assignment", retry=BACKOFF)
async def tell_of_assignment(record_id: int) -> None:
    """Have sent who was given a conversation, by whom."""
    record = (
        await AssignmentRecord.filter(id=record_id)
        .select_related("organization", "conversation", "from_agent", "to_agent", "actor_agent")
        .first()
    )
    if record is None:
        return
    wanting = await webhooks_for(record.organization_id, WebhookEvent.CONVERSATION_ASSIGNED)
    if wanting:
        async with transaction() as tx:
            await send_later(tx, wanting, told_of_assignment(record), now=tools().now())


@queue.task(name=DELIVER, retry=TIRELESS, priority=_PRIORITY)
async def deliver(delivery_id: int) -> None:
    """Send the event, until it is taken or given up. The job keeps its place while it waits to try again, and what
    concerns the same thing waits behind it. A worker that dies after sending sends again, under the same id. Where as
    much as may be is on its way to a slow receiver, this waits, which is no attempt."""
    attempt = await begin_attempt(delivery_id, keys=tools().keys, now=tools().now())
    if attempt is None:
        return
    if not tools().turns.is_free(attempt.webhook_id):
        raise TryAgain()
    with tools().turns.taken(attempt.webhook_id):
        answer = await _send(attempt)
    pause = await store_answer(attempt, answer, now=tools().now())
    if not answer.is_good:
        logger.info("webhook.refused", delivery_id=delivery_id, status=answer.status, again=pause is not None)
    if pause is not None:
        raise TryAgain(after_seconds=pause.total_seconds())


async def _send(attempt: Attempt) -> Answer:
    began = monotonic()
    if attempt.headers is None:
        return Answer(milliseconds=0, error="Its secret can no longer be read here: renew it.")
    try:
        answered = await tools().post(attempt.url, attempt.body, headers=attempt.headers)
    except ProviderError as error:
        return Answer(milliseconds=_since(began), error=str(error))
    return Answer(
        milliseconds=_since(began),
        status=answered.status,
        said=answered.beginning,
        retry_after_seconds=answered.retry_after_seconds,
    )


def _since(began: float) -> int:
    return round((monotonic() - began) * 1000)
