"""Guests become members of a conversation of several, and cease to be."""

from __future__ import annotations

from datetime import datetime

from models.contact import Contact
from models.conversation.conversation import Conversation, Member
from models.transactions import Transaction
from models.words import MemberRole
from realtime.events import Announcement, EventKind, announce, conversation_topic


async def add_guest(tx: Transaction, conversation: Conversation, guest: Contact, *, now: datetime) -> None:
    """Make the guest a member, who reads what was said before, too. Who is one already stays it."""
    added = await tx.rows(
        "INSERT INTO member (organization_id, conversation_id, contact_id, role, last_read_seq, joined_at)"
        " VALUES (%s, %s, %s, %s, 0, %s) ON CONFLICT DO NOTHING RETURNING id",
        conversation.organization_id, conversation.id, guest.id, MemberRole.GUEST.value, now,
    )  # fmt: skip
    if added:
        _announce(conversation)


async def remove_guest(conversation: Conversation, guest_id: int) -> None:
    """End the guest's membership. Told before anything else that happens: it is the last that the guest hears."""
    if await Member.filter(conversation_id=conversation.id, contact_id=guest_id).delete():
        _announce(conversation)


def _announce(conversation: Conversation) -> None:
    topic = conversation_topic(conversation.id)
    ids = {"conversation": conversation.id}
    announce(Announcement(conversation.organization_id, topic, EventKind.MEMBERS_CHANGED, ids))
