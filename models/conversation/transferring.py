"""Conversations are passed on: whoever has one keeps it, and can go on writing, until somebody takes it over.

What becomes of a transfer that nobody takes, models/queueing/returning.py says; and of one that somebody accepts,
accepting.py beside it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from errors import (
    AgentUnavailable,
    AlreadyDecided,
    AlreadyTaken,
    AtCapacity,
    ConversationClosed,
    Invalid,
    NotAllowed,
    NotAMember,
    NotFound,
    OfferExpired,
)
from models import input
from models.actor import AgentActor
from models.agent.agent import Agent
from models.conversation.adding import add_system_message
from models.conversation.conversation import Conversation
from models.conversation.holding import hold
from models.conversation.load import loads_of
from models.conversation.offer import Offer
from models.conversation.rights import check_may_handle
from models.conversation.said import said
from models.conversation.saying import Saying
from models.organization.organization import Organization
from models.organization.permission import Concern
from models.organization.service import Service
from models.queueing.attending import still_online
from models.queueing.finding import first_service_of
from models.queueing.offering import Terms, close_offer, make_offer, pending_offer
from models.transactions import Transaction, transaction
from models.words import Channel, ConversationStatus, OfferKind, OfferStatus, SystemEvent, TransferTargets

SHORTEST, LONGEST, USUAL = timedelta(seconds=10), timedelta(days=1), timedelta(minutes=5)
LONGEST_NOTE = 1_000
_AGENTS = frozenset({TransferTargets.AGENTS, TransferTargets.BOTH})
_SERVICES = frozenset({TransferTargets.SERVICES, TransferTargets.BOTH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """To whom a conversation is passed on: an agent, or a service, of whose agents the first to accept has it. `note`
    is for agents. What nobody accepts within the `timeout` stays where it is."""

    agent: Agent | None = None
    service: Service | None = None
    timeout: timedelta = USUAL
    note: str | None = None


async def transfer(conversation: Conversation, wish: Transfer, *, actor: AgentActor, now: datetime) -> Offer:
    """Offer the conversation to the agent, or to all of the service who are at their desks and have room.

    By whoever has it, or may assign it. Refuses Invalid (targets, timeouts and notes; what nobody has; to whoever has
    it), NotAllowed (also targets that the settings do not want), AgentUnavailable where nobody is at their desk,
    AtCapacity, NotAMember to an agent of no service, AlreadyDecided where it is being passed on already, and
    ConversationClosed.
    """
    wish = await _checked(wish, conversation)
    async with transaction() as tx:
        there = await _there(tx, wish)
        conversation = await hold(tx, conversation.id)
        concerns = () if wish.agent is None else (Concern(agents=[wish.agent.id]),)
        await check_may_handle(actor, conversation, *concerns)
        owner = await _owner_of(conversation)
        if await pending_offer(conversation.id) is not None:
            raise AlreadyDecided("It is being passed on already: withdraw that first.")
        recipients = await _recipients(wish, there, conversation)
        terms = _terms(wish, owner, now=now)
        offer = await make_offer(tx, conversation, recipients, terms, now=now)
        text = said(Saying.ASKS, agent=owner.name, other=_name_of(wish))
        await add_system_message(tx, conversation, SystemEvent.TRANSFER_OFFERED, text, now=now)
    return offer


async def withdraw_transfer(offer_id: int, *, actor: AgentActor, now: datetime) -> Offer:
    """Have a transfer be over: whoever has the conversation keeps it. By them, or who may assign it.

    Refuses NotFound, NotAllowed, Invalid for what waits in a queue, AlreadyTaken where somebody has accepted, and
    OfferExpired where it is over already.
    """
    seen = await Conversation.visible_to(actor).filter(offers__id=offer_id).first()
    if seen is None:
        raise NotFound("There is no such offer.", field=("offerId",))
    async with transaction() as tx:
        conversation = await hold(tx, seen.id)
        offer = await Offer.filter(id=offer_id).select_for_update(no_key=True).get()
        if offer.kind is not OfferKind.TRANSFER:
            raise Invalid("It waits in a queue: assign it to somebody.", field=("offerId",))
        await check_may_handle(actor, conversation)
        if not await close_offer(tx, offer, OfferStatus.WITHDRAWN, now=now):
            raise _over(offer)
        text = said(Saying.STAYS, agent=(await _owner_of(conversation)).name)
        await add_system_message(tx, conversation, SystemEvent.TRANSFER_RETURNED, text, now=now)
    return offer


def _over(offer: Offer) -> AlreadyTaken | OfferExpired:
    if offer.status is OfferStatus.ACCEPTED:
        return AlreadyTaken("Somebody has taken over.", field=("offerId",))
    return OfferExpired("The offer is over.", field=("offerId",))


async def _checked(wish: Transfer, conversation: Conversation) -> Transfer:
    """What is wished for, as far as it can be meant at all, and the settings let it."""
    if (wish.agent is None) == (wish.service is None):
        raise Invalid("Name either an agent or a service.", field=("toAgentId",))
    if not SHORTEST <= wish.timeout <= LONGEST:
        seconds = [int(one.total_seconds()) for one in (SHORTEST, LONGEST)]
        raise Invalid(f"This must be from {seconds[0]} to {seconds[1]}.", field=("timeoutSeconds",))
    note = input.text(wish.note, field=("note",), most=LONGEST_NOTE) if wish.note else None
    targets = (await Organization.get(id=conversation.organization_id)).settings.transfer_targets
    if wish.agent is not None and targets not in _AGENTS:
        raise NotAllowed("Conversations are not passed on to agents here.", field=("toAgentId",))
    if wish.service is not None and targets not in _SERVICES:
        raise NotAllowed("Conversations are not passed on to services here.", field=("toServiceId",))
    return Transfer(agent=wish.agent, service=wish.service, timeout=wish.timeout, note=note)


async def _there(tx: Transaction, wish: Transfer) -> list[int]:
    """Who is at their desk of those who could be asked, and stays there until they are."""
    if wish.agent is not None:
        return await still_online(tx, [wish.agent.id])
    members = [] if wish.service is None else await wish.service.members()
    return await still_online(tx, [member.agent_id for member in members])


async def _recipients(wish: Transfer, there: Collection[int], conversation: Conversation) -> list[int]:
    """Those of them who have room. Who accepts is looked at once more then."""
    field = ("toServiceId",) if wish.agent is None else ("toAgentId",)
    if wish.agent is not None and wish.agent.id == conversation.assignee_id:
        raise Invalid(f"{wish.agent.name} has it already.", field=field)
    agents = await Agent.filter(id__in=list(there), is_active=True).exclude(id=conversation.assignee_id)
    if not agents:
        raise AgentUnavailable("Nobody is there who could take over.", field=field)
    if (
        conversation.service_id is not None
        and wish.agent is not None
        and not await first_service_of(wish.agent)
    ):
        raise NotAMember(f"{wish.agent.name} is of no service.", field=field)
    loads = await loads_of([agent.id for agent in agents])
    fills = conversation.channel is not Channel.MEETING
    free = [agent.id for agent in agents if not fills or loads[agent.id] < agent.conversation_capacity]
    if not free:
        raise AtCapacity("Nobody there has room for another conversation.", field=field)
    return free


async def _owner_of(conversation: Conversation) -> Agent:
    if conversation.status is ConversationStatus.CLOSED:
        raise ConversationClosed("The conversation is closed.")
    if conversation.assignee_id is None:
        raise Invalid("Nobody has the conversation: assign it to somebody.")
    if conversation.status is not ConversationStatus.OPEN:
        raise Invalid("The conversation sleeps: reopen it first.")
    return await Agent.get(id=conversation.assignee_id)


def _name_of(wish: Transfer) -> str:
    target = wish.agent or wish.service
    return "" if target is None else target.name


def _terms(wish: Transfer, owner: Agent, *, now: datetime) -> Terms:
    return Terms(
        kind=OfferKind.TRANSFER,
        service_id=None if wish.service is None else wish.service.id,
        from_agent_id=owner.id,
        note=wish.note,
        expires_at=now + wish.timeout,
    )
