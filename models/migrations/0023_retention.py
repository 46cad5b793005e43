"""What stays of meetings that are purged, and the ways in which all that goes with them is found."""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from models.words import MeetingStatus, MeetingType
from realtime.events import Audience

# Two without a subject are of the same kind.
COUNTED_ONCE = """
CREATE UNIQUE INDEX meeting_count_kind ON meeting_count (organization_id, day, subject_id, meeting_type, status)
    NULLS NOT DISTINCT
"""
# Whoever deletes a row has the database look for all that refer to it: without an index, in all of the table.
REFERRING = {
    "attendee": ["contact_id"],
    "member": ["contact_id"],
    "message": ["author_contact_id"],
    "meeting_change": ["actor_contact_id", "party_id"],
    "assignment_record": ["actor_contact_id"],
    "meeting_series": ["guest_id"],
    "arrival": ["contact_id"],
}
INDEXES = [
    f"CREATE INDEX {table}_of_{column} ON {table} ({column}) WHERE {column} IS NOT NULL"
    for table, columns in REFERRING.items()
    for column in columns
]


def _id() -> fields.BigIntField:
    return fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)


def _organization() -> Any:
    return fields.ForeignKeyField(
        "frontdesk.Organization",
        source_field="organization_id",
        db_constraint=True,
        to_field="id",
        related_name=False,
        on_delete=OnDelete.CASCADE,
    )


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0022_invitations")]

    operations = [
        ops.CreateModel(
            name="MeetingCount",
            fields=[
                ("id", _id()),
                ("organization", _organization()),
                ("day", fields.DateField()),
                ("subject_id", fields.BigIntField(null=True)),
                ("meeting_type", fields.CharEnumField(enum_type=MeetingType, max_length=10)),
                ("status", fields.CharEnumField(enum_type=MeetingStatus, max_length=20)),
                ("meetings", fields.IntField()),
                ("guests", fields.IntField()),
                ("minutes", fields.BigIntField()),
            ],
            options={
                "table": "meeting_count",
                "app": "frontdesk",
                "pk_attr": "id",
                "table_description": "How many meetings of one day, subject, type and status have been purged; their"
                " guests, and their minutes.",
            },
            bases=["Owned"],
        ),
        ops.CreateModel(
            name="Purge",
            fields=[
                ("id", _id()),
                ("organization", _organization()),
                ("day", fields.DateField()),
                ("meetings", fields.IntField(default=0)),
                ("conversations", fields.IntField(default=0)),
                ("contacts", fields.IntField(default=0)),
                ("waiting", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "purge",
                "app": "frontdesk",
                "unique_together": (("organization_id",),),
                "pk_attr": "id",
                "table_description": "That an organization's outdated meetings are purged, and at the beginning of which"
                " `day` they were last.",
            },
            bases=["Owned"],
        ),
        ops.AlterField("EventRow", "audience", fields.CharEnumField(enum_type=Audience, max_length=16)),
        ops.RunSQL([COUNTED_ONCE, *INDEXES]),
    ]
