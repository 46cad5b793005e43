"""Files that are sent in conversations; and, of those whose rows are gone, where they are still to be deleted."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.words import DeliveryState

# An upload that nobody has sent yet, and a voice message that is being transcoded, may just be written out there.
DROP = """
CREATE FUNCTION drop_attachment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dropped_object (key, due_at)
    SELECT one, now() + CASE WHEN OLD.stored_at IS NULL OR OLD.state = 'PENDING' THEN interval '1 hour' ELSE '0' END
    FROM unnest(ARRAY[OLD.key, OLD.opus_key]) one WHERE one IS NOT NULL;
    RETURN NULL;
END $$
"""
DROPS = (
    "CREATE TRIGGER drop_attachment AFTER DELETE ON attachment FOR EACH ROW EXECUTE FUNCTION drop_attachment()"
)
UNSENT = "CREATE INDEX attachment_unsent ON attachment (created_at) WHERE message_id IS NULL"


def _refers(model: str, on_delete: OnDelete, *, null: bool = True, one: bool = False) -> Any:
    kind: Any = fields.OneToOneField if one else fields.ForeignKeyField
    return kind(
        f"frontdesk.{model}",
        source_field=f"{model.lower()}_id",
        null=null,
        db_constraint=True,
        to_field="id",
        related_name=False,
        on_delete=on_delete,
    )


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0037_handing_over")]

    operations = [
        ops.CreateModel(
            name="Attachment",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("organization", _refers("Organization", OnDelete.CASCADE, null=False)),
                ("conversation", _refers("Conversation", OnDelete.CASCADE, null=False)),
                ("message", _refers("Message", OnDelete.CASCADE, one=True)),
                ("agent", _refers("Agent", OnDelete.SET_NULL)),
                ("contact", _refers("Contact", OnDelete.SET_NULL)),
                ("filename", fields.CharField(max_length=200)),
                ("media_type", fields.CharField(max_length=100)),
                ("size_bytes", fields.BigIntField()),
                ("sha256", fields.CharField(max_length=64)),
                ("key", fields.CharField(unique=True, max_length=100)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("stored_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("duration_seconds", fields.IntField(null=True)),
                ("is_opus", fields.BooleanField(default=False)),
                (
                    "state",
                    fields.CharEnumField(
                        default=DeliveryState.NOT_NEEDED,
                        description="PENDING: PENDING\nDONE: DONE\nFAILED: FAILED\nNOT_NEEDED: NOT_NEEDED",
                        enum_type=DeliveryState,
                        max_length=12,
                    ),
                ),
                ("opus_key", fields.CharField(null=True, max_length=100)),
                ("opus_bytes", fields.BigIntField(null=True)),
                ("opus_sha256", fields.CharField(null=True, max_length=64)),
            ],
            options={
                "table": "attachment",
                "app": "frontdesk",
                "indexes": [Index(fields=["conversation_id"]), Index(fields=["contact_id"])],
                "pk_attr": "id",
                "table_description": "Known to the agent or contact alone who uploaded it, until it is `message`'s.",
            },
            bases=["Owned"],
        ),
        ops.CreateModel(
            name="DroppedObject",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("key", fields.CharField(max_length=100)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "dropped_object",
                "app": "frontdesk",
                "indexes": [Index(fields=["due_at"])],
                "pk_attr": "id",
                "table_description": "What no attachment has any more: deleted from `due_at` on, by the database's clock.",
            },
            bases=["Row"],
        ),
        ops.RunSQL([DROP, DROPS, UNSENT]),
    ]
