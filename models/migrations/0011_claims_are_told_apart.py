"""Claims change with every booking, and the rest of an agent's time seldom: the log tells them apart."""

from importlib import import_module

from tortoise import migrations
from tortoise.migrations import operations as ops

log = import_module("models.migrations.0007_schedule_changes")

FUNCTION = log._function("schedule_claims", log._logged("claims", "agent_id"))
NO_MORE = [f"DROP TRIGGER schedule_time_{what} ON claim" for what in ("insert", "delete", "update")]


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0010_numbers_of_guests")]

    operations = [ops.RunSQL([*NO_MORE, FUNCTION, *log._rows("claim", "schedule_claims")])]
