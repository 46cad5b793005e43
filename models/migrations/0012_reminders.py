"""Reminders that were sent."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0011_claims_are_told_apart")]

    operations = [
        ops.CreateModel(
            name="Reminder",
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
                ("start", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("minutes_before", fields.IntField()),
            ],
            options={
                "table": "reminder",
                "app": "frontdesk",
                "unique_together": (("meeting_id", "start", "minutes_before"),),
                "pk_attr": "id",
                "table_description": "A reminder of a meeting at this start that was sent, so that none is sent twice.",
            },
            bases=["Owned"],
        ),
    ]
