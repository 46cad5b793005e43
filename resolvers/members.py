"""Members of a conversation: asked in, leaving, taken out."""

from __future__ import annotations

from errors import Invalid, NotFound
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation import joining, leaving
from models.conversation.conversation import Conversation
from resolvers import conversations, ids
from resolvers.booking import details
from resolvers.context import Info
from resolvers.own import voice_in
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.handovers import ConversationActionInput
from schema.inputs.members import AddMemberInput, RemoveMemberInput


@refusals_as_values
async def add_member(info: Info, input: AddMemberInput) -> Payload:
    context = info.context
    conversation = await conversations.find(info, input.conversation_id)
    actor = await voice_in(info, conversation)
    if (input.agent_id is None) == (input.guest is None):
        raise Invalid("Name an agent, or a guest.", field=("agentId",))
    if input.guest is not None:
        invited = await joining.invite_guest(
            conversation,
            details(input.guest),
            actor=actor,
            keys=context.world.keys,
            public_url=context.world.public_url,
            now=context.now(),
        )
        return Payload(conversation=invited)
    key = ids.decode(input.agent_id or "", "Agent", field=("agentId",))
    agent = await Agent.of(conversation.organization_id).get_or_none(id=key, is_active=True)
    if agent is None:
        raise NotFound("There is no such agent.", field=("agentId",))
    return Payload(conversation=await joining.add_agent(conversation, agent, actor=actor, now=context.now()))


@refusals_as_values
async def leave_conversation(info: Info, input: ConversationActionInput) -> Payload:
    conversation = await conversations.find(info, input.conversation_id)
    await leaving.leave(conversation, actor=await voice_in(info, conversation), now=info.context.now())
    return Payload(conversation=await _still_seen(info, conversation))


@refusals_as_values
async def remove_member(info: Info, input: RemoveMemberInput) -> Payload:
    conversation = await conversations.find(info, input.conversation_id)
    actor = await voice_in(info, conversation)
    kind, key = ids.split(input.party_id) or ("", 0)
    if kind not in _PARTIES:
        raise NotFound("There is no such member.", field=("partyId",))
    await leaving.remove(conversation, _PARTIES[kind], key, actor=actor, now=info.context.now())
    return Payload(conversation=await _still_seen(info, conversation))


_PARTIES: dict[str, type[Agent] | type[Contact]] = {"Agent": Agent, "Contact": Contact}


async def _still_seen(info: Info, conversation: Conversation) -> Conversation | None:
    return await Conversation.visible_to(info.context.known()).filter(id=conversation.id).first()
