"""A conversation that was to be transferred comes back to the agent who has it, as nobody has taken it over."""

from __future__ import annotations

from datetime import datetime

from models.agent.agent import Agent
from models.conversation.adding import add_system_message
from models.conversation.conversation import Conversation
from models.conversation.giving import enter
from models.conversation.offer import Offer
from models.conversation.said import said
from models.conversation.saying import Saying
from models.transactions import Transaction
from models.words import AssignmentCause, SystemEvent


async def returned(tx: Transaction, offer: Offer, *, now: datetime) -> None:
    """Enter into the ledger, and write into the conversation, which the caller holds, that it is where it was: what is
    written there is unread by whoever has it."""
    conversation = await Conversation.get(id=offer.conversation_id)
    owner_id, how = conversation.assignee_id, AssignmentCause.TRANSFER_RETURNED
    await enter(
        tx, conversation, from_id=owner_id, to_id=owner_id, actor=None, how=how, offer=offer, now=now
    )  # fmt: skip
    text = said(Saying.STAYS, agent=(await Agent.get(id=owner_id)).name)
    await add_system_message(tx, conversation, SystemEvent.TRANSFER_RETURNED, text, now=now)
