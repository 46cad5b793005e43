"""Messages are added here: by agents and guests, and by the system when something happens."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from errors import ConversationClosed, Invalid, NotAllowed, NotAMember, NotFound, RepliedMeanwhile
from models import input
from models.actor import AgentActor, GuestActor, KnownActor
from models.conversation.conversation import Conversation, Member
from models.conversation.message import INTERNAL, Message
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.organization.service import ServiceMember
from models.transactions import Transaction, transaction
from models.words import ConversationStatus, Direction, MessageKind, SystemEvent
from realtime.events import Announcement, Audience, EventKind, announce, conversation_topic, inbox_topic

_SENDABLE = (MessageKind.TEXT, MessageKind.NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to say. `expected_last_seq` is the newest message that the writer had seen."""

    text: str
    kind: MessageKind = MessageKind.TEXT
    reply_to_id: int | None = None
    expected_last_seq: int | None = None


async def send_message(
    conversation: Conversation, draft: Draft, *, actor: KnownActor, now: datetime, once: Once | None = None
) -> Message:
    """Add the actor's message; everybody who may read it hears of it.

    Refuses Invalid text, NotAllowed (a guest's note), NotAMember, ConversationClosed, and RepliedMeanwhile when
    another agent has answered since `expected_last_seq`.
    """
    text = input.text(draft.text, field=("text",))
    _check_kind(draft.kind, actor)
    async with transaction() as tx:
        earlier = await earlier_outcome(tx, once)
        if earlier is not None:
            return await Message.get(id=earlier, organization_id=actor.organization_id)
        conversation = await _lock(conversation)
        await _check(conversation, draft, actor=actor)
        message = await _add(
            tx, conversation, kind=draft.kind, direction=_direction(actor), author=actor, text=text,
            reply_to_id=draft.reply_to_id, now=now,
        )  # fmt: skip
        await Member.of(conversation.id, actor).update(last_read_seq=message.seq)
        if isinstance(actor, GuestActor):
            lock = f"conversation:{conversation.id}"
            await tx.later("webhooks.tell_of_message", lock=lock, message_id=message.id)
        await remember_outcome(tx, once, message.id)
    return message


async def add_system_message(
    tx: Transaction,
    conversation: Conversation,
    event: SystemEvent,
    text: str,
    *,
    meeting_id: int | None,
    now: datetime,
) -> Message:
    """Write into the conversation what has happened; part of the verb that made it happen."""
    return await _add(
        tx, conversation, kind=MessageKind.SYSTEM, direction=Direction.OUTBOUND, author=None, text=text,
        system_event=event, meeting_id=meeting_id, now=now,
    )  # fmt: skip


async def announce_to_inboxes(
    conversation: Conversation, kind: EventKind, ids: Mapping[str, int], *, unless: Collection[int] = ()
) -> None:
    """Tell every agent of the conversation, in their inbox; of one that waits for an agent, those of its service,
    `unless` they are not to know."""
    members: list[Member] | None = conversation.at_hand("members")
    if members is None:
        members = await Member.where("conversation_id = %s ORDER BY id", conversation.id)
    told = {member.agent_id for member in members if member.agent_id is not None}
    if conversation.assignee_id is None and conversation.service_id is not None:
        members_of_service = await ServiceMember.filter(service_id=conversation.service_id)
        told |= {member.agent_id for member in members_of_service if member.agent_id not in unless}
    announce(
        *(
            Announcement(conversation.organization_id, inbox_topic(agent_id), kind, ids, Audience.AGENTS)
            for agent_id in sorted(told)
        )
    )


async def _add(
    tx: Transaction,
    conversation: Conversation,
    *,
    kind: MessageKind,
    direction: Direction,
    author: KnownActor | None,
    text: str,
    now: datetime,
    reply_to_id: int | None = None,
    system_event: SystemEvent | None = None,
    meeting_id: int | None = None,
) -> Message:
    message = await tx.add(
        Message(
            organization_id=conversation.organization_id,
            conversation_id=conversation.id,
            seq=await _next_seq(tx, conversation, kind, direction, now=now),
            kind=kind,
            direction=direction,
            author_agent_id=author.agent.id if isinstance(author, AgentActor) else None,
            author_contact_id=author.contact.id if isinstance(author, GuestActor) else None,
            text=text,
            at=now,
            reply_to_id=reply_to_id,
            system_event=system_event,
            meeting_id=meeting_id,
        )
    )
    audience = Audience.AGENTS if kind in INTERNAL else Audience.EVERYONE
    announce(
        Announcement(
            conversation.organization_id,
            conversation_topic(conversation.id),
            EventKind.MESSAGE_ADDED,
            {"message": message.id},
            audience,
        )
    )
    await announce_to_inboxes(conversation, EventKind.CONVERSATION_CHANGED, {"conversation": conversation.id})
    return message


async def _next_seq(
    tx: Transaction, conversation: Conversation, kind: MessageKind, direction: Direction, *, now: datetime
) -> int:
    """The seq of the conversation's next message, which is noted as its last."""
    at = None if kind in INTERNAL else now  # a guest would see by it that there is a note
    by = None if kind in (*INTERNAL, MessageKind.SYSTEM) else direction
    if tx.is_unwritten(conversation):
        conversation.last_seq += 1
        conversation.last_message_at = at or conversation.last_message_at
        conversation.last_message_direction = by or conversation.last_message_direction
        return int(conversation.last_seq)
    # The update locks the conversation until the end: messages get their seqs in the order of their commits.
    [row] = await tx.rows(
        "UPDATE conversation SET last_seq = last_seq + 1, last_message_at = coalesce(%s, last_message_at),"
        " last_message_direction = coalesce(%s, last_message_direction) WHERE id = %s RETURNING last_seq",
        at,
        by and by.value,
        conversation.id,
    )
    return int(row["last_seq"])


async def _lock(conversation: Conversation) -> Conversation:
    return await Conversation.filter(id=conversation.id).select_for_update().get()


async def _check(conversation: Conversation, draft: Draft, *, actor: KnownActor) -> None:
    if not await Member.of(conversation.id, actor).exists():
        raise NotAMember("Only members of a conversation write in it.")
    if conversation.status is ConversationStatus.CLOSED:
        raise ConversationClosed("The conversation is closed.")
    visible = Message.visible_to(actor, conversation.id)
    if draft.reply_to_id is not None and not await visible.filter(id=draft.reply_to_id).exists():
        raise NotFound("There is no such message to reply to.", field=("replyToId",))
    if draft.expected_last_seq is not None and isinstance(actor, AgentActor):
        answers = visible.filter(
            seq__gt=draft.expected_last_seq, kind=MessageKind.TEXT, author_agent_id__isnull=False
        ).exclude(author_agent_id=actor.agent.id)
        if await answers.exists():
            raise RepliedMeanwhile("Another agent has answered meanwhile.", field=("expectedLastSeq",))


def _check_kind(kind: MessageKind, actor: KnownActor) -> None:
    if kind not in _SENDABLE:
        raise Invalid("Only texts and notes can be sent.", field=("kind",))
    if kind in INTERNAL and not isinstance(actor, AgentActor):
        raise NotAllowed("Only agents write notes.", field=("kind",))


def _direction(actor: KnownActor) -> Direction:
    return Direction.OUTBOUND if isinstance(actor, AgentActor) else Direction.INBOUND
