"""An organization's number at a provider of WhatsApp messages, as connected; its credentials never come back out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models.actor import AgentActor, KnownActor
from models.base import Lasting
from models.desk.contact_list import ContactList
from models.organization.service import Service
from models.words import MessagingProvider, Role

if TYPE_CHECKING:
    from models.channel.template import MessageTemplate

_LONGEST_ERROR = 500


class ChannelAccount(Lasting):
    """`address` is the number, in E.164. Who writes to it comes into the contact list; without one, into the default
    one.

    With the `recontact_template` one writes to somebody who has not written lately. Templates were last asked for at
    `listed_at`. Disconnecting it takes its credentials away. What went wrong last stays told after it is well again.
    """

    name = fields.CharField(max_length=200)
    provider = fields.CharEnumField(MessagingProvider, max_length=10)
    address = fields.CharField(max_length=32)
    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "frontdesk.Service", related_name=False, on_delete=fields.RESTRICT
    )
    service_id: int
    contact_list: fields.ForeignKeyNullableRelation[ContactList] = fields.ForeignKeyField(
        "frontdesk.ContactList", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    contact_list_id: int | None
    sealed_credentials = fields.BinaryField(null=True)
    recontact_template: fields.ForeignKeyNullableRelation[MessageTemplate] = fields.ForeignKeyField(
        "frontdesk.MessageTemplate", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    recontact_template_id: int | None
    listed_at = fields.DatetimeField(null=True)
    is_well = fields.BooleanField(default=True)
    last_inbound_at = fields.DatetimeField(null=True)
    last_outbound_at = fields.DatetimeField(null=True)
    last_error_at = fields.DatetimeField(null=True)
    last_error = fields.TextField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "channel_account"

    @classmethod
    def visible_to(cls, actor: KnownActor) -> QuerySet[ChannelAccount]:
        """Those of the organization that are connected, to its administrators."""
        if not isinstance(actor, AgentActor) or actor.agent.role is not Role.ADMINISTRATOR:
            return cls.filter(id__in=[])
        return cls.of(actor.organization_id)

    @classmethod
    async def note_trouble(cls, account_id: int, error: str, *, now: datetime) -> None:
        """Keep that something is wrong with the account, and what."""
        await cls.filter(id=account_id).update(
            is_well=False, last_error_at=now, last_error=error[:_LONGEST_ERROR]
        )

    @classmethod
    async def note_inbound(cls, account_id: int, *, now: datetime) -> None:
        """Keep that somebody has written. Of many at once the first is kept, and none that is older."""
        heard = Q(last_inbound_at__isnull=True) | Q(last_inbound_at__lt=now)
        await cls.filter(heard, id=account_id).update(last_inbound_at=now)

    @classmethod
    async def note_outbound(cls, account_id: int, *, now: datetime) -> None:
        """Keep that the provider has taken something to be sent: all is well, then."""
        sent = Q(last_outbound_at__isnull=True) | Q(last_outbound_at__lt=now) | Q(is_well=False)
        await cls.filter(sent, id=account_id).update(last_outbound_at=now, is_well=True)
