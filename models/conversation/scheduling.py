"""Messages are sent later: written now, and said when it is time, if they still can be then."""

from __future__ import annotations

from datetime import datetime, timedelta

from errors import (
    AgentUnavailable,
    AlreadyDecided,
    ConversationClosed,
    Invalid,
    LimitReached,
    NotAllowed,
    NotFound,
    Refused,
)
from models.actor import AgentActor, KnownActor
from models.attachment.attachment import Attachment
from models.attachment.permission import check_enabled
from models.attachment.sending import check_sound, kind_with
from models.conversation.adding import tell_inbox
from models.conversation.conversation import Conversation
from models.conversation.holding import hold, hold_alone
from models.conversation.message import INTERNAL
from models.conversation.posting import Draft, check_draft, check_here, text_of, write
from models.conversation.reading import was_sent_later
from models.conversation.scheduled import ScheduledMessage
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.transactions import Transaction, transaction
from models.words import ConversationStatus, MessageKind, ScheduledStatus

SEND = "conversations.send_scheduled"
FURTHEST = timedelta(days=366)
MOST_WAITING = 50
"""Of one agent in one conversation."""

_FIELD = ("sendAt",)
_CLAIM = """
UPDATE scheduled_message SET status = 'SENT', text = NULL, attachment_id = NULL
WHERE id = %s AND status = 'WAITING' RETURNING id
"""
_CANCEL = """
UPDATE scheduled_message SET status = 'CANCELLED', text = NULL, attachment_id = NULL
WHERE id = %s AND status IN ('WAITING', 'FAILED') RETURNING id
"""
_FAIL = """
UPDATE scheduled_message SET status = 'FAILED', failure = %s WHERE id = %s AND status = 'WAITING' RETURNING id
"""


async def schedule(
    conversation: Conversation,
    draft: Draft,
    *,
    send_at: datetime,
    actor: KnownActor,
    now: datetime,
    once: Once | None = None,
) -> ScheduledMessage:
    """Keep the agent's message until then, with what a canned reply says now; nobody else sees that there is one.

    Refuses NotAllowed to guests, Invalid for a time that is over or more than a year ahead, LimitReached, and whatever
    is refused of a message that is sent now.
    """
    if not isinstance(actor, AgentActor):
        raise NotAllowed("Only agents send later.", field=_FIELD)
    check_draft(draft, actor)
    async with transaction() as tx:
        if (earlier := await earlier_outcome(tx, once)) is not None:
            return await ScheduledMessage.get(id=earlier, organization_id=actor.organization_id)
        if not now < send_at <= now + FURTHEST:
            raise Invalid("Choose a time to come, within a year.", field=_FIELD)
        conversation = await hold(tx, conversation.id)
        await _check(conversation, draft, actor)
        row = await tx.add(
            ScheduledMessage(
                organization_id=conversation.organization_id,
                conversation_id=conversation.id,
                agent_id=actor.agent.id,
                kind=kind_with(draft.kind, draft.attachment_id),
                text=await text_of(draft, conversation, actor=actor, now=now),
                reply_to_id=draft.reply_to_id,
                attachment_id=draft.attachment_id,
                expected_last_seq=draft.expected_last_seq,
                created_at=now,
                send_at=send_at,
            )
        )
        await tx.later(SEND, at=send_at, scheduled_id=row.id)
        tell_inbox(conversation, actor.agent.id)
        await remember_outcome(tx, once, row.id)
    return row


async def cancel(scheduled_id: int, *, actor: AgentActor) -> ScheduledMessage:
    """Have the agent's message not be sent, or forget one that could not be; a second time nothing happens.
    Refuses NotFound, and AlreadyDecided for one that was sent."""
    own = ScheduledMessage.visible_to(actor).select_related("conversation")
    row = await own.get_or_none(id=scheduled_id)
    if row is None:
        raise NotFound("There is no such message of yours.", field=("scheduledMessageId",))
    async with transaction() as tx:
        if await tx.rows(_CANCEL, row.id):
            tell_inbox(row.conversation, actor.agent.id)
    row = await ScheduledMessage.get(id=row.id)
    if row.status is ScheduledStatus.SENT:
        raise AlreadyDecided("It was sent: take back what it says instead.", field=("scheduledMessageId",))
    return row


