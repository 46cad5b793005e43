"""Messages, read markers and assignment: what is done in a conversation."""

from __future__ import annotations

from errors import NotFound
from models.agent.agent import Agent
from models.contact import Contact
from models.conversation import assigning, posting, reading
from models.conversation.message import Message
from models.conversation.posting import Draft
from models.meeting.meeting import Meeting
from models.organization.service import Service
from models.words import MessageKind
from resolvers import conversations, ids
from resolvers.actors import SystemActor, party
from resolvers.context import Info
from resolvers.once import once_of
from resolvers.own import voice_in
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.conversations import AssignConversationInput, MarkReadInput, SendMessageInput


@refusals_as_values
async def send_message(info: Info, input: SendMessageInput) -> Payload:
    context = info.context
    conversation = await conversations.find(info, input.conversation_id)
    draft = Draft(
        text=input.text or "",
        kind=input.kind or MessageKind.TEXT,
        reply_to_id=ids.decode_some(input.reply_to_id, "Message", field=("replyToId",)),
        expected_last_seq=input.expected_last_seq,
    )
    once = once_of(context, "sendMessage", input, organization_id=conversation.organization_id)
    actor = await voice_in(info, conversation)
    sent = await posting.send_message(conversation, draft, actor=actor, now=context.now(), once=once)
    return Payload(message=sent)


@refusals_as_values
async def mark_read(info: Info, input: MarkReadInput) -> Payload:
    conversation = await conversations.find(info, input.conversation_id)
    actor = await voice_in(info, conversation)
    return Payload(conversation=await reading.mark_read(conversation, seq=input.seq, actor=actor))


@refusals_as_values
async def assign_conversation(info: Info, input: AssignConversationInput) -> Payload:
    actor = info.context.agent()
    conversation = await conversations.find(info, input.conversation_id)
    agent_id = ids.decode_some(input.agent_id, "Agent", field=("agentId",))
    service_id = ids.decode_some(input.service_id, "Service", field=("serviceId",))
    own, wanted = actor.organization_id, actor.agent.id if agent_id is None else agent_id
    agent = await Agent.of(own).get_or_none(id=wanted, is_active=True)
    service = await Service.of(own).get_or_none(id=service_id, is_active=True)
    if agent is None:
        raise NotFound("There is no such agent.", field=("agentId",))
    if service_id is not None and service is None:
        raise NotFound("There is no such service.", field=("serviceId",))
    assigned = await assigning.assign(
        conversation, agent, service=service, note=input.note, actor=actor, now=info.context.now()
    )
    return Payload(conversation=assigned)


async def author(info: Info, root: Message) -> Agent | Contact | SystemActor | None:
    return await party(info, root.author_agent_id, root.author_contact_id) or SystemActor()


async def reply_to(info: Info, root: Message) -> Message | None:
    return None if root.reply_to_id is None else await info.context.loaders.messages.load(root.reply_to_id)


async def meeting(info: Info, root: Message) -> Meeting | None:
    """As the conversation's meetings are shown: to a guest who holds the link of one meeting, that one."""
    if root.meeting_id is None:
        return None
    return await info.context.loaders.meetings_of_messages.load((root.conversation_id, root.meeting_id))
