"""What stands in an agent's, or a guest's, own calendar: their meetings, from a month ago on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise import connections

from models.agent.agent import Agent
from models.calendar.feed import Reader
from models.contact.masking import NO_MASK, Mask, mask_of
from models.meeting.meeting import Attendee, Meeting

PAST = timedelta(days=31)
MOST = 1_000

_OF_AGENT = "SELECT meeting_id FROM meeting_agent WHERE agent_id = %s"
_OF_GUEST = """
SELECT a.meeting_id FROM contact c JOIN attendee a ON a.contact_id = coalesce(c.merged_into_id, c.id)
WHERE c.organization_id = %s AND c.email = %s AND NOT a.companion AND a.left_at IS NULL
"""
# All that an entry is made of, of each of them: whatever is changed, and by whom, has another mark.
_MARK = """
SELECT md5(string_agg((m::text, c.at, o.name, o.address, g.name,
        ARRAY(SELECT (a.id, a.name)::text
            FROM meeting_agent ma JOIN agent a ON a.id = ma.agent_id WHERE ma.meeting_id = m.id ORDER BY a.id),
        ARRAY(SELECT (t.name, t.notes)::text FROM attendee t
            WHERE t.meeting_id = m.id AND t.left_at IS NULL AND NOT t.companion ORDER BY t.id)
    )::text, ' ' ORDER BY m.id)) AS mark, max(c.at) AS changed_at
FROM meeting m JOIN contact g ON g.id = m.guest_id LEFT JOIN office o ON o.id = m.office_id,
    LATERAL (SELECT max(at) AS at FROM meeting_change WHERE meeting_id = m.id AND kind <> 'REMINDED') c
WHERE m.id IN ({mine}) AND m."end" > %s
"""
_MEETINGS = """
SELECT id, c.at AS changed_at FROM meeting m,
    LATERAL (SELECT max(at) AS at FROM meeting_change WHERE meeting_id = m.id AND kind <> 'REMINDED') c
WHERE m.id IN ({mine}) AND m."end" > %s ORDER BY abs(extract(epoch FROM m.start - %s)) LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """By what a calendar is known not to have changed, and when one of its meetings did last."""

    text: str
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting as it stands in a reader's calendar, with the names of those whom they meet, and what was noted; title
    and names as the reader may see them."""

    meeting: Meeting
    title: str
    changed_at: datetime
    names: Sequence[str]
    notes: str | None


async def mark_of(reader: Reader, *, now: datetime) -> Mark:
    """Found by one query, without reading the calendar."""
    [row] = await _rows(_MARK, reader, now - PAST)
    organization = reader.organization
    own = (reader.name, reader.time_zone, organization.name, organization.time_zone, _mask_of(reader))
    return Mark(repr((row["mark"], own)), row["changed_at"])


async def entries_of(reader: Reader, *, now: datetime) -> list[Entry]:
    """The entries, by their start; of more than a thousand, the next and the last."""
    rows = await _rows(_MEETINGS, reader, now - PAST, now, MOST)
    changed_at: Mapping[int, datetime | None] = {row["id"]: row["changed_at"] for row in rows}
    wanted = Meeting.filter(id__in=list(changed_at)).select_related("guest", "office").order_by("start", "id")
    meetings = await wanted.prefetch_related("agents")
    guests = await _guests_of([meeting for meeting in meetings if meeting.is_group])
    mask = _mask_of(reader)
    return [
        Entry(
            meeting=one,
            title=mask.text(one.title) or "",
            changed_at=changed_at[one.id] or one.created_at,
            names=[mask.name(name) for name in _names(reader, one, guests.get(one.id, ()))],
            notes=_notes(reader, one, guests.get(one.id, ())),
        )
        for one in meetings
    ]


async def _rows(sql: str, reader: Reader, *values: Any) -> list[dict[str, Any]]:
    whose: tuple[Any, ...] = (reader.organization_id, getattr(reader, "email", None))
    mine = _OF_GUEST
    if isinstance(reader, Agent):
        mine, whose = _OF_AGENT, (reader.id,)
    rows: list[dict[str, Any]] = await connections.get("default").execute_query_dict(
        sql.format(mine=mine), [*whose, *values]
    )
    return rows


async def _guests_of(meetings: Sequence[Meeting]) -> Mapping[int, list[Attendee]]:
    """Who comes to each of the meetings, without those whom they bring."""
    found: dict[int, list[Attendee]] = {}
    if meetings:
        rows = Attendee.guests_of(*(meeting.id for meeting in meetings)).select_related("contact")
        for one in await rows:
            found.setdefault(one.meeting_id, []).append(one)
    return found


def _mask_of(reader: Reader) -> Mask:
    return mask_of(reader, reader.organization.settings) if isinstance(reader, Agent) else NO_MASK


def _names(reader: Reader, meeting: Meeting, guests: Sequence[Attendee]) -> list[str]:
    """To an agent the guests, to a guest the agents."""
    if isinstance(reader, Agent):
        return [one.name for one in guests] if meeting.is_group else [meeting.guest.name]
    return [agent.name for agent in sorted(meeting.agents, key=lambda agent: agent.id)]


def _notes(reader: Reader, meeting: Meeting, guests: Sequence[Attendee]) -> str | None:
    """In a group meeting each party has notes of its own; agents have them by mail."""
    if not meeting.is_group:
        notes: str | None = meeting.notes
        return notes
    if isinstance(reader, Agent):
        return None
    own = (one.notes for one in guests if one.contact is not None and one.contact.email == reader.email)
    return next(own, None)
