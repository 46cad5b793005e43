"""A message that is to be sent later: known to its author alone until then."""

from __future__ import annotations

from tortoise import fields
from tortoise.queryset import QuerySet

from models.actor import Actor, AgentActor
from models.agent.agent import Agent
from models.attachment.attachment import Attachment
from models.base import Owned
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.words import MessageKind, ScheduledStatus


class ScheduledMessage(Owned):
    """It has no seq, and is no message, until it is sent; from then on `message` has its text, and this has none.

    `failure` is the code of the refusal because of which it could not be sent.
    """

    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "frontdesk.Conversation", related_name=False, on_delete=fields.CASCADE
    )
    conversation_id: int
    agent: fields.ForeignKeyRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, on_delete=fields.CASCADE
    )
    agent_id: int
    kind = fields.CharEnumField(MessageKind, max_length=12)
    text = fields.TextField(null=True)
    reply_to: fields.ForeignKeyNullableRelation[Message] = fields.ForeignKeyField(
        "frontdesk.Message", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    reply_to_id: int | None
    attachment: fields.ForeignKeyNullableRelation[Attachment] = fields.ForeignKeyField(
        "frontdesk.Attachment", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    attachment_id: int | None
    expected_last_seq = fields.IntField(null=True)
    created_at = fields.DatetimeField()
    send_at = fields.DatetimeField()
    status = fields.CharEnumField(ScheduledStatus, max_length=10, default=ScheduledStatus.WAITING)
    failure = fields.CharField(max_length=40, null=True)
    message: fields.ForeignKeyNullableRelation[Message] = fields.ForeignKeyField(
        "frontdesk.Message", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    message_id: int | None

    class Meta:
        table = "scheduled_message"
        indexes = (("conversation_id", "agent_id"), ("reply_to_id",), ("attachment_id",), ("message_id",))

    @classmethod
    def visible_to(cls, actor: Actor) -> QuerySet[ScheduledMessage]:
        """The agent's own."""
        if not isinstance(actor, AgentActor):
            return cls.filter(id__in=[])
        return cls.filter(agent_id=actor.agent.id, organization_id=actor.organization_id)
