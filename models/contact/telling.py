"""Whoever looks at what is a contact's is told that they are another one, or called otherwise."""

from __future__ import annotations

from collections.abc import Collection

from models.contact.contact import Contact
from models.contact.rights import conversations_of, meetings_of
from models.conversation.adding import announce_to_inboxes
from models.conversation.conversation import Conversation
from models.meeting.meeting import Meeting
from models.meeting.noticing import notice
from realtime.events import Announcement, EventKind, announce, conversation_topic


async def tell_of(contact: Contact) -> None:
    """Have everyone who follows a conversation of the contact look again; part of the verb that changed them."""
    for conversation in await _conversations([contact.id]):
        await _tell(conversation)


async def tell_all(*contacts: Contact) -> None:
    """The same where members and guests are others, also of the contacts' meetings; part of the verb that made them
    so."""
    ids = [one.id for one in contacts]
    for conversation in await _conversations(ids):
        members = {"conversation": conversation.id}
        topic = conversation_topic(conversation.id)
        announce(Announcement(conversation.organization_id, topic, EventKind.MEMBERS_CHANGED, members))
        await _tell(conversation)
    meetings = Meeting.filter(id__in=meetings_of(ids)).order_by("id")
    for meeting in await meetings.prefetch_related("conversation__members"):
        await notice(meeting)


async def _conversations(ids: Collection[int]) -> list[Conversation]:
    rows = Conversation.filter(id__in=conversations_of(ids))
    return await rows.order_by("id").prefetch_related("members")


async def _tell(conversation: Conversation) -> None:
    ids, topic = {"conversation": conversation.id}, conversation_topic(conversation.id)
    announce(Announcement(conversation.organization_id, topic, EventKind.CONVERSATION_CHANGED, ids))
    await announce_to_inboxes(conversation, EventKind.CONVERSATION_CHANGED, ids)
