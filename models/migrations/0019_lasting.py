"""What is past goes on naming agents, offices, services and subjects that are deleted; and programs act by API keys."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

PLACES = ("Office", "Service", "Subject")
# A name is free again when what had it is deleted.
NAMES = [
    f"CREATE UNIQUE INDEX {name.lower()}_name ON {name.lower()} (organization_id, name) WHERE deleted_at IS NULL"
    for name in PLACES
]


def _of(model: str, column: str, **more: Any) -> Any:
    return fields.ForeignKeyField(
        f"frontdesk.{model}",
        source_field=column,
        db_constraint=True,
        to_field="id",
        related_name=False,
        **{"on_delete": OnDelete.CASCADE, **more},
    )


def _moment(**more: Any) -> Any:
    return fields.DatetimeField(auto_now=False, auto_now_add=False, **more)


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0018_calendar_feeds")]

    operations = [
        *(ops.AddField(name, "deleted_at", _moment(null=True)) for name in ("Agent", *PLACES)),
        *(ops.RemoveConstraint(name, fields=["organization_id", "name"]) for name in PLACES),
        ops.RunSQL(NAMES),
        ops.AddField("Agent", "conversation_capacity", fields.IntField(default=5)),
        ops.AddField("Agent", "is_person", fields.BooleanField(default=True)),
        ops.CreateModel(
            name="ApiKey",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("organization", _of("Organization", "organization_id")),
                ("name", fields.CharField(max_length=200)),
                ("agent", _of("Agent", "agent_id")),
                ("created_by", _of("Agent", "created_by_id", null=True, on_delete=OnDelete.SET_NULL)),
                ("start", fields.CharField(max_length=16)),
                ("key_hash", fields.CharField(unique=True, max_length=64)),
                ("created_at", _moment()),
                ("expires_at", _moment(null=True)),
                ("last_used_at", _moment(null=True)),
                ("revoked_at", _moment(null=True)),
            ],
            options={
                "table": "api_key",
                "app": "frontdesk",
                "pk_attr": "id",
                "table_description": "`agent` is who acts by it; `start` its first letters, by which people tell keys apart.",
            },
            bases=["Owned"],
        ),
    ]
