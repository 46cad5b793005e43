"""Why an agent was offered a conversation or was not; and which offers an agent can still take."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

INDEXES = [
    "CREATE INDEX offer_recipient_open ON offer_recipient (agent_id) WHERE is_open",
    # The key of a table to another is not made unique by saying so.
    "CREATE UNIQUE INDEX agent_presence_agent ON agent_presence (agent_id)",
]


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0040_words")]

    operations = [
        ops.AddField(model_name="OfferRecipient", name="is_open", field=fields.BooleanField(default=True)),
        ops.CreateModel(
            name="RoutingRecord",
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
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("verdicts", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "routing_record",
                "app": "frontdesk",
                "indexes": [Index(fields=["conversation_id", "at"])],
                "pk_attr": "id",
                "table_description": "What became of each agent of the service when the conversation was routed.",
            },
            bases=["Owned"],
        ),
        ops.RunSQL(INDEXES),
    ]
