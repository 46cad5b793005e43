"""A message of a conversation; its seq is dense within the conversation."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise import connections, fields
from tortoise.expressions import RawSQL, Subquery
from tortoise.queryset import QuerySet

from models.actor import Actor, AgentActor, GuestActor
from models.agent.agent import Agent
from models.base import Owned
from models.contact import Contact
from models.conversation.conversation import Conversation
from models.words import Direction, MessageKind, SystemEvent


class Message(Owned):
    """OUTBOUND is from the organization to the guest. No author: the system."""

    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "frontdesk.Conversation", related_name="messages", on_delete=fields.CASCADE
    )
    conversation_id: int
    seq = fields.BigIntField()
    kind = fields.CharEnumField(MessageKind, max_length=12)
    direction = fields.CharEnumField(Direction, max_length=10)
    author_agent: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    author_agent_id: int | None
    author_contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    author_contact_id: int | None
    text = fields.TextField(null=True)
    at = fields.DatetimeField()
    reply_to: fields.ForeignKeyNullableRelation[Message] = fields.ForeignKeyField(
        "frontdesk.Message", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    reply_to_id: int | None
    meeting_id = fields.BigIntField(null=True)
    system_event = fields.CharEnumField(SystemEvent, max_length=24, null=True)

    class Meta:
        table = "message"
        unique_together = (("conversation_id", "seq"),)

    @classmethod
    def visible_to(cls, actor: Actor, conversation_id: int) -> QuerySet[Message]:
        """The messages of a conversation that the actor may see: none where they may not see the conversation,
        even if they came to it through a meeting. A guest never sees a note; nor, by the link of a meeting,
        what was said before that was booked, as whoever gives a guest's name and address is given such a link."""
        conversations = Conversation.visible_to(actor).filter(id=conversation_id).values("id")
        messages = cls.filter(conversation_id__in=Subquery(conversations))
        if isinstance(actor, AgentActor):
            return messages
        if isinstance(actor, GuestActor) and not actor.is_verified:
            began = _BEGAN.format(conversation=int(conversation_id), meeting=int(actor.meeting_id))
            messages = messages.annotate(is_since=RawSQL(began)).filter(is_since=True)
        return messages.exclude(kind__in=INTERNAL)


_BEGAN = """
("message"."seq" >= coalesce((SELECT min(began.seq) FROM message began
    WHERE began.conversation_id = {conversation} AND began.meeting_id = {meeting}), 0))
"""
INTERNAL = (MessageKind.NOTE, MessageKind.WHISPER)


async def newest_messages(conversation_ids: Sequence[int], *, internal: bool) -> list[Message]:
    """The last message of each conversation, of those that guests may see unless `internal`."""
    hidden = [] if internal else [kind.value for kind in INTERNAL]
    rows = await connections.get("default").execute_query_dict(
        "SELECT DISTINCT ON (conversation_id) id FROM message"
        " WHERE conversation_id = ANY(%s) AND kind <> ALL(%s::text[]) ORDER BY conversation_id, seq DESC",
        [list(conversation_ids), hidden],
    )
    return await Message.filter(id__in=[row["id"] for row in rows])
