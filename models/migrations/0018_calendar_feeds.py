"""Secret calendars whose address was renewed or revoked."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0017_arrivals")]

    operations = [
        ops.CreateModel(
            name="CalendarFeed",
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
                    "agent",
                    fields.OneToOneField(
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
                    fields.OneToOneField(
                        "frontdesk.Contact",
                        source_field="contact_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("key", fields.IntField(default=0)),
                ("is_revoked", fields.BooleanField(default=False)),
            ],
            options={
                "table": "calendar_feed",
                "app": "frontdesk",
                "pk_attr": "id",
                "table_description": "How often somebody's address was renewed (`key`), and whether they have one;"
                " who has no row has their first.",
            },
            bases=["Owned"],
        ),
        ops.RunSQL(
            [
                "ALTER TABLE calendar_feed ADD CONSTRAINT calendar_feed_one_reader"
                " CHECK (num_nonnulls(agent_id, contact_id) = 1)"
            ]
        ),
    ]
