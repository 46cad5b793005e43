"""Conversations end for now: they are closed, opened again, and put to sleep."""

from __future__ import annotations

from datetime import datetime

from models.conversation import closing, reopening
from models.conversation.conversation import Conversation
from models.desk.disposition import Disposition
from resolvers import conversations, ids
from resolvers.agents import is_colleague
from resolvers.context import Info
from resolvers.handovers import check_no_end
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.handovers import CloseConversationInput, ConversationActionInput


@refusals_as_values
async def close_conversation(info: Info, input: CloseConversationInput) -> Payload:
    actor = info.context.agent()
    conversation = await conversations.find(info, input.conversation_id)
    disposition_id = ids.decode_some(input.disposition_id, "Disposition", field=("dispositionId",))
    closed = await closing.close(
        conversation, disposition_id=disposition_id, note=input.note, actor=actor, now=info.context.now()
    )
    return Payload(conversation=closed)


@refusals_as_values
async def reopen_conversation(info: Info, input: ConversationActionInput) -> Payload:
    actor = info.context.agent()
    conversation = await conversations.find(info, input.conversation_id)
    check_no_end(input)
    return Payload(conversation=await reopening.reopen(conversation, actor=actor, now=info.context.now()))


@refusals_as_values
async def snooze_conversation(info: Info, input: ConversationActionInput) -> Payload:
    actor = info.context.agent()
    conversation = await conversations.find(info, input.conversation_id)
    now = info.context.now()
    return Payload(conversation=await closing.snooze(conversation, until=input.until, actor=actor, now=now))


def snoozed_until(info: Info, root: Conversation) -> datetime | None:
    return root.snoozed_until if is_colleague(info, root.organization_id) else None


async def disposition(info: Info, root: Conversation) -> Disposition | None:
    if root.disposition_id is None or not is_colleague(info, root.organization_id):
        return None
    return await info.context.loaders.dispositions.load(root.disposition_id)


def disposition_note(info: Info, root: Conversation) -> str | None:
    return root.disposition_note if is_colleague(info, root.organization_id) else None
