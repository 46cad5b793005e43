"""Dispositions stay named by the conversations that were closed by them; agents who were put into a conversation stay in
it when another one takes it; and how many guests begin is counted."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

# As of what meetings name (see 0031): FOR KEY SHARE waits for whoever is just deleting it.
NAMES = """
CREATE FUNCTION conversation_disposition() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM FROM disposition WHERE id = NEW.disposition_id AND deleted_at IS NULL FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = 'disposition ' || NEW.disposition_id || ' is deleted',
            CONSTRAINT = 'disposition_is_there', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0036_invited_members")]

    operations = [
        ops.AddField(model_name="Disposition", name="deleted_at", field=fields.DatetimeField(null=True)),
        ops.AddField(model_name="Member", name="stays", field=fields.BooleanField(default=False)),
        ops.RunSQL(
            [
                "DROP INDEX disposition_once",
                "CREATE UNIQUE INDEX disposition_once ON disposition (organization_id, name, coalesce(service_id, 0))"
                " WHERE deleted_at IS NULL",
                NAMES,
                "CREATE TRIGGER conversation_disposition BEFORE UPDATE OF disposition_id ON conversation"
                " FOR EACH ROW WHEN (NEW.disposition_id IS NOT NULL"
                " AND OLD.disposition_id IS DISTINCT FROM NEW.disposition_id)"
                " EXECUTE FUNCTION conversation_disposition()",
                "CREATE INDEX conversation_begun ON conversation (organization_id, created_at) WHERE channel = 'WEB'",
                # Who is in a meeting's conversation was booked with it.
                "UPDATE member SET stays = true FROM conversation c"
                " WHERE c.id = member.conversation_id AND c.channel = 'MEETING' AND member.agent_id IS NOT NULL",
            ]
        ),
    ]
