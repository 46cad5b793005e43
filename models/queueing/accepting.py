"""An agent says yes to an offer. The first to say so has the conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from errors import AlreadyTaken, NotFound, OfferExpired
from models.actor import AgentActor
from models.agent.agent import Agent
from models.agent.locking import lock_agents
from models.conversation.adding import add_system_message
from models.conversation.conversation import Conversation
from models.conversation.giving import give, say_assigned
from models.conversation.offer import Offer, OfferRecipient
from models.conversation.said import said
from models.conversation.saying import Saying
from models.organization.service import ServiceMember
from models.queueing.finding import first_service_of
from models.queueing.offering import close_offer
from models.transactions import Transaction, transaction
from models.words import AssignmentCause, ConversationStatus, OfferKind, OfferStatus, SystemEvent

_OVER = "The offer is over."


@dataclass(frozen=True, slots=True)
class Held:
    """An offer, its conversation and the agent's part in it, all held until the transaction ends."""

    offer: Offer
    conversation: Conversation
    part: OfferRecipient


async def accept(offer_id: int, *, actor: AgentActor, now: datetime) -> Offer:
    """Give the agent who asks the conversation that is offered to them; whoever has it already gets the same answer.

    Refuses NotFound to who was not offered it, AlreadyTaken where a colleague was faster, OfferExpired where its time
    is over, it was withdrawn, or they have said no or left their desk since, and AtCapacity.
    """
    async with transaction() as tx:
        await lock_agents(tx, [actor.agent.id])
        held = await hold_offer(offer_id, agent=actor.agent)
        offer = held.offer
        if offer.status is OfferStatus.ACCEPTED and offer.accepted_by_id == actor.agent.id:
            return offer
        check_pending(held, now=now)
        await close_offer(tx, offer, OfferStatus.ACCEPTED, accepted_by=actor.agent.id, now=now)
        await _take(tx, held, actor=actor, now=now)
    return offer


async def hold_offer(offer_id: int, *, agent: Agent) -> Held:
    """The offer as it concerns this agent; refuses NotFound to who was not offered it."""
    part = await OfferRecipient.filter(offer_id=offer_id, agent_id=agent.id).select_related("offer").first()
    found = None if part is None else Conversation.filter(id=part.offer.conversation_id)
    conversation = None if found is None else await found.select_for_update().first()
    if part is None or conversation is None:
        raise NotFound("There is no such offer.", field=("offerId",))
    offer = await Offer.filter(id=offer_id).select_for_update(no_key=True).get()
    return Held(offer, conversation, await OfferRecipient.get(id=part.id))


def check_pending(held: Held, *, now: datetime) -> None:
    """Refuses AlreadyTaken and OfferExpired."""
    offer, conversation = held.offer, held.conversation
    if offer.status is OfferStatus.ACCEPTED:
        raise AlreadyTaken("A colleague was faster.", field=("offerId",))
    if not held.part.is_open or (offer.expires_at is not None and offer.expires_at <= now):
        raise OfferExpired(_OVER, field=("offerId",))
    is_queue = offer.kind is OfferKind.QUEUE
    if is_queue and conversation.status is not ConversationStatus.WAITING:
        raise OfferExpired(_OVER, field=("offerId",))
    if conversation.assignee_id != offer.from_agent_id:
        raise OfferExpired(_OVER, field=("offerId",))


async def _take(tx: Transaction, held: Held, *, actor: AgentActor, now: datetime) -> None:
    offer, conversation, agent = held.offer, held.conversation, actor.agent
    is_queue = offer.kind is OfferKind.QUEUE
    await give(
        tx,
        conversation,
        agent,
        service_id=await _service_id(held, agent),
        actor=actor,
        how=AssignmentCause.OFFER_ACCEPTED if is_queue else AssignmentCause.TRANSFER_ACCEPTED,
        offer=offer,
        note=offer.note,
        now=now,
    )
    if is_queue:
        await say_assigned(tx, conversation, agent, now=now)
        return
    text = said(Saying.TOOK_OVER, agent=agent.name)
    await add_system_message(tx, conversation, SystemEvent.TRANSFER_ACCEPTED, text, meeting_id=None, now=now)


async def _service_id(held: Held, agent: Agent) -> int | None:
    """Where the conversation belongs from now on: to the service it was offered by or, of a transfer to an agent, where
    it was if they are of that, or else to their own. Refuses OfferExpired to who has left the queue, or is of no
    service any more."""
    wanted = held.offer.service_id or held.conversation.service_id
    if wanted is None or await ServiceMember.filter(service_id=wanted, agent_id=agent.id).exists():
        return wanted
    own = None if held.offer.service_id is not None else await first_service_of(agent)
    if own is None:
        raise OfferExpired(_OVER, field=("offerId",))
    return own
