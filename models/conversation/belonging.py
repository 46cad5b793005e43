"""Guests become members of a conversation of several, and cease to be."""

from __future__ import annotations

from datetime import datetime

from models.contact.contact import Contact
from models.conversation.conversation import Conversation, Member
from models.transactions import Transaction
from models.words import MemberRole
from realtime.events import Announcement, EventKind, announce, conversation_topic


async def add_guest(tx: Transaction, conversation: Conversation, guest: Contact, *, now: datetime) -> None:
    """Make the guest a member, who reads what was said before, too. Who is one already stays it."""
    added = await tx.rows(
        "INSERT INTO member (organization_id, conversation_id, contact_id, role, last_read_seq, joined_at, stays)"
        " VALUES (%s, %s, %s, %s, 0, %s, false) ON CONFLICT DO NOTHING RETURNING id",
        conversation.organization_id, conversation.id, guest.id, MemberRole.GUEST.value, now,
    )  # fmt: skip
    if added:
        announce_members(conversation)


async def remove_guest(conversation: Conversation, guest_id: int) -> None:
    """End the guest's membership. Told before anything else that happens: it is the last that the guest hears."""
    if await Member.filter(
        conversation_id=conversation.id, contact_id__in=Contact.same_as([guest_id])
    ).delete():
        announce_members(conversation)


def announce_members(conversation: Conversation) -> None:
    """Tell all who follow the conversation that its members are others now."""
    topic = conversation_topic(conversation.id)
    ids = {"conversation": conversation.id}
    announce(Announcement(conversation.organization_id, topic, EventKind.MEMBERS_CHANGED, ids))
