"""What a contact is called in a channel: their number, as WhatsApp writes it."""

from __future__ import annotations

from tortoise import fields

from models.base import Owned
from models.channel.account import ChannelAccount
from models.contact.contact import Contact
from models.words import Channel


class ChannelIdentity(Owned):
    """One is there once for a channel and an account (the migration's index sees to it, also where there is none)."""

    contact: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name="identities", on_delete=fields.CASCADE
    )
    contact_id: int
    channel = fields.CharEnumField(Channel, max_length=10)
    account: fields.ForeignKeyNullableRelation[ChannelAccount] = fields.ForeignKeyField(
        "frontdesk.ChannelAccount", related_name=False, null=True, on_delete=fields.CASCADE
    )
    account_id: int | None
    identity = fields.CharField(max_length=128)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "channel_identity"
        indexes = (("contact_id",), ("account_id",))
