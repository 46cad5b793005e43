"""Conversations change hands: they are assigned, given back, and passed on."""

from __future__ import annotations

from datetime import timedelta

from errors import Invalid, NotFound
from models.agent.agent import Agent
from models.conversation import assigning, releasing, transferring
from models.conversation.conversation import Conversation
from models.conversation.offer import Offer
from models.conversation.transferring import USUAL, Transfer
from models.organization.service import Service
from resolvers import conversations, ids
from resolvers.context import Info
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.conversations import AssignConversationInput, OfferActionInput
from schema.inputs.handovers import ConversationActionInput, TransferConversationInput


@refusals_as_values
async def assign_conversation(info: Info, input: AssignConversationInput) -> Payload:
    actor = info.context.agent()
    conversation = await conversations.find(info, input.conversation_id)
    agent = await _agent(info, input.agent_id, field="agentId")
    if agent is None:
        agent = await _own_self(info)
    service = await _service(info, input.service_id, field="serviceId")
    assigned = await assigning.assign(
        conversation, agent, service=service, note=input.note, actor=actor, now=info.context.now()
    )
    return Payload(conversation=assigned)


@refusals_as_values
async def unassign_conversation(info: Info, input: ConversationActionInput) -> Payload:
    actor = info.context.agent()
    conversation = await conversations.find(info, input.conversation_id)
    check_no_end(input)
    given_back = await releasing.unassign(conversation, actor=actor, now=info.context.now())
    return Payload(conversation=given_back)


@refusals_as_values
async def transfer_conversation(info: Info, input: TransferConversationInput) -> Payload:
    actor = info.context.agent()
    conversation = await conversations.find(info, input.conversation_id)
    seconds = input.timeout_seconds
    wish = Transfer(
        agent=await _agent(info, input.to_agent_id, field="toAgentId"),
        service=await _service(info, input.to_service_id, field="toServiceId"),
        timeout=USUAL if seconds is None else timedelta(seconds=seconds),
        note=input.note,
    )
    offer = await transferring.transfer(conversation, wish, actor=actor, now=info.context.now())
    return await _passed_on(offer)


@refusals_as_values
async def withdraw_offer(info: Info, input: OfferActionInput) -> Payload:
    actor = info.context.agent()
    key = ids.decode(input.offer_id, "Offer", field=("offerId",))
    offer = await transferring.withdraw_transfer(key, actor=actor, now=info.context.now())
    return await _passed_on(offer)


async def _passed_on(offer: Offer) -> Payload:
    return Payload(offer=offer, conversation=await Conversation.get(id=offer.conversation_id))


def check_no_end(input: ConversationActionInput) -> None:
    """Refuses Invalid where something is to last until a time that does not."""
    if input.until is not None:
        raise Invalid("This has no end: only sleep has.", field=("until",))


async def _agent(info: Info, id: str | None, *, field: str) -> Agent | None:
    key = ids.decode_some(id, "Agent", field=(field,))
    found = await Agent.of(info.context.agent().organization_id).get_or_none(id=key, is_active=True)
    if key is not None and found is None:
        raise NotFound("There is no such agent.", field=(field,))
    return found


async def _own_self(info: Info) -> Agent:
    """Who asks; refuses NotFound to programs, which have no conversations."""
    own = info.context.agent().agent
    if not own.is_person:
        raise NotFound("A program has no conversations: name an agent.", field=("agentId",))
    return own


async def _service(info: Info, id: str | None, *, field: str) -> Service | None:
    key = ids.decode_some(id, "Service", field=(field,))
    found = await Service.of(info.context.agent().organization_id).get_or_none(id=key, is_active=True)
    if key is not None and found is None:
        raise NotFound("There is no such service.", field=(field,))
    return found
