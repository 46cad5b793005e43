"""How much waits in services' queues, counted as it is asked for: a number that is kept would drift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise import connections

from realtime.events import Passing, PassingKind, mention, queue_topic

_COUNT = """
SELECT wanted.id AS service_id, waits.number AS waiting, waits.oldest AS oldest_waiting_since, opened.number AS open,
    present.number AS online_agents
FROM unnest(%s::bigint[]) AS wanted (id)
CROSS JOIN LATERAL (SELECT count(*) AS number, min(waiting_since) AS oldest FROM conversation
    WHERE service_id = wanted.id AND status = 'WAITING') waits
CROSS JOIN LATERAL (SELECT count(*) AS number FROM conversation
    WHERE service_id = wanted.id AND status = 'OPEN') opened
CROSS JOIN LATERAL (SELECT count(*) AS number FROM service_member m JOIN agent a ON a.id = m.agent_id
    JOIN agent_presence p ON p.agent_id = a.id
    WHERE m.service_id = wanted.id AND a.is_active AND p.presence = 'ONLINE') present
"""


@dataclass(frozen=True, slots=True)
class QueueCount:
    """A service's conversations that wait, since when the oldest does, and those that somebody has; and how many of its
    agents are at their desks."""

    service_id: int
    waiting: int
    open: int
    oldest_waiting_since: datetime | None
    online_agents: int


async def counts_of(service_ids: Sequence[int]) -> list[QueueCount]:
    """The counts of these services, in no order."""
    rows = await connections.get("default").execute_query_dict(_COUNT, [list(service_ids)])
    return [QueueCount(**row) for row in rows]


def queue_changed(*service_ids: int | None) -> None:
    """Mention that these services' counts have changed, after commit, to whoever follows them just then."""
    mention(*(Passing(queue_topic(id), PassingKind.QUEUE_CHANGED, id) for id in service_ids if id is not None))
