"""Messages may be changed after they were sent: when that was, and whether what they said was taken away."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from realtime.events import EventKind


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0033_queues")]

    operations = [
        ops.AlterField("EventRow", "kind", fields.CharEnumField(enum_type=EventKind, max_length=32)),
        ops.AddField(
            model_name="Message",
            name="edited_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Message",
            name="redacted",
            field=fields.BooleanField(default=False),
        ),
    ]
