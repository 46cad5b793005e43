"""What becomes of a conversation when an offer of it ends and nobody has taken it."""

from __future__ import annotations

from datetime import datetime

from models.conversation.conversation import Conversation
from models.conversation.offer import Offer, OfferRecipient
from models.queueing.later import ROUTE
from models.queueing.offering import close_offer
from models.queueing.returning import returned
from models.transactions import Transaction, transaction
from models.words import OfferKind, OfferStatus


async def close_if_deserted(tx: Transaction, offer: Offer, *, now: datetime) -> None:
    """End an offer that nobody is left to take: it is REJECTED where anybody has said no. The caller holds it and, of a
    transfer, the conversation."""
    asked = await OfferRecipient.filter(offer_id=offer.id)
    if any(one.is_open for one in asked):
        return
    said_no = any(one.rejected_at is not None for one in asked)
    if await close_offer(tx, offer, OfferStatus.REJECTED if said_no else OfferStatus.WITHDRAWN, now=now):
        await pass_on(tx, offer, now=now)


async def pass_on(tx: Transaction, offer: Offer, *, now: datetime) -> None:
    """Have the conversation go to others of the queue, at once and when who has said no may be asked again; or back to
    the agent who has it."""
    if offer.kind is OfferKind.TRANSFER:
        await returned(tx, offer, now=now)
        return
    await tx.later(ROUTE, conversation_id=offer.conversation_id)
    if offer.expires_at is not None:
        again = now + (offer.expires_at - offer.created_at)
        await tx.later(ROUTE, at=again, conversation_id=offer.conversation_id)


async def withdraw(offer: Offer, *, now: datetime) -> None:
    """Have nobody take the offer, if it is still pending; what was to be transferred goes back."""
    async with transaction() as tx:
        await Conversation.filter(id=offer.conversation_id).select_for_update().get()
        ended = await close_offer(tx, offer, OfferStatus.WITHDRAWN, now=now)
        if ended and offer.kind is OfferKind.TRANSFER:
            await returned(tx, offer, now=now)
