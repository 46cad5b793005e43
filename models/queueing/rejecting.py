"""An agent says no to an offer, for themselves. Where all have, it goes to others, or back."""

from __future__ import annotations

from datetime import datetime

from errors import OfferExpired
from models import input
from models.actor import AgentActor
from models.conversation.offer import Offer
from models.queueing.accepting import check_pending, hold_offer
from models.queueing.offering import tell_of_offer
from models.queueing.passing import close_if_deserted
from models.transactions import transaction
from models.words import OfferStatus
from realtime.events import EventKind

LONGEST_REASON = 1_000


async def reject(offer_id: int, *, reason: str | None, actor: AgentActor, now: datetime) -> Offer:
    """Keep that the agent who asks does not take the conversation, and why; to say so again changes nothing.

    Refuses NotFound to who was not offered it, AlreadyTaken where a colleague has it, OfferExpired, and Invalid
    reasons.
    """
    reason = input.text(reason, field=("reason",), most=LONGEST_REASON) if reason else None
    async with transaction() as tx:
        held = await hold_offer(offer_id, agent=actor.agent)
        offer, part = held.offer, held.part
        if part.rejected_at is not None:
            return offer
        if offer.status is OfferStatus.ACCEPTED and offer.accepted_by_id == actor.agent.id:
            raise OfferExpired("You have accepted it.", field=("offerId",))
        check_pending(held, now=now)
        part.is_open, part.rejected_at, part.reason = False, now, reason
        await part.save(update_fields=["is_open", "rejected_at", "reason"])
        tell_of_offer(offer, [actor.agent.id], EventKind.OFFER_CLOSED)
        await close_if_deserted(tx, offer, now=now)
    return offer
