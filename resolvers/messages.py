"""Messages and read markers: what is done in a conversation."""

from __future__ import annotations

from collections.abc import Awaitable

from strawberry import ID

from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation import posting, reading, redacting, scheduling, typing
from models.conversation.message import Message
from models.conversation.posting import Draft
from models.conversation.turns import in_turn
from models.idempotency import Once
from models.meeting.meeting import Meeting
from models.words import MessageKind
from resolvers import conversations, ids
from resolvers.actors import SystemActor, party
from resolvers.context import Info
from resolvers.masking import masked
from resolvers.once import once_of
from resolvers.own import voice_in
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.conversations import MarkReadInput, SendMessageInput, SetTypingInput


@refusals_as_values
async def send_message(info: Info, input: SendMessageInput) -> Payload:
    context, key = info.context, ids.decode(input.conversation_id, "Conversation", field=("conversationId",))
    viewer, draft = context.known(), _draft(input)
    once = once_of(context, "sendMessage", input, organization_id=viewer.organization_id)
    if input.send_at is None:
        sent = await posting.send_as_member(key, draft, actor=viewer, now=context.now(), once=once)
        if sent is not None:
            return Payload(message=sent)
    async with in_turn(viewer, key):
        return await _send_alone(info, input, draft, once)


async def _send_alone(info: Info, input: SendMessageInput, draft: Draft, once: Once | None) -> Payload:
    conversation, now = await conversations.find(info, input.conversation_id), info.context.now()
    actor = await voice_in(info, conversation)
    if input.send_at is not None:
        later = await scheduling.schedule(
            conversation, draft, send_at=input.send_at, actor=actor, now=now, once=once
        )
        return Payload(scheduled=later)
    return Payload(message=await posting.send_alone(conversation, draft, actor=actor, now=now, once=once))


def _draft(input: SendMessageInput) -> Draft:
    return Draft(
        text=input.text or "",
        kind=input.kind or MessageKind.TEXT,
        reply_to_id=ids.decode_some(input.reply_to_id, "Message", field=("replyToId",)),
        attachment_id=ids.decode_some(input.attachment_id, "Attachment", field=("attachmentId",)),
        canned_reply_id=ids.decode_some(input.canned_reply_id, "CannedReply", field=("cannedReplyId",)),
        expected_last_seq=input.expected_last_seq,
    )


@refusals_as_values
async def redact_message(info: Info, message_id: ID) -> Payload:
    actor, key = info.context.known(), ids.decode(message_id, "Message", field=("messageId",))
    return Payload(message=await redacting.redact(key, actor=actor, now=info.context.now()))


@refusals_as_values
async def mark_read(info: Info, input: MarkReadInput) -> Payload:
    conversation = await conversations.find(info, input.conversation_id)
    actor = await voice_in(info, conversation)
    return Payload(conversation=await reading.mark_read(conversation, seq=input.seq, actor=actor))


@refusals_as_values
async def set_typing(info: Info, input: SetTypingInput) -> Payload:
    context = info.context
    conversation = await conversations.find(info, input.conversation_id)
    actor = await voice_in(info, conversation)
    await typing.set_typing(
        conversation, input.typing, actor=actor, typists=context.world.typists, now=context.now()
    )
    return Payload(conversation=conversation)


@refusals_as_values
async def mark_unread(info: Info, input: MarkReadInput) -> Payload:
    conversation = await conversations.find(info, input.conversation_id)
    actor = await voice_in(info, conversation)
    return Payload(conversation=await reading.mark_unread(conversation, seq=input.seq, actor=actor))


def text(info: Info, root: Message) -> str | Awaitable[str | None] | None:
    """What people type is as they have typed it; a text of ours may name somebody by their number."""
    if root.kind is not MessageKind.SYSTEM:
        return root.text
    return masked(info, lambda mask: mask.text(root.text))


Author = Agent | Contact | SystemActor | None


def author(info: Info, root: Message) -> Author | Awaitable[Author]:
    """None of somebody who was forgotten since: what a guest has said, the system has not. Nobody is waited for who is
    at hand: that would take longer than all else there is to do for the field."""
    if root.kind is MessageKind.SYSTEM:
        return SystemActor()
    return info.context.loaders.author(root) or party(info, root.author_agent_id, root.author_contact_id)


async def reply_to(info: Info, root: Message) -> Message | None:
    return None if root.reply_to_id is None else await info.context.loaders.messages.load(root.reply_to_id)


async def meeting(info: Info, root: Message) -> Meeting | None:
    """As the conversation's meetings are shown: to a guest who holds the link of one meeting, that one."""
    if root.meeting_id is None:
        return None
    return await info.context.loaders.meetings_of_messages.load((root.conversation_id, root.meeting_id))
