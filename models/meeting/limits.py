"""How many meetings a guest may have: on one day, and to come with one agent.

Guests are counted by who they have shown to be and by the addresses they give: a contact, also by the addresses of all
who were merged into it, and all contacts of the organization with the same e-mail address or number. Whoever books has
these locked (`locks_of`), so that two bookings at once do not both find one left. The limits bind guests, not agents
who book on their behalf: they keep the public from taking everything, and an agent knows what is wanted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tortoise import connections

from models.actor import Actor, AgentActor
from models.contact.contact import Contact
from models.organization.organization import Organization
from scheduling.hours import midnight, today
from scheduling.question import GuestLimits

# Cancelled, declined and expired meetings count for nothing; of today, those that are over count for the day. Every
# step is a look-up in an index, whatever the planner knows of the tables: they may have grown since it was told.
_MEETINGS = """
SELECT DISTINCT m.id, m.start, ARRAY(SELECT agent_id FROM meeting_agent WHERE meeting_id = m.id) AS agents
FROM attendee a JOIN meeting m ON m.id = a.meeting_id
WHERE a.contact_id = ANY (ARRAY(
        SELECT coalesce(merged_into_id, id) FROM contact WHERE organization_id = %s AND email = ANY (ARRAY(
            SELECT %s UNION SELECT email FROM contact WHERE merged_into_id = %s))
        UNION SELECT coalesce(merged_into_id, id) FROM contact WHERE organization_id = %s AND phone = ANY (ARRAY(
            SELECT %s UNION SELECT phone FROM contact WHERE merged_into_id = %s))
        UNION SELECT %s::bigint
    ))
    AND NOT a.companion AND a.left_at IS NULL AND m.start >= %s AND m.id IS DISTINCT FROM %s
    AND m.status IN ('AWAITING_GUEST', 'REQUESTED', 'SCHEDULED', 'COMPLETED', 'NO_SHOW')
    AND (m.expires_at IS NULL OR m.expires_at > %s)
"""


async def guest_limits(
    guest: Contact,
    organization: Organization,
    *,
    actor: Actor,
    now: datetime,
    moved_id: int | None = None,
    is_stranger: bool = False,
) -> GuestLimits | None:
    """The days and the agents of which the guest has as many meetings as one may have, without the one that is moved.

    None where nothing limits this booking. A contact that is not written yet is known by their addresses; a stranger,
    whose addresses are nobody's, has no meetings.
    """
    settings = organization.settings
    per_day, per_agent = (
        settings.max_meetings_per_guest_per_day,
        settings.max_upcoming_meetings_per_guest_and_agent,
    )
    if isinstance(actor, AgentActor) or (per_day is None and per_agent is None):
        return None
    if is_stranger:
        return GuestLimits()
    zone = organization.zone
    rows = await _counted(guest, organization, now=now, moved_id=moved_id)
    days = Counter(today(row["start"], zone) for row in rows)
    agents = Counter(agent for row in rows if row["start"] > now for agent in row["agents"])
    return GuestLimits(
        full_days=frozenset(day for day, count in days.items() if per_day is not None and count >= per_day),
        full_agents=frozenset(
            id for id, count in agents.items() if per_agent is not None and count >= per_agent
        ),
    )


async def in_the_way(
    guest: Contact,
    organization: Organization,
    limits: GuestLimits,
    *,
    start: datetime,
    agents: Collection[int],
    now: datetime,
    moved_id: int | None = None,
) -> list[int]:
    """The ids of the guest's meetings because of which they can have none at this time, with any of these agents."""
    zone = organization.zone
    rows = await _counted(guest, organization, now=now, moved_id=moved_id)
    is_full, full = today(start, zone) in limits.full_days, limits.full_agents.intersection(agents)
    return [
        row["id"]
        for row in rows
        if (is_full and today(row["start"], zone) == today(start, zone))
        or (row["start"] > now and not full.isdisjoint(row["agents"]))
    ]


async def _counted(
    guest: Contact, organization: Organization, *, now: datetime, moved_id: int | None
) -> list[dict[str, Any]]:
    """The guest's meetings from today on, but for the one that is moved, and who has them."""
    begin = midnight(today(now, organization.zone), organization.zone)
    own, id = organization.id, guest.id
    known = (own, guest.email, id, own, guest.phone, id, id)
    rows: list[dict[str, Any]] = await connections.get("default").execute_query_dict(
        _MEETINGS, [*known, begin, moved_id, now]
    )
    return rows


def exceeds(limits: GuestLimits | None, start: datetime, agents: Collection[int], *, zone: ZoneInfo) -> bool:
    """Whether a meeting that starts then, with those agents, would be one too many; `zone` is the organization's."""
    if limits is None:
        return False
    return today(start, zone) in limits.full_days or not limits.full_agents.isdisjoint(agents)
