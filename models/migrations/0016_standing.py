"""Meetings that end by themselves: what is still to be confirmed, or to be accepted, and its claims."""

from importlib import import_module

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

log = import_module("models.migrations.0007_schedule_changes")

INDEX = "CREATE INDEX meeting_expiring ON meeting (expires_at) WHERE expires_at IS NOT NULL"
# What is requested for a time to come ends then; what was never decided is history.
REQUESTED = """
UPDATE meeting SET expires_at = start WHERE status = 'REQUESTED' AND start > now()
"""
CLAIMED = """
UPDATE claim SET expires_at = meeting.expires_at FROM meeting
WHERE meeting.id = claim.meeting_id AND meeting.expires_at IS NOT NULL
"""
NO_MORE = [f"DROP TRIGGER schedule_crowd_{what} ON meeting" for what in ("insert", "delete", "update")]
CROWD = log._rows(
    "meeting",
    "schedule_crowd",
    changed=log._differ(*log._MEETING, "expires_at"),
    where="(ROW.seats > 1 OR ROW.service_id IS NOT NULL)",
)


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0015_desk")]

    operations = [
        ops.AddField(
            model_name="Meeting",
            name="expires_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunSQL([REQUESTED, CLAIMED]),
        ops.RunSQL([INDEX, *NO_MORE, *CROWD]),
    ]
