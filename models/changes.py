"""What has been changed of all that decides which slots there are: the log that triggers write (migration 0007).

Whoever keeps what they have read asks the log what has been changed since they asked last. "Since" is a snapshot of the
database, as `pg_current_snapshot` has it: which transactions had ended. What a later snapshot sees and that one did not
is exactly what was committed in between, in whatever order transactions began, wrote, or took their numbers. A
transaction that is still running sees its own changes, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from models.connection import Connection
from models.transactions import transaction
from realtime.events import Passing, PassingKind, mention, schedule_topic

KEPT = timedelta(hours=1)
MOST_READ = 5_000

# Of transactions that a snapshot did not see, some were running when it was taken, and all others have numbers from its
# xmax on. Either way the index finds them, however long ago one that still runs began. Ordered and bounded, because
# nothing else keeps the planner from reading the whole log when it knows no snapshot yet. What was trimmed is older
# than whatever is left, so a log that begins before all that the snapshot did not see has all of it.
_LOOK = f"""
WITH unseen AS (
    (SELECT xid, what, key FROM schedule_change WHERE xid >= pg_snapshot_xmax($1::text::pg_snapshot)
        ORDER BY xid LIMIT {MOST_READ})
    UNION ALL
    (SELECT xid, what, key FROM schedule_change
        WHERE xid = ANY(ARRAY(SELECT pg_snapshot_xip($1::text::pg_snapshot))) LIMIT {MOST_READ})
)
SELECT pg_current_snapshot()::text,
    pg_current_xact_id_if_assigned()::text,
    pg_postmaster_start_time() || ' ' || (SELECT oid FROM pg_database WHERE datname = current_database()),
    count(*) < {MOST_READ} AND
        (SELECT xid FROM schedule_change ORDER BY xid LIMIT 1) <= pg_snapshot_xmin($1::text::pg_snapshot),
    string_agg(DISTINCT what || ':' || key, ' ') FILTER (WHERE xid IS DISTINCT FROM pg_current_xact_id_if_assigned()),
    string_agg(DISTINCT what || ':' || key, ' ') FILTER (WHERE xid = pg_current_xact_id_if_assigned())
FROM unseen
""".encode()

# The newest of the old ones stays, for the log is whole from there on; the one that is added, so that there is always
# one. Of rows that were restored from another server, the numbers may mean transactions to come.
_TRIM = """
WITH told AS (INSERT INTO schedule_change (organization_id, what, key) VALUES (0, 'trimmed', 0))
DELETE FROM schedule_change WHERE xid >= pg_snapshot_xmax(pg_current_snapshot()) OR xid < (
    SELECT xid FROM schedule_change WHERE at < now() - %s AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid DESC LIMIT 1
)
"""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the log has shown: the topics that others have `changed` since the one before, and those that are
    this transaction's `own`.

    Not `whole` where the log does not go back so far, or there was none before: anything may have changed. `snapshot`
    says what has been seen by it, and so what it will be asked against next; this transaction is no part of that.
    `server` is another one after a restart, or where another has taken over; or another database of its, such as one
    that was restored beside this one, and given its name.
    """

    snapshot: str
    server: str
    whole: bool
    changed: frozenset[str]
    own: frozenset[str]


async def look(connection: Connection, since: str | None) -> Look:
    """Look what has been committed since the snapshot, or changed by the connection's own transaction."""
    [(snapshot, own_xid, server, whole, changed, own)] = await connection.run(_LOOK, [since])
    return Look(
        snapshot=_without(snapshot, own_xid),
        server=server,
        whole=bool(whole),
        changed=_topics(changed),
        own=_topics(own),
    )


def hint_at_schedules(organization_id: int) -> None:
    """Have whoever follows slots of the organization look at the log after commit, instead of some seconds later. Part
    of the verb that changes them; where it is forgotten or lost, nothing else is."""
    mention(Passing(schedule_topic(organization_id), PassingKind.SCHEDULE_CHANGED, organization_id))


def time_of(agent_id: int) -> str:
    """An agent's hours, overrides and calendars: all of their time but the claims."""
    return f"time:{agent_id}"


def catalogue_of(organization_id: int) -> str:
    """What an organization has set up: itself, its offices, services, subjects, planning rules and agents."""
    return f"catalogue:{organization_id}"


def claims_of(agent_id: int) -> str:
    """What meetings, holds and links have taken of an agent's time."""
    return f"claims:{agent_id}"


def link_of(link_id: int) -> str:
    """A schedule link and the claims that hold the times that it offers."""
    return f"link:{link_id}"


def groups_of(organization_id: int) -> str:
    """An organization's group meetings and who comes to them."""
    return f"groups:{organization_id}"


def pool_of(service_id: int) -> str:
    """A service's meetings, which take of its agents' time as long as they have no agents of their own."""
    return f"pool:{service_id}"


async def trim_changes() -> None:
    """Forget changes after an hour. Whoever has not looked for so long is told to forget all they keep."""
    async with transaction() as tx:
        await tx.rows(_TRIM, KEPT)


def _topics(told: str | None) -> frozenset[str]:
    return frozenset(told.split(" ")) if told else frozenset()


def _without(snapshot: str, own: str | None) -> str:
    """The snapshot as everybody else would have it: to itself, a transaction is none that is running."""
    xmin, xmax, running = snapshot.split(":")
    if own is None or int(own) >= int(xmax):
        return snapshot
    others = {int(xid) for xid in running.split(",") if xid}
    listed = ",".join(str(xid) for xid in sorted({*others, int(own)}))
    return f"{min(int(xmin), int(own))}:{xmax}:{listed}"
