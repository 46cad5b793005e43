"""Attendees' answers: when each was given, and whose they are by address."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0026_calls")]

    operations = [
        ops.AddField(
            model_name="Attendee",
            name="answered_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name="Attendee",
            index=Index(fields=["email"]),
        ),
    ]
