"""Bookings do not wait for each other: conversations are numbered by a sequence of their organization, of which no row
is locked until a booking ends, and queueing a job notifies nobody, as commits that notify are made one by one."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# One for each organization, as one for all would tell each of them how busy the others are.
BEGINS = """
CREATE FUNCTION organization_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE SEQUENCE %I.%I', TG_TABLE_SCHEMA, 'conversation_number_' || NEW.id);
    RETURN NULL;
END $$
"""
ENDS = """
CREATE FUNCTION organization_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP SEQUENCE IF EXISTS %I.%I', TG_TABLE_SCHEMA, 'conversation_number_' || OLD.id);
    RETURN NULL;
END $$
"""
TRIGGERS = [
    "CREATE TRIGGER organization_begins AFTER INSERT ON organization"
    " FOR EACH ROW EXECUTE FUNCTION organization_begins()",
    "CREATE TRIGGER organization_ends AFTER DELETE ON organization"
    " FOR EACH ROW EXECUTE FUNCTION organization_ends()",
]
GO_ON_COUNTING = """
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT id, conversation_count FROM organization LOOP
        EXECUTE format(
            'CREATE SEQUENCE %I START WITH %s', 'conversation_number_' || one.id, one.conversation_count + 1
        );
    END LOOP;
END $$
"""
# A claim may name the meeting whose row is written after it, at the latest when the transaction ends.
CLAIMED_FIRST = """
DO $$
DECLARE
    named text;
BEGIN
    SELECT conname INTO STRICT named FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE conrelid = 'claim'::regclass AND contype = 'f' AND attname = 'meeting_id';
    EXECUTE format('ALTER TABLE claim ALTER CONSTRAINT %I DEFERRABLE INITIALLY DEFERRED', named);
END $$
"""
# Workers look for jobs. PostgreSQL has all commits with a notification, of all its databases, wait in one line, and
# where writing to the disk takes 10 ms, that line moves on a hundred times a second.
QUIETLY = "ALTER TABLE procrastinate_jobs DISABLE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1"


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0005_versions")]

    operations = [
        ops.RunSQL([BEGINS, ENDS, *TRIGGERS, GO_ON_COUNTING, CLAIMED_FIRST, QUIETLY]),
        ops.RemoveField("Organization", "conversation_count"),
    ]
