"""Offers: those for the viewer, saying yes and no to them, and what is told of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from strawberry import ID

from models.actor import AgentActor
from models.agent.agent import Agent
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation
from models.conversation.offer import Offer
from models.organization.service import Service
from models.queueing import accepting, attending, rejecting
from models.queueing.counting import QueueCount
from models.words import Presence, Verdict
from resolvers import conversations, ids
from resolvers.agents import for_colleagues
from resolvers.context import Info
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.conversations import OfferActionInput


async def offers(info: Info) -> list[Offer]:
    """What the viewer can take now, the oldest first."""
    actor = info.context.agent()
    return await Offer.pending_for(actor.agent.id, now=info.context.now()).order_by("created_at", "id")


@refusals_as_values
async def set_presence(info: Info, presence: Presence) -> Payload:
    actor = info.context.agent()
    await attending.set_presence(presence, actor=actor, now=info.context.now())
    return Payload(agent=await Agent.get(id=actor.agent.id))


@refusals_as_values
async def accept_offer(info: Info, input: OfferActionInput) -> Payload:
    actor = info.context.agent()
    offer = await accepting.accept(_offer(input.offer_id), actor=actor, now=info.context.now())
    return await _answered(info, offer)


@refusals_as_values
async def reject_offer(info: Info, input: OfferActionInput) -> Payload:
    actor, now = info.context.agent(), info.context.now()
    offer = await rejecting.reject(_offer(input.offer_id), reason=input.reason, actor=actor, now=now)
    return await _answered(info, offer)


def _offer(id: ID) -> int:
    return ids.decode(id, "Offer", field=("offerId",))


async def _answered(info: Info, offer: Offer) -> Payload:
    now = await Conversation.get(id=offer.conversation_id)
    return Payload(offer=offer, conversation=await conversations.as_seen(info, now))


async def conversation(info: Info, root: Offer) -> Conversation | None:
    return await conversations.as_seen(
        info, await info.context.loaders.conversations.load(root.conversation_id)
    )


async def to(info: Info, root: Offer) -> list[Agent | None]:
    loaders = info.context.loaders
    return await loaders.agents.load_many(await loaders.recipients_of_offer.load(root.id))


async def service(info: Info, root: Offer) -> Service | None:
    return None if root.service_id is None else await info.context.loaders.services.load(root.service_id)


async def from_agent(info: Info, root: Offer) -> Agent | None:
    return None if root.from_agent_id is None else await info.context.loaders.agents.load(root.from_agent_id)


async def accepted_by(info: Info, root: Offer) -> Agent | None:
    return None if root.accepted_by_id is None else await info.context.loaders.agents.load(root.accepted_by_id)


async def of_record(info: Info, root: AssignmentRecord) -> Offer | None:
    return None if root.offer_id is None else await info.context.loaders.offers.load(root.offer_id)


async def pending(info: Info, root: Conversation) -> list[Offer]:
    """For the agents who may read the conversation; anybody else sees none."""
    if not await _may_read(info, root):
        return []
    return await info.context.loaders.pending_offers_of_conversation.load(root.id)


@dataclass(frozen=True, slots=True)
class OfferVerdict:
    agent_id: int
    verdict: Verdict
    at: datetime


async def explanation(info: Info, root: Conversation) -> list[OfferVerdict]:
    if not await _may_read(info, root):
        return []
    records = await info.context.loaders.routing_of_conversation.load(root.id)
    return [
        OfferVerdict(agent_id, verdict, record.at)
        for record in records
        for agent_id, verdict in record.by_agent().items()
    ]


async def agent_of_verdict(info: Info, root: OfferVerdict) -> Agent | None:
    return await info.context.loaders.agents.load(root.agent_id)


async def _may_read(info: Info, root: Conversation) -> bool:
    context = info.context
    return isinstance(context.actor, AgentActor) and await context.loaders.readable.load(root.id)


async def presence(info: Info, root: Agent) -> Presence:
    return await info.context.loaders.presence_of_agent.load(for_colleagues(info, root).id)


async def waiting_count(info: Info, root: Service) -> int:
    return (await _count(info, root)).waiting


async def open_count(info: Info, root: Service) -> int:
    return (await _count(info, root)).open


async def _count(info: Info, root: Service) -> QueueCount:
    return await info.context.loaders.count_of_service.load(for_colleagues(info, root).id)


async def service_of_count(info: Info, root: QueueCount) -> Service | None:
    return await info.context.loaders.services.load(root.service_id)
