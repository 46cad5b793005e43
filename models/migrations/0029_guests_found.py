"""A contact's places in meetings are found by one index instead of two, and the invitations that they were sent."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0028_owners_notified")]

    operations = [
        ops.RunSQL(
            [
                "DROP INDEX attendee_contact",  # that of 0023_retention has all of them
                "CREATE INDEX schedule_link_of_invited_id ON schedule_link (invited_id) WHERE invited_id IS NOT NULL",
            ]
        )
    ]
