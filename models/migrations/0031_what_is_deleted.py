"""What is deleted is named by no meeting and no conversation from then on; and of agents who are gone, the audit tells
neither address nor picture, nor what their calendars were called."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# A foreign key is content with a row that says of itself that it is deleted. FOR KEY SHARE waits for whoever is just
# deleting it, as the key itself would, and then looks again; a plain look would see the row as it was.
_LOOK = """
IF NEW.{kind}_id IS NOT NULL THEN
    PERFORM FROM {kind} WHERE id = NEW.{kind}_id AND deleted_at IS NULL FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = '{kind} ' || NEW.{kind}_id || ' is deleted',
            CONSTRAINT = '{kind}_is_there', TABLE = TG_TABLE_NAME;
    END IF;
END IF;
"""


def _function(table: str, *kinds: str) -> str:
    looks = "".join(_LOOK.format(kind=kind) for kind in kinds)
    return f"CREATE FUNCTION {table}_names() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {looks} RETURN NEW; END $$"


_HIDDEN = "e.detail"
for _path in (f"{side},{name}" for side in ("before", "after") for name in ("email", "avatarUrl", "account")):
    _HIDDEN = f"jsonb_set({_HIDDEN}, '{{{_path}}}', '\"hidden\"', false)"

FORGOTTEN = f"""
UPDATE audit_entry e SET detail = {_HIDDEN} FROM agent a
WHERE a.deleted_at IS NOT NULL AND e.organization_id = a.organization_id AND (
    (e.target_kind = 'Agent' AND e.target_id = a.id)
    OR (e.target_kind = 'CalendarConnection' AND jsonb_build_object('$node', jsonb_build_array('Agent', a.id))
        IN (e.detail #> '{{before,agentId}}', e.detail #> '{{after,agentId}}'))
)
"""


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0030_channels")]

    operations = [
        ops.RunSQL(
            [
                _function("meeting", "office", "service", "subject"),
                "CREATE TRIGGER meeting_names BEFORE INSERT ON meeting"
                " FOR EACH ROW EXECUTE FUNCTION meeting_names()",
                _function("conversation", "service"),
                "CREATE TRIGGER conversation_names BEFORE INSERT ON conversation"
                " FOR EACH ROW EXECUTE FUNCTION conversation_names()",
                "CREATE TRIGGER conversation_names_another BEFORE UPDATE OF service_id ON conversation"
                " FOR EACH ROW WHEN (OLD.service_id IS DISTINCT FROM NEW.service_id)"
                " EXECUTE FUNCTION conversation_names()",
                FORGOTTEN,
            ]
        )
    ]
