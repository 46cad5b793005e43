"""What agents and guests write: who may say what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from errors import Invalid, NotAllowed, NotAMember, NotFound, Refused, RepliedMeanwhile
from models.actor import AgentActor, GuestActor, KnownActor
from models.attachment.sending import CARRYING, attach, kind_with, text_with
from models.conversation.adding import add_message, direction_of
from models.conversation.conversation import Conversation
from models.conversation.holding import Held
from models.conversation.message import INTERNAL, Message
from models.conversation.reading import enter, has_written, own_place
from models.conversation.reopening import hold_to_write, rouse_by_message
from models.conversation.together import Asked, may_share, send_together
from models.conversation.turns import in_turn
from models.desk.filling import fill
from models.idempotency import Once, check_key, earlier_outcome, remember_outcome
from models.queueing.later import route_later
from models.transactions import Transaction, ids_of, transaction
from models.webhook.telling import tell_of_message_later
from models.words import ConversationStatus, MessageKind

_SENDABLE = (MessageKind.TEXT, *CARRYING, MessageKind.NOTE, MessageKind.WHISPER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to say, by a text or a canned reply, with a file or without. `expected_last_seq` is the
    newest message that the writer had seen."""

    text: str
    kind: MessageKind = MessageKind.TEXT
    reply_to_id: int | None = None
    attachment_id: int | None = None
    canned_reply_id: int | None = None
    expected_last_seq: int | None = None


async def send_message(
    conversation: Conversation, draft: Draft, *, actor: KnownActor, now: datetime, once: Once | None = None
) -> Message:
    """Add the actor's message; everybody who may read it hears of it. A conversation that is closed, or sleeps, opens
    when its guest writes.

    Refuses Invalid text, NotAllowed (a guest's note, a whisper of who does not supervise), NotAMember, which who
    whispers need not be, ConversationClosed to agents who do not have it, RepliedMeanwhile when another agent has
    answered since `expected_last_seq`, and what `attach` and `fill` refuse.
    """
    sent = await send_as_member(conversation.id, draft, actor=actor, now=now, once=once)
    if sent is not None:
        return sent
    async with in_turn(actor, conversation.id):
        return await send_alone(conversation, draft, actor=actor, now=now, once=once)


async def send_as_member(
    conversation_id: int, draft: Draft, *, actor: KnownActor, now: datetime, once: Once | None = None
) -> Message | None:
    """The same, for who has not been asked whether they see the conversation; None, and nothing is done, where they may
    be no member, more has to be asked for than that, or something is to be refused, of which that comes first."""
    asked = Asked(conversation_id, draft, actor, now, once)
    if not may_share(asked):
        return None
    try:
        check_draft(draft, actor)
        if once is not None:
            check_key(once)
    except Refused:
        return None
    return await send_together(asked)


async def send_alone(
    conversation: Conversation, draft: Draft, *, actor: KnownActor, now: datetime, once: Once | None = None
) -> Message:
    """The same as `send_message`, for what has been tried together with others, and is `in_turn`."""
    check_draft(draft, actor)
    kind = kind_with(draft.kind, draft.attachment_id)
    async with transaction(drawing=[ids_of(Message)]) as tx:
        earlier = await earlier_outcome(tx, once)
        if earlier is not None:
            return await Message.get(id=earlier, organization_id=actor.organization_id)
        held = await hold_to_write(tx, conversation, kind, actor=actor, now=now)
        if held.seq is not None:
            await enter(tx, held.conversation, actor=actor, seq=held.seq)
        message = await write(tx, held, draft, actor=actor, now=now)
        await has_written(tx, held.conversation, message, actor=actor)
        await remember_outcome(tx, once, message.id)
    return message


async def write(tx: Transaction, held: Held, draft: Draft, *, actor: KnownActor, now: datetime) -> Message:
    """Write a draft, which was checked, into the conversation that is held. Refuses what sending does."""
    conversation = held.conversation
    await check_here(conversation, draft, actor=actor)
    text = await text_of(draft, conversation, actor=actor, now=now)
    await rouse_by_message(tx, held, draft.kind, actor=actor, now=now)
    kind = kind_with(draft.kind, draft.attachment_id)
    message = await add_message(
        tx, conversation, kind=kind, direction=direction_of(actor), author=actor, text=text,
        reply_to_id=draft.reply_to_id, seq=held.seq, now=now,
    )  # fmt: skip
    await attach(tx, message, draft.attachment_id, actor=actor)
    if isinstance(actor, GuestActor):
        await tell_of_message_later(tx, message)
        if conversation.status is ConversationStatus.WAITING:
            # What a booking has opened is offered once the guest has written.
            await route_later(tx, conversation)
    return message


def check_draft(draft: Draft, actor: KnownActor) -> None:
    """Refuses what nobody can mean, or the actor never says: Invalid and NotAllowed."""
    if draft.canned_reply_id is None:
        text_with(draft.text, draft.attachment_id)
    elif draft.text.strip():
        raise Invalid("Say either a text or a canned reply.", field=("cannedReplyId",))
    _check_kind(kind_with(draft.kind, draft.attachment_id), actor)


async def text_of(draft: Draft, conversation: Conversation, *, actor: KnownActor, now: datetime) -> str | None:
    """What is said by the draft in the conversation."""
    if draft.canned_reply_id is not None:
        return await fill(draft.canned_reply_id, conversation, actor=actor, now=now)
    return text_with(draft.text, draft.attachment_id)


async def check_here(conversation: Conversation, draft: Draft, *, actor: KnownActor) -> None:
    """Refuses what the actor cannot say in this conversation, as it is now: NotAMember, NotFound, RepliedMeanwhile."""
    whispers = draft.kind is MessageKind.WHISPER
    if not whispers and await own_place(conversation, actor) is None:
        raise NotAMember("Only members of a conversation write in it.")
    if draft.reply_to_id is not None:
        visible = Message.visible_to(actor, conversation.id).filter(id=draft.reply_to_id)
        if not await visible.exists():
            raise NotFound("There is no such message to reply to.", field=("replyToId",))
    if draft.expected_last_seq is not None and isinstance(actor, AgentActor):
        answers = (
            Message.visible_to(actor, conversation.id)
            .filter(seq__gt=draft.expected_last_seq, author_agent_id__isnull=False)
            .exclude(Q(author_agent_id=actor.agent.id) | Q(kind__in=INTERNAL))
        )
        if await answers.exists():
            raise RepliedMeanwhile("Another agent has answered meanwhile.", field=("expectedLastSeq",))


def _check_kind(kind: MessageKind, actor: KnownActor) -> None:
    if kind not in _SENDABLE:
        raise Invalid("This is no kind of message that is sent so.", field=("kind",))
    if kind in INTERNAL and not isinstance(actor, AgentActor):
        raise NotAllowed("Only agents write notes.", field=("kind",))
    if kind is MessageKind.WHISPER and isinstance(actor, AgentActor) and not actor.sees_all:
        raise NotAllowed("Only those who supervise whisper.", field=("kind",))
