"""A file that somebody has sent, or is about to send, in a conversation."""

from __future__ import annotations

import secrets

from tortoise import fields

from models.agent.agent import Agent
from models.base import Owned
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.words import DeliveryState


class Attachment(Owned):
    """Known to the agent or contact alone who uploaded it, until it is `message`'s.

    Whatever deletes the row has its objects deleted as well: a trigger notes their keys (see dropping.py). Without
    `stored_at` it is not known whether there is an object under its key. The type is what the content shows. Of a voice
    message `opus_key` is where it is kept as Ogg/Opus too, where it was not sent as such.
    """

    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "frontdesk.Conversation", related_name=False, on_delete=fields.CASCADE
    )
    conversation_id: int
    message: fields.OneToOneNullableRelation[Message] = fields.OneToOneField(
        "frontdesk.Message", related_name=False, null=True, on_delete=fields.CASCADE
    )
    message_id: int | None
    agent: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    agent_id: int | None
    contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    contact_id: int | None
    filename = fields.CharField(max_length=200)
    media_type = fields.CharField(max_length=100)
    size_bytes = fields.BigIntField()
    sha256 = fields.CharField(max_length=64)
    key = fields.CharField(max_length=100, unique=True)
    created_at = fields.DatetimeField()
    stored_at = fields.DatetimeField(null=True)
    duration_seconds = fields.IntField(null=True)
    is_opus = fields.BooleanField(default=False)
    state = fields.CharEnumField(DeliveryState, max_length=12, default=DeliveryState.NOT_NEEDED)
    opus_key = fields.CharField(max_length=100, null=True)
    opus_bytes = fields.BigIntField(null=True)
    opus_sha256 = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "attachment"
        indexes = (("conversation_id",), ("contact_id",))


def new_key(organization_id: int) -> str:
    """A key that nobody guesses, of those that the organization's files are kept under."""
    name = secrets.token_hex(20)
    return f"{organization_id}/{name[:2]}/{name}"
