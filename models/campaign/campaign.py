"""Campaigns: a template that is sent to every contact of a list who has a number, once, soon or at a moment."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise import fields
from tortoise.queryset import QuerySet

from models.actor import AgentActor, KnownActor
from models.base import Edited, Owned
from models.campaign.filling import StoredValue
from models.channel.account import ChannelAccount
from models.channel.template import MessageTemplate
from models.contact.contact import Contact
from models.desk.contact_list import ContactList
from models.words import CampaignStatus, MessageStatus, Role
from providers.messaging.protocol import LONGEST_ID


class Campaign(Edited):
    """Who is in the list is looked at when it starts; until then nobody is a recipient.

    `values` say what the template's variables are filled with. Without a `scheduled_at` it starts at once. One that
    could not be started or finished is CANCELLED, and `failure` says why. Of an account's campaigns that run, the one
    `served_at` longest ago is next.
    """

    account: fields.ForeignKeyRelation[ChannelAccount] = fields.ForeignKeyField(
        "frontdesk.ChannelAccount", related_name=False, on_delete=fields.CASCADE
    )
    account_id: int
    template: fields.ForeignKeyRelation[MessageTemplate] = fields.ForeignKeyField(
        "frontdesk.MessageTemplate", related_name=False, on_delete=fields.CASCADE
    )
    template_id: int
    contact_list: fields.ForeignKeyRelation[ContactList] = fields.ForeignKeyField(
        "frontdesk.ContactList", related_name=False, on_delete=fields.RESTRICT
    )
    contact_list_id: int
    values = fields.JSONField[Sequence[StoredValue]](default=list)
    status = fields.CharEnumField(CampaignStatus, max_length=10, default=CampaignStatus.SCHEDULED)
    scheduled_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    served_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    failure = fields.TextField(null=True)

    class Meta:
        table = "campaign"
        indexes = (("organization_id", "created_at"), ("status",), ("contact_list_id",))

    @classmethod
    def visible_to(cls, actor: KnownActor) -> QuerySet[Campaign]:
        """Those of the organization, to its administrators."""
        if not isinstance(actor, AgentActor) or actor.agent.role is not Role.ADMINISTRATOR:
            return cls.filter(id__in=[])
        return cls.filter(organization_id=actor.organization_id)


class CampaignRecipient(Owned):
    """A number that the campaign is sent to, once, and the contact it was when it started.

    QUEUED: nothing has been sent. UNKNOWN from the moment at which it is taken up, until it is known what the provider
    has made of it: so who dies in between leaves a message of which nobody knows, and never a second one. The provider
    knows the message by `message_id`. With the contact the database forgets the number and that id, too (see the
    migration of campaigns).
    """

    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "frontdesk.Campaign", related_name=False, on_delete=fields.CASCADE
    )
    campaign_id: int
    contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    contact_id: int | None
    phone = fields.CharField(max_length=32, null=True)
    status = fields.CharEnumField(MessageStatus, max_length=10, default=MessageStatus.QUEUED)
    attempts = fields.IntField(default=0)
    attempted_at = fields.DatetimeField(null=True)
    message_id = fields.CharField(max_length=LONGEST_ID, null=True)
    error = fields.TextField(null=True)

    class Meta:
        table = "campaign_recipient"
        unique_together = (("campaign_id", "phone"),)
        indexes = (("campaign_id", "status", "attempts", "id"), ("contact_id",), ("message_id",))

    @classmethod
    def visible_to(cls, actor: KnownActor) -> QuerySet[CampaignRecipient]:
        """Those of the organization's campaigns, to its administrators."""
        if not isinstance(actor, AgentActor) or actor.agent.role is not Role.ADMINISTRATOR:
            return cls.filter(id__in=[])
        return cls.filter(organization_id=actor.organization_id)