async def due(*, now: datetime, limit: int) -> list[int]:
    """The ids of those whose time has come, the oldest first."""
    waiting = ScheduledMessage.filter(status=ScheduledStatus.WAITING, send_at__lte=now)
    return [one.id for one in await waiting.order_by("send_at", "id").limit(limit).only("id")]


async def send_due(scheduled_id: int, *, now: datetime) -> None:
    """Send the message if its time has come, once however often this is called. One that cannot be said any more is
    kept for its author, with the reason: the conversation was closed, they are no member, or are gone, or somebody has
    answered whom they would not have answered after."""
    row = await ScheduledMessage.filter(id=scheduled_id).select_related("agent", "conversation").first()
    if row is None or row.status is not ScheduledStatus.WAITING or row.send_at > now:
        return
    try:
        async with transaction() as tx:
            await _send(tx, row, now=now)
    except Refused as refused:
        async with transaction() as tx:
            if await tx.rows(_FAIL, refused.code.value, row.id):
                tell_inbox(row.conversation, row.agent_id)


async def _send(tx: Transaction, row: ScheduledMessage, *, now: datetime) -> None:
    held = await hold_alone(tx, row.conversation_id)
    if not await tx.rows(_CLAIM, row.id):
        return
    if not row.agent.is_active or row.agent.deleted_at is not None:
        raise AgentUnavailable("Its author does not work here any more.")
    actor, draft = AgentActor(agent=row.agent, session_id=0, expires_at=None), _draft(row)
    _check_open(held.conversation, row.kind)
    check_draft(draft, actor)
    message = await write(tx, held, draft, actor=actor, now=now)
    await was_sent_later(message, actor=actor)
    await tx.rows("UPDATE scheduled_message SET message_id = %s WHERE id = %s", message.id, row.id)
    tell_inbox(held.conversation, row.agent_id)


def _draft(row: ScheduledMessage) -> Draft:
    return Draft(
        text=row.text or "",
        kind=row.kind,
        reply_to_id=row.reply_to_id,
        attachment_id=row.attachment_id,
        expected_last_seq=row.expected_last_seq,
    )


async def _check(conversation: Conversation, draft: Draft, actor: AgentActor) -> None:
    await check_here(conversation, draft, actor=actor)
    _check_open(conversation, draft.kind)
    own = ScheduledMessage.filter(conversation_id=conversation.id, agent_id=actor.agent.id)
    if await own.filter(status=ScheduledStatus.WAITING).count() >= MOST_WAITING:
        raise LimitReached(f"At most {MOST_WAITING} messages of yours wait here.", field=_FIELD)
    if draft.attachment_id is not None:
        await _check_file(conversation, draft.kind, draft.attachment_id, actor)


async def _check_file(
    conversation: Conversation, kind: MessageKind, attachment_id: int, actor: AgentActor
) -> None:
    await check_enabled(conversation.organization_id)
    own = Attachment.filter(id=attachment_id, conversation_id=conversation.id, agent_id=actor.agent.id)
    unsent = await own.filter(message_id__isnull=True, stored_at__isnull=False).first()
    if unsent is None:
        raise NotFound("There is no such attachment of yours to be sent.", field=("attachmentId",))
    check_sound(kind, unsent.media_type)
    waiting = ScheduledMessage.filter(attachment_id=attachment_id, status=ScheduledStatus.WAITING)
    if await waiting.exists():
        raise Invalid("This attachment is to be sent already: upload the file again.", field=("attachmentId",))


def _check_open(conversation: Conversation, kind: MessageKind) -> None:
    """What was written before a conversation was closed does not open it."""
    if conversation.status is ConversationStatus.CLOSED and kind not in INTERNAL:
        raise ConversationClosed("The conversation is closed.")
