"""Who comes to meetings; and the scheduled ones are found by when they end."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

MEETING_TO_END = """CREATE INDEX meeting_to_end ON meeting ("end") WHERE status = 'SCHEDULED'"""


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0016_standing")]

    operations = [
        ops.CreateModel(
            name="Arrival",
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
                    "meeting",
                    fields.ForeignKeyField(
                        "frontdesk.Meeting",
                        source_field="meeting_id",
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
                        null=True,
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
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "arrival",
                "app": "frontdesk",
                "unique_together": (("meeting_id", "agent_id"), ("meeting_id", "contact_id")),
                "pk_attr": "id",
                "table_description": "That an agent or a guest came to a meeting, and when they first did.",
            },
            bases=["Owned"],
        ),
        ops.RunSQL([MEETING_TO_END]),
    ]
