"""Messages that are to be sent later."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.words import MessageKind, ScheduledStatus

DUE = "CREATE INDEX scheduled_message_due ON scheduled_message (send_at) WHERE status = 'WAITING'"


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0045_contacts")]

    operations = [
        ops.CreateModel(
            name="ScheduledMessage",
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
                    "conversation",
                    fields.ForeignKeyField(
                        "frontdesk.Conversation",
                        source_field="conversation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "agent",
                    fields.ForeignKeyField(
                        "frontdesk.Agent",
                        source_field="agent_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharEnumField(enum_type=MessageKind, max_length=12)),
                ("text", fields.TextField(null=True, unique=False)),
                (
                    "reply_to",
                    fields.ForeignKeyField(
                        "frontdesk.Message",
                        source_field="reply_to_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "attachment",
                    fields.ForeignKeyField(
                        "frontdesk.Attachment",
                        source_field="attachment_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("expected_last_seq", fields.IntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("send_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "status",
                    fields.CharEnumField(
                        default=ScheduledStatus.WAITING, enum_type=ScheduledStatus, max_length=10
                    ),
                ),
                ("failure", fields.CharField(null=True, max_length=40)),
                (
                    "message",
                    fields.ForeignKeyField(
                        "frontdesk.Message",
                        source_field="message_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
            ],
            options={
                "table": "scheduled_message",
                "app": "frontdesk",
                "indexes": [
                    Index(fields=["conversation_id", "agent_id"]),
                    Index(fields=["reply_to_id"]),
                    Index(fields=["attachment_id"]),
                    Index(fields=["message_id"]),
                ],
                "pk_attr": "id",
                "table_description": "It has no seq, and is no message, until it is sent; from then on `message` has its text, and this has none.",
            },
            bases=["Owned"],
        ),
        ops.RunSQL([DUE]),
    ]
