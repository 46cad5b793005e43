"""Offered times: what a guest holds of a link's list goes back to the list; and versions of links."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0007_schedule_changes")]

    operations = [
        ops.AddField(model_name="ScheduleLink", name="version", field=fields.IntField(default=1)),
        ops.AddField(
            "Claim", "held_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)
        ),
    ]
