"""What stands in an agent's, or a guest's, own calendar: their meetings, from a month ago on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise import connections

from models.agent.agent import Agent
from models.calendar.feed import Reader
from models.contact import Contact
from models.meeting.meeting import Attendee, Meeting

PAST = timedelta(days=31)
MOST = 1_000

_MINE = {
    Agent: "SELECT meeting_id FROM meeting_agent WHERE agent_id = %s",
    Contact: "SELECT meeting_id FROM attendee WHERE contact_id = %s AND NOT companion AND left_at IS NULL",
}
# All that an entry is made of, of each of them: whatever is changed, and by whom, has another mark.
_MARK = """
SELECT md5(string_agg(concat_ws('|', m::text, o.name, o.address, g.name,
        (SELECT string_agg(concat(a.id, a.name), '|' ORDER BY a.id)
            FROM meeting_agent ma JOIN agent a ON a.id = ma.agent_id WHERE ma.meeting_id = m.id),
        (SELECT string_agg(concat(t.name, t.notes), '|' ORDER BY t.id) FROM attendee t
            WHERE t.meeting_id = m.id AND t.left_at IS NULL AND NOT t.companion)
    ), ' ' ORDER BY m.id)) AS mark, max(c.at) AS changed_at
FROM meeting m JOIN contact g ON g.id = m.guest_id LEFT JOIN office o ON o.id = m.office_id,
    LATERAL (SELECT max(at) AS at FROM meeting_change WHERE meeting_id = m.id) c
WHERE m.id IN ({mine}) AND m."end" > %s
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """By what a calendar is known not to have changed, and when one of its meetings did last."""

    text: str
    changed_at: datetime | None


async def mark_of(reader: Reader, *, now: datetime) -> Mark:
    """Found by one query, without reading the calendar."""
    sql = _MARK.format(mine=_MINE[type(reader)])
    [row] = await connections.get("default").execute_query_dict(sql, [reader.id, now - PAST])
    organization = reader.organization
    own = (reader.name, reader.time_zone, organization.name, organization.time_zone)
    return Mark(repr((row["mark"], own)), row["changed_at"])


async def entries_of(reader: Reader, *, now: datetime) -> list[Meeting]:
    """The meetings, by their start, with their people and places; of more than a thousand, the next and the last."""
    ids = await _ids(reader, now=now)
    meetings = Meeting.filter(id__in=ids).select_related("guest", "office").order_by("start", "id")
    return await meetings.prefetch_related("agents")


async def _ids(reader: Reader, *, now: datetime) -> list[int]:
    rows = await connections.get("default").execute_query_dict(
        f'SELECT id FROM meeting m WHERE m.id IN ({_MINE[type(reader)]}) AND m."end" > %s'
        " ORDER BY abs(extract(epoch FROM m.start - %s)) LIMIT %s",
        [reader.id, now - PAST, now, MOST],
    )
    return [row["id"] for row in rows]


async def changed_at(meetings: Sequence[Meeting]) -> Mapping[int, datetime]:
    """When each of the meetings was changed last."""
    rows = await connections.get("default").execute_query_dict(
        "SELECT meeting_id, max(at) AS at FROM meeting_change WHERE meeting_id = ANY(%s) GROUP BY meeting_id",
        [[one.id for one in meetings]],
    )
    return {row["meeting_id"]: row["at"] for row in rows}


async def guests_of(meetings: Sequence[Meeting]) -> Mapping[int, list[Attendee]]:
    """Who comes to each of the meetings, without those whom they bring."""
    found: dict[int, list[Attendee]] = {}
    for one in await Attendee.guests_of(*(meeting.id for meeting in meetings)):
        found.setdefault(one.meeting_id, []).append(one)
    return found
