"""The audit; and the versions of an organization's settings and branding."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0012_reminders")]

    operations = [
        ops.AddField("Organization", "settings_version", fields.IntField(default=1)),
        ops.AddField(
            "Organization",
            "stored_branding",
            fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField("Organization", "branding_version", fields.IntField(default=1)),
        ops.CreateModel(
            name="AuditEntry",
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
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                (
                    "actor_agent",
                    fields.ForeignKeyField(
                        "frontdesk.Agent",
                        source_field="actor_agent_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("actor_name", fields.CharField(null=True, max_length=200)),
                ("action", fields.CharField(max_length=64)),
                ("target_kind", fields.CharField(max_length=32)),
                ("target_id", fields.BigIntField()),
                ("detail", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "audit_entry",
                "app": "frontdesk",
                "indexes": [
                    Index(fields=["organization_id", "at", "id"]),
                    Index(fields=["organization_id", "target_kind", "target_id"]),
                ],
                "pk_attr": "id",
                "table_description": "`target_kind` and `target_id` name the row that was changed, which may be gone since.",
            },
            bases=["Owned"],
        ),
    ]
