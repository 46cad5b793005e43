"""Who may go on following a meeting: `Meeting.visible_to`, asked at once for all who follow any."""

from __future__ import annotations

from collections.abc import Collection

from tortoise import connections

Following = tuple[int, int]
"""Who follows, an agent or a contact, and which meeting."""


async def still_shown_to_agents(followed: Collection[Following]) -> set[Following]:
    """Those of agents who have the meeting, or are of its service. Whether what nobody has yet is shown to them goes
    by settings and languages as well: that is asked whenever there is something to tell."""
    return await _shown(_TO_AGENTS, followed)


async def still_attended(followed: Collection[Following]) -> set[Following]:
    """Those of guests who take part in the meeting still, under whatever name."""
    return await _shown(_TO_GUESTS, followed)


async def _shown(sql: str, followed: Collection[Following]) -> set[Following]:
    if not followed:
        return set()
    rows = await connections.get("default").execute_query_dict(
        sql, [[who for who, _ in followed], [meeting for _, meeting in followed]]
    )
    return {(row["who"], row["meeting"]) for row in rows}


_TO_AGENTS = """
SELECT f.who, f.meeting FROM unnest(%s::bigint[], %s::bigint[]) f (who, meeting) JOIN meeting m ON m.id = f.meeting
WHERE EXISTS (SELECT FROM meeting_agent a WHERE a.meeting_id = m.id AND a.agent_id = f.who)
OR EXISTS (SELECT FROM service_member s WHERE s.service_id = m.service_id AND s.agent_id = f.who)
"""
_TO_GUESTS = """
SELECT f.who, f.meeting FROM unnest(%s::bigint[], %s::bigint[]) f (who, meeting) JOIN contact own ON own.id = f.who
WHERE EXISTS (SELECT FROM attendee a JOIN contact c ON c.id = a.contact_id WHERE a.meeting_id = f.meeting
    AND NOT a.companion AND a.left_at IS NULL
    AND coalesce(c.merged_into_id, c.id) = coalesce(own.merged_into_id, own.id))
"""
