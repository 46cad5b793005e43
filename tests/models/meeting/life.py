"""Meetings that are still to be decided, and who decides them, at fixed times."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any

from errors import Refused
from models.agent.agent import Agent
from models.availability.target import Target
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.deciding import accept, confirm, decline
from models.meeting.expiring import due_to_expire, expire
from models.meeting.meeting import Meeting, MeetingChange
from models.meeting.standing import LEADS
from models.organization.organization import Organization
from models.words import MeetingStatus
from tests.builders import acting, guest_of
from tests.models.meeting.holding import NINE, NOW
from tests.models.meeting.teams import a_planned_subject, booked, target_of

TIMEOUT = timedelta(minutes=30)
DEADLINE = NOW + TIMEOUT


async def setting(organization_id: int, **settings: Any) -> None:
    """Have the organization set this, beside what it has set."""
    organization = await Organization.get(id=organization_id)
    organization.stored_settings = {**organization.stored_settings, **settings}
    await organization.save()


async def guests_confirm(agent: Agent) -> None:
    """The guests of the agent's organization have half an hour to confirm."""
    await setting(agent.organization_id, guest_must_confirm=True, guest_confirmation_timeout_minutes=30)


async def to_be_accepted(agent: Agent) -> Target:
    """Meetings with the agent that need to be accepted."""
    subject = await a_planned_subject([agent], needs_acceptance=True)
    return await target_of(agent, subject_id=subject.id)


async def awaited(agent: Agent, start: datetime = NINE, name: str = "Grace") -> Meeting:
    """A meeting that its guest has until half past eight to confirm."""
    await guests_confirm(agent)
    return await booked(await target_of(agent), start, name)


async def confirms(meeting: Meeting, *, now: datetime = NOW) -> Meeting | Refused:
    return await tried(confirm(meeting.id, Change(), actor=await guest_of(meeting), now=now))


async def accepts(meeting: Meeting, agent: Agent, *, now: datetime = NOW) -> Meeting | Refused:
    return await tried(accept(meeting.id, Change(), actor=acting(agent), now=now))


async def declines(
    meeting: Meeting, agent: Agent, *, reason: str | None = None, now: datetime = NOW
) -> Meeting | Refused:
    return await tried(decline(meeting.id, Change(reason=reason), actor=acting(agent), now=now))


async def guest_cancels(meeting: Meeting, *, now: datetime = NOW) -> Meeting | Refused:
    return await tried(cancel(meeting.id, Change(), actor=await guest_of(meeting), now=now))


async def guest_moves(meeting: Meeting, start: datetime, *, now: datetime = NOW) -> Meeting | Refused:
    return await tried(
        reschedule(
            meeting.id, Change(), start=start, duration_minutes=None, actor=await guest_of(meeting), now=now
        )
    )


async def expire_due(*, now: datetime) -> int:
    """As a worker does; how many it has written down."""
    return sum([await expire(id, now=now) for id in await due_to_expire(now=now, limit=100)])


async def tried(deed: Awaitable[Meeting]) -> Meeting | Refused:
    try:
        return await deed
    except Refused as refused:
        return refused


async def kinds_of(meeting: Meeting) -> list[str]:
    """What its history says, in order."""
    changes = await MeetingChange.filter(meeting_id=meeting.id).order_by("id")
    return [change.kind.value for change in changes]


async def assert_all_is_as_drawn() -> None:
    """Whatever was written into a history leads from where its meeting stood to where it stands then."""
    for change in await MeetingChange.all().order_by("id"):
        before = MeetingStatus(change.before["status"]) if change.before else None
        after = MeetingStatus((change.after or {})["status"])
        assert after in LEADS[change.kind][before], (change.kind, before, after)


async def status_of(meeting: Meeting) -> str:
    return (await Meeting.get(id=meeting.id)).status.value
