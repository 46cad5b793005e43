"""Offers are made and closed here, whatever they are for; and those whom they concern are told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from models.conversation.conversation import Conversation
from models.conversation.offer import Offer
from models.queueing.later import expire_later
from models.transactions import Transaction
from models.words import OfferKind, OfferStatus
from realtime.events import Announcement, Audience, EventKind, announce, conversation_topic, inbox_topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is offered: by which service, or by the agent who has it, and until when. `in_turn` is said of an offer to
    one agent because it is their turn; `round` is how often the agents have been asked by then."""

    kind: OfferKind
    service_id: int | None = None
    from_agent_id: int | None = None
    note: str | None = None
    expires_at: datetime | None = None
    round: int = 1
    in_turn: bool = False


async def make_offer(
    tx: Transaction, conversation: Conversation, agent_ids: Collection[int], terms: Terms, *, now: datetime
) -> Offer:
    """Offer the conversation, which the caller holds, to these agents; what was offered of it before is withdrawn."""
    await withdraw_pending(tx, conversation, now=now)
    offer = await tx.add(
        Offer(
            organization_id=conversation.organization_id,
            conversation_id=conversation.id,
            kind=terms.kind,
            status=OfferStatus.PENDING,
            service_id=terms.service_id,
            from_agent_id=terms.from_agent_id,
            note=terms.note,
            created_at=now,
            expires_at=terms.expires_at,
            round=terms.round,
        )
    )
    await offer_to(tx, offer, agent_ids, in_turn=terms.in_turn, now=now)
    await expire_later(tx, offer)
    return offer


async def offer_to(
    tx: Transaction, offer: Offer, agent_ids: Collection[int], *, in_turn: bool = False, now: datetime
) -> None:
    """Ask these agents, too; one who had left is asked anew. The caller holds the offer, or has just made it."""
    await tx.rows(
        "INSERT INTO offer_recipient (organization_id, offer_id, agent_id, offered_at, is_open, in_turn)"
        " SELECT %s, %s, asked.id, %s, true, %s FROM unnest(%s::bigint[]) AS asked (id)"
        " ON CONFLICT (offer_id, agent_id) DO UPDATE SET is_open = true, offered_at = excluded.offered_at,"
        " rejected_at = NULL, reason = NULL, left_at = NULL",
        offer.organization_id, offer.id, now, in_turn, sorted(agent_ids),
    )  # fmt: skip
    tell_of_offer(offer, agent_ids, EventKind.OFFER_MADE)


async def close_offer(
    tx: Transaction, offer: Offer, status: OfferStatus, *, accepted_by: int | None = None, now: datetime
) -> bool:
    """End the offer, if it is still pending, and tell those who could take it, and the agent who has the conversation.
    Whether it was this that ended it: of several at once one does."""
    closed = await tx.rows(
        "UPDATE offer SET status = %s, accepted_by_id = %s, closed_at = %s"
        " WHERE id = %s AND status = 'PENDING' RETURNING id",
        status.value, accepted_by, now, offer.id,
    )  # fmt: skip
    if not closed:
        return False
    offer.status, offer.accepted_by_id, offer.closed_at = status, accepted_by, now
    asked = await tx.rows(
        "UPDATE offer_recipient SET is_open = false WHERE offer_id = %s AND is_open RETURNING agent_id",
        offer.id,
    )
    own = () if offer.from_agent_id is None else (offer.from_agent_id,)
    tell_of_offer(offer, {*(row["agent_id"] for row in asked), *own}, EventKind.OFFER_CLOSED)
    return True


async def pending_offer(conversation_id: int) -> Offer | None:
    """What is offered of the conversation, which the caller holds; held, too."""
    pending = Offer.filter(conversation_id=conversation_id, status=OfferStatus.PENDING)
    return await pending.select_for_update(no_key=True).first()


async def withdraw_pending(
    tx: Transaction, conversation: Conversation, *, but: Offer | None = None, now: datetime
) -> None:
    """Withdraw what is offered of the conversation, which the caller holds."""
    offer = await pending_offer(conversation.id)
    if offer is not None and (but is None or offer.id != but.id):
        await close_offer(tx, offer, OfferStatus.WITHDRAWN, now=now)


def tell_of_offer(offer: Offer, agent_ids: Collection[int], kind: EventKind) -> None:
    """Tell these agents of the offer, and the agents who follow the conversation that there is another one of it, or
    one less; nobody else hears of it. Whoever followed it because it was to be theirs is looked at again."""
    organization_id = offer.organization_id
    ids, of = (
        {"offer": offer.id, "conversation": offer.conversation_id},
        {"conversation": offer.conversation_id},
    )
    may_end = kind is EventKind.OFFER_CLOSED and offer.kind is OfferKind.TRANSFER
    change = EventKind.MEMBERS_CHANGED if may_end else EventKind.CONVERSATION_CHANGED
    announce(
        Announcement(organization_id, conversation_topic(offer.conversation_id), change, of, Audience.AGENTS),
        *(
            Announcement(organization_id, inbox_topic(agent_id), kind, ids, Audience.AGENTS)
            for agent_id in sorted(agent_ids)
        ),
    )
