"""Conversations are closed, with what came of them, or sleep for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.expressions import Q

from errors import ConversationClosed, Invalid, NotFound
from models import input
from models.actor import AgentActor
from models.conversation.adding import add_system_message
from models.conversation.conversation import Conversation
from models.conversation.holding import hold
from models.conversation.rights import check_may_handle
from models.conversation.said import said
from models.conversation.saying import Saying
from models.conversation.standing import announce_change, stand
from models.desk.disposition import Disposition
from models.naming import naming_what_is_there
from models.queueing.later import flow_later
from models.queueing.offering import withdraw_pending
from models.transactions import Transaction, transaction
from models.words import ConversationStatus, SystemEvent

LONGEST_SLEEP = timedelta(days=365)
LONGEST_NOTE = 2_000
WAKE = "conversations.wake"


async def close(
    conversation: Conversation,
    *,
    disposition_id: int | None = None,
    note: str | None = None,
    actor: AgentActor,
    now: datetime,
) -> Conversation:
    """Close the conversation, as one in which such a thing came out; the note is for agents. Who had it has room for
    another one, and what was offered of it is withdrawn. It opens again when its guest writes.

    Refuses NotAllowed to who neither has it nor may assign it, ConversationClosed, Invalid notes, and NotFound for a
    disposition that is not there for its service.
    """
    note = input.text(note, field=("note",), most=LONGEST_NOTE) if note else None
    async with naming_what_is_there(), transaction() as tx:
        conversation = await _hold(tx, conversation, actor=actor)
        await _check_disposition(disposition_id, conversation)
        await withdraw_pending(tx, conversation, now=now)
        columns = {"closed_at": now, "disposition_id": disposition_id, "disposition_note": note}
        await stand(conversation, ConversationStatus.CLOSED, **columns)
        await announce_change(conversation)
        await add_system_message(tx, conversation, SystemEvent.CLOSED, said(Saying.CLOSED), now=now)
        await _free(tx, conversation)
    return await Conversation.get(id=conversation.id)


async def snooze(
    conversation: Conversation, *, until: datetime | None, actor: AgentActor, now: datetime
) -> Conversation:
    """Have the conversation sleep until then, a year at most; or until its guest writes. It takes nobody's room
    meanwhile, and what was offered of it is withdrawn.

    Refuses NotAllowed as for closing, ConversationClosed, and Invalid for a time that is not to come.
    """
    if until is None or not now < until <= now + LONGEST_SLEEP:
        raise Invalid("Say until when, a year from now at most.", field=("until",))
    async with transaction() as tx:
        conversation = await _hold(tx, conversation, actor=actor)
        await withdraw_pending(tx, conversation, now=now)
        await stand(conversation, ConversationStatus.SNOOZED, snoozed_until=until)
        await announce_change(conversation)
        await tx.later(WAKE, at=until, conversation_id=conversation.id)
        await _free(tx, conversation)
    return await Conversation.get(id=conversation.id)


async def _hold(tx: Transaction, conversation: Conversation, *, actor: AgentActor) -> Conversation:
    conversation = await hold(tx, conversation.id)
    await check_may_handle(actor, conversation)
    if conversation.status is ConversationStatus.CLOSED:
        raise ConversationClosed("The conversation is closed.")
    return conversation


async def _check_disposition(disposition_id: int | None, conversation: Conversation) -> None:
    there = Q(service_id__isnull=True) | Q(service_id=conversation.service_id)
    found = Disposition.of(conversation.organization_id).filter(there, id=disposition_id)
    if disposition_id is not None and not await found.exists():
        raise NotFound("Its service has no such disposition.", field=("dispositionId",))


async def _free(tx: Transaction, conversation: Conversation) -> None:
    """Whoever has the conversation may have another one now."""
    if conversation.assignee_id is not None:
        await flow_later(tx, agent_id=conversation.assignee_id)
