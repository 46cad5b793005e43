"""What Tortoise cannot say of the tables: the constraints that races meet, the indexes of hot paths, and the job queue."""

from procrastinate.schema import SchemaManager
from tortoise import migrations
from tortoise.migrations import operations as ops

# An agent's time cannot be taken twice. Ranges of one agent stand for equality, because gist equality of integers
# needs the btree_gist extension, which a managed database may not allow.
CLAIM_EXCLUSIVE = """
ALTER TABLE claim ADD CONSTRAINT claim_exclusive
    EXCLUDE USING gist (int8range(agent_id, agent_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&)
"""
CLAIM_NOT_EMPTY = "ALTER TABLE claim ADD CONSTRAINT claim_not_empty CHECK (starts_at < ends_at)"
MEETING_NOT_EMPTY = 'ALTER TABLE meeting ADD CONSTRAINT meeting_not_empty CHECK ("start" < "end")'
BUSY_NOT_EMPTY = "ALTER TABLE busy_time ADD CONSTRAINT busy_time_not_empty CHECK (starts_at < ends_at)"
ONE_PARTY = """
ALTER TABLE member ADD CONSTRAINT member_one_party CHECK (num_nonnulls(agent_id, contact_id) = 1)
"""
ONE_TARGET = """
ALTER TABLE schedule_link ADD CONSTRAINT schedule_link_one_target CHECK (num_nonnulls(agent_id, service_id) = 1)
"""
EMAIL_UNIQUE = "CREATE UNIQUE INDEX agent_email ON agent (organization_id, lower(email))"
# The ways in which rows are found again and again; PostgreSQL makes no index for a foreign key by itself.
INDEXES = [
    "CREATE INDEX claim_agent_time ON claim (agent_id, starts_at)",
    "CREATE INDEX meeting_conversation ON meeting (conversation_id)",
    "CREATE INDEX meeting_agent_agent ON meeting_agent (agent_id)",
    "CREATE INDEX meeting_change_meeting ON meeting_change (meeting_id)",
    "CREATE INDEX attendee_meeting ON attendee (meeting_id)",
    "CREATE INDEX member_agent ON member (agent_id)",
    "CREATE INDEX assignment_record_conversation ON assignment_record (conversation_id)",
    "CREATE INDEX service_member_agent ON service_member (agent_id)",
    "CREATE INDEX session_agent ON session (agent_id)",
    "CREATE INDEX message_reply_to ON message (reply_to_id) WHERE reply_to_id IS NOT NULL",
]


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0001_initial")]

    operations = [
        ops.RunSQL(
            [
                CLAIM_EXCLUSIVE,
                CLAIM_NOT_EMPTY,
                MEETING_NOT_EMPTY,
                BUSY_NOT_EMPTY,
                ONE_PARTY,
                ONE_TARGET,
                EMAIL_UNIQUE,
                *INDEXES,
            ]
        ),
        ops.RunSQL(SchemaManager.get_schema()),
    ]
