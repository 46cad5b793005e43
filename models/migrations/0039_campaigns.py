"""Campaigns: templates sent to the contacts of a list, and to whom they have been sent."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.words import CampaignStatus, MessageStatus
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0038_attachments")]

    operations = [
        ops.CreateModel(
            name="Campaign",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "frontdesk.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("version", fields.IntField(default=1)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "frontdesk.ChannelAccount",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "template",
                    fields.ForeignKeyField(
                        "frontdesk.MessageTemplate",
                        source_field="template_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "contact_list",
                    fields.ForeignKeyField(
                        "frontdesk.ContactList",
                        source_field="contact_list_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("values", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                (
                    "status",
                    fields.CharEnumField(
                        default=CampaignStatus.SCHEDULED,
                        description="SCHEDULED: SCHEDULED\nRUNNING: RUNNING\nDONE: DONE\nCANCELLED: CANCELLED",
                        enum_type=CampaignStatus,
                        max_length=10,
                    ),
                ),
                ("scheduled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("served_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("failure", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "campaign",
                "app": "frontdesk",
                "indexes": [
                    Index(fields=["organization_id", "created_at"]),
                    Index(fields=["status"]),
                    Index(fields=["contact_list_id"]),
                ],
                "pk_attr": "id",
                "table_description": "Who is in the list is looked at when it starts; until then nobody is a recipient.",
            },
            bases=["Edited"],
        ),
        ops.CreateModel(
            name="CampaignRecipient",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "frontdesk.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "frontdesk.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "contact",
                    fields.ForeignKeyField(
                        "frontdesk.Contact",
                        source_field="contact_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("phone", fields.CharField(null=True, max_length=32)),
                (
                    "status",
                    fields.CharEnumField(
                        default=MessageStatus.QUEUED,
                        description="QUEUED: QUEUED\nSENT: SENT\nDELIVERED: DELIVERED\nREAD: READ\nFAILED: FAILED\nUNKNOWN: UNKNOWN",
                        enum_type=MessageStatus,
                        max_length=10,
                    ),
                ),
                ("attempts", fields.IntField(default=0)),
                ("attempted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("message_id", fields.CharField(null=True, max_length=200)),
                ("error", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "campaign_recipient",
                "app": "frontdesk",
                "unique_together": (("campaign_id", "phone"),),
                "indexes": [
                    Index(fields=["campaign_id", "status", "attempts", "id"]),
                    Index(fields=["contact_id"]),
                    Index(fields=["message_id"]),
                ],
                "pk_attr": "id",
                "table_description": "A number that the campaign is sent to, once, and the contact it was when it started.",
            },
            bases=["Owned"],
        ),
    ]
