"""Meetings that take no agent's time by a claim of their own: group meetings to join, and those nobody is given yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.availability.memory import Kept
from models.availability.reading import reading
from models.availability.sight import Sight
from models.availability.target import Target
from models.changes import groups_of, pool_of
from models.meeting.seat import JOINABLE
from models.meeting.standing import ACTIVE
from models.words import MeetingStatus
from scheduling.agenda import Group
from scheduling.intervals import Interval
from scheduling.question import LOOK_BACK_DAYS
from scheduling.timeline import Span

# Nothing starts before the day of the question, in UTC, though its buffer may; and a meeting and each of its buffers
# take a day at most.
_PAST = timedelta(days=LOOK_BACK_DAYS)
_LONGEST = timedelta(days=2)

# Seats are held at a time: who held some in a meeting that moved away holds nothing (see models/meeting/seat.py).
_GROUPS = b"""
SELECT id, start, "end", service_id, subject_id, meeting_type, office_id,
    seats - (SELECT coalesce(sum(seats), 0) FROM attendee WHERE meeting_id = meeting.id AND left_at IS NULL),
    ARRAY(SELECT agent_id FROM meeting_agent WHERE meeting_id = meeting.id),
    ARRAY(SELECT expires_at FROM seat_hold WHERE meeting_id = meeting.id AND starts_at = meeting.start ORDER BY id),
    ARRAY(SELECT seats FROM seat_hold WHERE meeting_id = meeting.id AND starts_at = meeting.start ORDER BY id)
FROM meeting
WHERE organization_id = $1 AND seats > 1 AND start >= $2 AND start < $3 AND status = ANY($4)
"""
# For each meeting by itself: as a join, the planner may read all the agents that meetings ever had.
_POOLED = b"""
SELECT id, expires_at,
    start - make_interval(mins => buffer_before_minutes), "end" + make_interval(mins => buffer_after_minutes)
FROM meeting
WHERE service_id = $1 AND start >= $2 AND start < $3 AND status = ANY($4)
    AND "end" + make_interval(mins => buffer_after_minutes) > $5::timestamptz
    AND (SELECT agent_id FROM meeting_agent WHERE meeting_id = meeting.id LIMIT 1) IS NULL
"""


@dataclass(frozen=True, slots=True)
class GroupMeeting:
    """A group meeting that guests may join; `left` are the seats that no guest has, of which some may be held."""

    id: int
    time: Interval
    service: int | None
    kind: tuple[int | None, str, int | None]
    left: int
    agents: frozenset[int]
    holds: tuple[tuple[datetime, int], ...]

    def is_like(self, target: Target) -> bool:
        """Whether it is one of the meetings that are wanted: of this kind, and of the service or these very agents."""
        if target.service is not None:
            ours = self.service == target.service.id
        else:
            ours = self.agents == {agent.id for agent in target.agents}
        subject, office = target.subject and target.subject.id, target.office and target.office.id
        return ours and self.kind == (subject, target.meeting_type.value, office)

    def group(self, *, now: datetime) -> Group:
        held = sum(seats for expires_at, seats in self.holds if expires_at > now)
        return Group(meeting=self.id, time=self.time, agents=self.agents, seats_left=max(0, self.left - held))


async def group_meetings(
    sight: Sight, target: Target, *, span: Span, moved_id: int | None
) -> list[GroupMeeting]:
    """The group meetings that could be joined instead of having a new one: none by a meeting that is moved, or where
    such meetings are no longer for several guests."""
    if moved_id is not None or target.plan.seats == 1:
        return []
    organization_id = target.organization.id

    async def read() -> Kept[Sequence[GroupMeeting]]:
        async with reading() as rows:
            found = await rows(_GROUPS, _values(organization_id, span.origin + _PAST, span.end, JOINABLE))
        return Kept([_group(row) for row in found], frozenset({groups_of(organization_id)}))

    found = await sight.recall((GroupMeeting, organization_id, span), read)
    return [one for one in found if one.is_like(target)]


Pooled = tuple[Interval, datetime | None]
"""The time of a meeting that nobody is given yet, with its buffers, and when it ends by itself, if it does."""


async def pooled(sight: Sight, target: Target, *, span: Span, moved_id: int | None) -> tuple[Pooled, ...]:
    """The service's meetings that have no agent yet, but for the one that is moved."""
    service = target.service
    if service is None:
        return ()
    since = span.origin + _PAST - timedelta(minutes=target.plan.buffer_before)

    async def read() -> Kept[Sequence[tuple[int, Pooled]]]:
        async with reading() as rows:
            values = _values(service.id, since - _LONGEST, span.end + _LONGEST, ACTIVE)
            found = await rows(_POOLED, [*values, since])
        times = [(id, (Interval.between(start, end), until)) for id, until, start, end in found]
        return Kept(times, frozenset({pool_of(service.id)}))

    found = await sight.recall((Interval, service.id, span, since), read)
    return tuple(one for id, one in found if id != moved_id)


def _values(whose: int, first: datetime, last: datetime, statuses: Iterable[MeetingStatus]) -> list[Any]:
    return [str(whose), first, last, [status.value for status in statuses]]


def _group(row: tuple[Any, ...]) -> GroupMeeting:
    id, start, end, service, subject, meeting_type, office, left, agents, expiries, held = row
    return GroupMeeting(
        id=id,
        time=Interval.between(start, end),
        service=service,
        kind=(subject, meeting_type, office),
        left=left,
        agents=frozenset(agents),
        holds=tuple(zip(expiries, held, strict=True)),
    )
