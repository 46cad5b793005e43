"""Agents take no part in offers any more: they have gone from their desks, or have no room."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from models.conversation.offer import Offer
from models.queueing.offering import tell_of_offer
from models.queueing.passing import close_if_deserted
from models.transactions import Transaction
from models.words import OfferKind
from realtime.events import EventKind

_OPEN = "SELECT offer_id FROM offer_recipient WHERE agent_id = %s AND is_open"
_HOLD_CONVERSATIONS = f"""
SELECT id FROM conversation WHERE id IN (
    SELECT conversation_id FROM offer WHERE status = 'PENDING' AND kind = ANY(%s) AND id IN ({_OPEN})
) ORDER BY id FOR UPDATE
"""
_HOLD_OFFERS = f"""
status = 'PENDING' AND kind = ANY(%s) AND (%s::bigint IS NULL OR service_id = %s) AND id IN ({_OPEN})
ORDER BY id FOR NO KEY UPDATE
"""


async def leave_offers(
    tx: Transaction,
    agent_id: int,
    *,
    kinds: Collection[OfferKind],
    service_id: int | None = None,
    now: datetime,
) -> None:
    """End the agent's part in what is pending for them, by one service or by all: what nobody else was offered goes to
    others, or back."""
    transfers = [kind.value for kind in kinds if kind is OfferKind.TRANSFER]
    if transfers:  # these conversations are written into
        await tx.rows(_HOLD_CONVERSATIONS, transfers, agent_id)
    offers = await Offer.where(_HOLD_OFFERS, [kind.value for kind in kinds], service_id, service_id, agent_id)
    if not offers:
        return
    await tx.rows(
        "UPDATE offer_recipient SET is_open = false, left_at = %s WHERE agent_id = %s AND offer_id = ANY(%s)",
        now, agent_id, [offer.id for offer in offers],
    )  # fmt: skip
    for offer in offers:
        tell_of_offer(offer, [agent_id], EventKind.OFFER_CLOSED)
        await close_if_deserted(tx, offer, now=now)
