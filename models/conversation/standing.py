"""How a conversation stands: it waits, is open, sleeps or is closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models.conversation.adding import announce_to_inboxes
from models.conversation.conversation import Conversation
from models.queueing.counting import queue_changed
from models.words import ConversationStatus
from realtime.events import Announcement, EventKind, announce, conversation_topic

ASLEEP = frozenset({ConversationStatus.SNOOZED, ConversationStatus.CLOSED})

_OF_SOME = ("waiting_since", "snoozed_until", "closed_at", "disposition_id", "disposition_note")
"""What only conversations have that stand in one way."""


async def stand(
    conversation: Conversation, status: ConversationStatus, **columns: datetime | int | str | None
) -> None:
    """Have the conversation, which the caller holds, stand like this from now on; what it had for standing otherwise is
    gone."""
    queue_changed(conversation.service_id)
    values: dict[str, Any] = {**dict.fromkeys(_OF_SOME), **columns, "status": status}
    conversation.update_from_dict(values)
    await conversation.save(update_fields=list(values))


async def announce_change(conversation: Conversation) -> None:
    """Tell whoever follows the conversation, and the inboxes of its agents or, while it waits, of its service's."""
    ids, topic = {"conversation": conversation.id}, conversation_topic(conversation.id)
    announce(Announcement(conversation.organization_id, topic, EventKind.CONVERSATION_CHANGED, ids))
    await announce_to_inboxes(conversation, EventKind.CONVERSATION_CHANGED, ids)
