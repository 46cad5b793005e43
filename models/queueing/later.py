"""What a queue does next, as jobs of the transactions that give it cause to."""

from __future__ import annotations

from datetime import datetime

from models.conversation.conversation import Conversation
from models.conversation.offer import Offer
from models.transactions import Transaction

ROUTE, FLOW, EXPIRE = "conversations.route", "conversations.flow", "conversations.expire_offer"


async def route_later(tx: Transaction, conversation: Conversation, *, at: datetime | None = None) -> None:
    """Have the conversation find its owner, if it waits for one by then: once this is committed, or `at` a time."""
    await tx.later(ROUTE, at=at, conversation_id=conversation.id)


async def flow_later(tx: Transaction, *, service_id: int | None = None, agent_id: int | None = None) -> None:
    """Have what waits be looked at again: by a service that has begun to work, or for an agent who has come, or has
    more room or less than before."""
    await tx.later(FLOW, service_id=service_id, agent_id=agent_id)


async def expire_later(tx: Transaction, offer: Offer) -> None:
    """Have the offer end at its time, if it has one."""
    if offer.expires_at is not None:
        await tx.later(EXPIRE, at=offer.expires_at, offer_id=offer.id)
