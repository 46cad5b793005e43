"""Webhooks: where an organization's events are sent, and what became of each."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.words import DeliveryState


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0019_lasting")]

    operations = [
        ops.CreateModel(
            name="Webhook",
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
                ("url", fields.TextField(unique=False)),
                ("description", fields.CharField(null=True, max_length=200)),
                ("events", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("sealed_secret", fields.BinaryField()),
                ("sealed_former", fields.BinaryField(null=True)),
                ("former_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("is_active", fields.BooleanField(default=True)),
                ("failing_since", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_error", fields.TextField(null=True, unique=False)),
                ("disabled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "webhook",
                "app": "frontdesk",
                "indexes": [Index(fields=["organization_id"])],
                "pk_attr": "id",
                "table_description": "`events` are the kinds that are sent. After a renewal the former secret signs too, until `former_until`.",
            },
            bases=["Edited"],
        ),
        ops.CreateModel(
            name="WebhookDelivery",
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
                    "webhook",
                    fields.ForeignKeyField(
                        "frontdesk.Webhook",
                        source_field="webhook_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("event", fields.CharField(max_length=64)),
                ("message_id", fields.CharField(max_length=64)),
                ("about", fields.CharField(max_length=64)),
                ("body", fields.TextField(unique=False)),
                (
                    "state",
                    fields.CharEnumField(
                        default=DeliveryState.PENDING,
                        description="PENDING: PENDING\nDONE: DONE\nFAILED: FAILED\nNOT_NEEDED: NOT_NEEDED",
                        enum_type=DeliveryState,
                        max_length=10,
                    ),
                ),
                ("attempts", fields.IntField(default=0)),
                ("attempted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("duration_milliseconds", fields.IntField(null=True)),
                ("status_code", fields.IntField(null=True)),
                ("next_attempt_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("error", fields.TextField(null=True, unique=False)),
                ("answer", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "webhook_delivery",
                "app": "frontdesk",
                "unique_together": (("webhook_id", "message_id"),),
                "indexes": [Index(fields=["webhook_id", "created_at"]), Index(fields=["created_at"])],
                "pk_attr": "id",
                "table_description": "One event for one webhook. `message_id` names the event and stays the same over all attempts; what concerns the",
            },
            bases=["Owned"],
        ),
    ]
