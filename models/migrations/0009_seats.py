"""Group meetings: the seats that each party takes, who has left, what concerns one party alone; and held seats."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

INDEXES = [
    # Nobody has two places in one meeting, however many ask for them at once.
    "CREATE UNIQUE INDEX attendee_once ON attendee (meeting_id, contact_id)"
    " WHERE contact_id IS NOT NULL AND NOT companion AND left_at IS NULL",
    "CREATE UNIQUE INDEX seat_hold_hash ON seat_hold (hold_hash)",
]
# Who holds seats changes which slots there are just like who has them (see migration 0007).
TRIGGERS = [
    f"CREATE TRIGGER schedule_party_{what.lower()} AFTER {what} ON seat_hold"
    " FOR EACH ROW EXECUTE FUNCTION schedule_party()"
    for what in ("INSERT", "UPDATE", "DELETE")
]


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0008_offered_times")]

    operations = [
        ops.AddField("Attendee", "seats", fields.IntField(default=1)),
        ops.AddField("Attendee", "time_zone", fields.CharField(null=True, max_length=64)),
        ops.AddField("Attendee", "notes", fields.TextField(null=True, unique=False)),
        ops.AddField(
            "Attendee", "left_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)
        ),
        ops.AddField(
            "MeetingChange",
            "party",
            fields.ForeignKeyField(
                "frontdesk.Attendee",
                source_field="party_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.SET_NULL,
            ),
        ),
        ops.CreateModel(
            name="SeatHold",
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
                    "meeting",
                    fields.ForeignKeyField(
                        "frontdesk.Meeting",
                        source_field="meeting_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("seats", fields.IntField()),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("hold_hash", fields.CharField(max_length=64)),
                ("held_for", fields.CharField(max_length=200)),
            ],
            options={
                "table": "seat_hold",
                "app": "frontdesk",
                "indexes": [Index(fields=["meeting_id"])],
                "pk_attr": "id",
                "table_description": "Seats of a group meeting, taken for a few minutes while a guest fills the form in.",
            },
            bases=["Owned"],
        ),
        ops.RunSQL([*INDEXES, *TRIGGERS]),
    ]
