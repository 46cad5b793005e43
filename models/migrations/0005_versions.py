"""Versions of what several people set up: agents, day templates, offices, services and subjects."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0004_planning")]

    operations = [
        ops.AddField(model_name=name, name="version", field=fields.IntField(default=1))
        for name in ("Agent", "DayTemplate", "Office", "Service", "Subject")
    ]
