"""When an agent was told that a calendar of theirs cannot be read any more."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0027_answers")]

    operations = [
        ops.AddField(
            "CalendarConnection",
            "owner_notified_at",
            fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
