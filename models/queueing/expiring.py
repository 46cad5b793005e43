"""Offers that nobody took in time end. From its `expires_at` on an offer cannot be taken, whenever that is written."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise import connections

from models.conversation.conversation import Conversation
from models.conversation.offer import Offer
from models.queueing.later import EXPIRE
from models.queueing.offering import close_offer
from models.queueing.passing import pass_on
from models.transactions import transaction
from models.words import OfferStatus

_DUE = "SELECT id FROM offer WHERE status = 'PENDING' AND expires_at <= %s ORDER BY expires_at, id LIMIT %s"
# The clock of the database, by which jobs are due, may be ahead of ours.
_PATIENCE = timedelta(seconds=1)


async def expire(offer_id: int, *, now: datetime) -> bool:
    """End the offer if its time is over, and pass the conversation on; whether it was this that did so. Of several at
    once, and of those who accept it at the last moment, one does."""
    offer = await Offer.get_or_none(id=offer_id)
    if offer is None or offer.status is not OfferStatus.PENDING or offer.expires_at is None:
        return False
    async with transaction() as tx:
        if now < offer.expires_at:
            await tx.later(EXPIRE, at=offer.expires_at + _PATIENCE, offer_id=offer_id)
            return False
        await Conversation.filter(id=offer.conversation_id).select_for_update().get()
        if not await close_offer(tx, offer, OfferStatus.EXPIRED, now=now):
            return False
        await pass_on(tx, offer, now=now)
    return True


async def due_to_expire(*, now: datetime, limit: int) -> list[int]:
    """The ids of offers whose time is over, and that are still pending; the longest over first."""
    rows = await connections.get("default").execute_query_dict(_DUE, [now, limit])
    return [row["id"] for row in rows]
