"""Letters of no meeting's change, which wait to be sent."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0013_audit")]

    operations = [
        ops.CreateModel(
            name="OrderedLetter",
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
                ("key", fields.CharField(max_length=200)),
                ("sealed", fields.BinaryField()),
                ("ordered_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "ordered_letter",
                "app": "frontdesk",
                "unique_together": (("organization_id", "key"),),
                "pk_attr": "id",
                "table_description": "An order that waits to be sent. It is sealed: codes and links in it open doors.",
            },
            bases=["Owned"],
        ),
    ]
