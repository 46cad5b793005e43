"""A log of whatever changes which slots there are: processes that keep what they have read look there (see
models/changes.py). Triggers write it, so that nothing can be changed without its telling."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# Which transaction wrote a row is all that decides who has seen it: neither ids nor times come in the order of commits.
LOG = """
CREATE TABLE schedule_change (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL DEFAULT now(),
    organization_id bigint NOT NULL,
    what text NOT NULL,
    key bigint NOT NULL
)
"""
LOG_INDEX = "CREATE INDEX schedule_change_xid ON schedule_change (xid)"
# The oldest row says from when on the log is whole: so far, from the first transaction there can be.
FIRST = "INSERT INTO schedule_change (xid, organization_id, what, key) VALUES ('3', 0, 'began', 0)"


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$"


def _logged(what: str, key: str) -> str:
    """The statement that logs one column of a row, as it was and as it is; of a new row there is no old one."""
    return f"""
    INSERT INTO schedule_change (organization_id, what, key)
        SELECT OLD.organization_id, '{what}', OLD.{key} WHERE OLD.{key} IS NOT NULL
        UNION SELECT NEW.organization_id, '{what}', NEW.{key} WHERE NEW.{key} IS NOT NULL
    """


# A meeting of a service counts as long as it has no agents, a group meeting by the seats that are taken.
_CROWD = """
    INSERT INTO schedule_change (organization_id, what, key)
        SELECT organization_id, 'pool', service_id FROM {meetings} WHERE service_id IS NOT NULL
        UNION SELECT organization_id, 'groups', organization_id FROM {meetings} WHERE seats > 1
"""
_BOTH = "(SELECT OLD.organization_id, OLD.service_id, OLD.seats UNION SELECT NEW.organization_id, NEW.service_id, NEW.seats)"
_MEETING_OF_ROW = "(SELECT * FROM meeting WHERE id = coalesce(NEW.meeting_id, OLD.meeting_id))"
_ORGANIZATION_OF_AGENT = "(SELECT * FROM agent WHERE id = coalesce(NEW.agent_id, OLD.agent_id))"

FUNCTIONS = [
    _function("schedule_time", _logged("time", "agent_id")),
    _function("schedule_hours", _logged("time", "id")),
    _function("schedule_catalogue", _logged("catalogue", "organization_id")),
    _function("schedule_link", _logged("link", "id")),
    _function("schedule_offer", _logged("link", "link_id")),
    _function("schedule_crowd", _CROWD.format(meetings=f"{_BOTH} meeting")),
    _function("schedule_party", _CROWD.format(meetings=f"{_MEETING_OF_ROW} meeting")),
    _function(
        "schedule_busy",
        "INSERT INTO schedule_change (organization_id, what, key)"
        " SELECT DISTINCT organization_id, 'time', agent_id FROM changed",
    ),
    _function(
        "schedule_organization",
        "INSERT INTO schedule_change (organization_id, what, key) VALUES (OLD.id, 'catalogue', OLD.id)",
    ),
    _function(
        "schedule_agents",
        "INSERT INTO schedule_change (organization_id, what, key)"
        f" SELECT organization_id, 'catalogue', organization_id FROM {_ORGANIZATION_OF_AGENT} agent",
    ),
]


def _rows(
    table: str, function: str, *, changed: str = "OLD.* IS DISTINCT FROM NEW.*", where: str = ""
) -> list[str]:
    """Triggers for every row that is inserted, deleted or `changed`, of those `where` something holds."""
    old, new = where.replace("ROW.", "OLD."), where.replace("ROW.", "NEW.")
    conditions = {
        "INSERT": new,
        "DELETE": old,
        "UPDATE": f"({old} OR {new}) AND {changed}" if where else changed,
    }
    return [
        f"CREATE TRIGGER {function}_{what.lower()} AFTER {what} ON {table} FOR EACH ROW"
        f" WHEN ({condition or 'true'}) EXECUTE FUNCTION {function}()"
        for what, condition in conditions.items()
    ]


def _statements(table: str, function: str) -> list[str]:
    """Triggers for statements that may change any number of rows; those that are updated count before and after."""
    seen = (("INSERT", "NEW"), ("DELETE", "OLD"), ("UPDATE", "OLD"), ("UPDATE", "NEW"))
    return [
        f"CREATE TRIGGER {function}_{what.lower()}_{side.lower()} AFTER {what} ON {table}"
        f" REFERENCING {side} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        for what, side in seen
    ]


def _differ(*columns: str) -> str:
    old, new = (", ".join(f"{side}.{column}" for column in columns) for side in ("OLD", "NEW"))
    return f"({old}) IS DISTINCT FROM ({new})"


# What decides an agent's time. Of a connection it is not when it was read last, or will be next.
TIME = [
    *_rows("claim", "schedule_time"),
    *_rows("date_override", "schedule_time"),
    *_rows("day_template", "schedule_time"),
    *_rows("calendar_connection", "schedule_time", changed=_differ("agent_id", "status", "known_until")),
    *_statements("busy_time", "schedule_busy"),
    *_rows("agent", "schedule_hours", changed=_differ("week", "time_zone")),
]
# What an organization has set up. Whose turn it is, is read whenever that is decided.
CATALOGUE = [
    *_rows("agent", "schedule_catalogue"),
    *_rows("office", "schedule_catalogue"),
    *_rows("service", "schedule_catalogue"),
    *_rows("subject", "schedule_catalogue"),
    *_rows("planning_rule", "schedule_catalogue"),
    *_rows("service_member", "schedule_catalogue", changed=_differ("service_id", "agent_id", "weight")),
    *_rows("agent_office", "schedule_agents"),
    *_rows("agent_expertise", "schedule_agents"),
    *_rows("planning_rule_agent", "schedule_agents"),
    "CREATE TRIGGER schedule_organization AFTER UPDATE OR DELETE ON organization"
    " FOR EACH ROW EXECUTE FUNCTION schedule_organization()",
]
LINKS = [
    *_rows("schedule_link", "schedule_link"),
    *_rows("claim", "schedule_offer", where="ROW.link_id IS NOT NULL"),
]
_MEETING = (
    "status", '"start"', '"end"', "buffer_before_minutes", "buffer_after_minutes", "seats", "service_id",
    "subject_id", "meeting_type", "office_id",
)  # fmt: skip
CROWD = [
    *_rows(
        "meeting",
        "schedule_crowd",
        changed=_differ(*_MEETING),
        where="(ROW.seats > 1 OR ROW.service_id IS NOT NULL)",
    ),
    *_rows("meeting_agent", "schedule_party"),
    *_rows("attendee", "schedule_party"),
]
# What is past must not be passed over again and again: an index by where claims end begins behind it.
INDEXES = [
    "CREATE INDEX claim_agent_end ON claim (agent_id, ends_at)",
    "DROP INDEX claim_agent_time",
]


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0006_numbers")]

    operations = [
        ops.RunSQL([LOG, LOG_INDEX, FIRST]),
        ops.RunSQL([*FUNCTIONS, *TIME, *CATALOGUE, *LINKS, *CROWD]),
        ops.RunSQL(INDEXES),
    ]
