"""Teams at work: booking, holding and moving at fixed times, and what must be true of the claims that come of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from tortoise import connections

from errors import Refused
from models.actor import Actor, Public
from models.agent.agent import Agent
from models.availability.target import Named, Target, find_target
from models.contact.details import GuestDetails
from models.meeting.booking import book
from models.meeting.changing import Change, reschedule
from models.meeting.meeting import Meeting
from models.meeting.wish import Wish
from models.organization.planning import PlanningRule
from models.organization.service import Service
from models.organization.subject import Subject
from models.words import Distribution, MeetingType
from tests.builders import a_service, acting, an_agent
from tests.models.meeting.holding import NINE, NOW


async def a_team(anna: Agent, *names: str) -> list[Agent]:
    """Anna and colleagues of these names."""
    organization = await anna.organization
    return [anna, *[await an_agent(organization, name) for name in names]]


async def together(*agents: Agent, name: str = "Together", **values: Any) -> Service:
    """A service whose agents hold meetings together."""
    organization = await agents[0].organization
    return await a_service(organization, *agents, name=name, distribution=Distribution.COLLECTIVE, **values)


async def target_of(to: Agent | Service, **named: Any) -> Target:
    target = {"agent_id": to.id} if isinstance(to, Agent) else {"service_id": to.id}
    return await find_target(Named(**target, **named), actor=Public(), now=NOW)


async def a_planned_subject(agents: Collection[Agent], **rule: Any) -> Subject:
    """A subject that these agents know, met by video in half an hour, as the rule says."""
    organization = await next(iter(agents)).organization
    subject = await Subject.create(organization=organization, name="Loans")
    for agent in agents:
        await agent.expertise.add(subject)
    timing = {"default_duration_minutes": 30, "slot_interval_minutes": 30, **rule}
    await PlanningRule.create(
        organization=organization, subject=subject, meeting_type=MeetingType.VIDEO, **timing
    )
    return subject


async def try_to_book(
    target: Target,
    start: datetime = NINE,
    name: str = "Grace",
    *,
    hold_token: str | None = None,
    actor: Actor | None = None,
    now: datetime = NOW,
) -> Meeting | Refused:
    guest = GuestDetails(
        name=name, email=f"{name.lower()}@guests.example", phone=None, locale=None, time_zone="Europe/Rome"
    )
    wish = Wish(target=target, start=start, guest=guest, hold_token=hold_token)
    try:
        return await book(wish, actor=actor or Public(), now=now)
    except Refused as refused:
        return refused


async def booked(target: Target, start: datetime = NINE, name: str = "Grace", **more: Any) -> Meeting:
    meeting = await try_to_book(target, start, name, **more)
    assert isinstance(meeting, Meeting), meeting
    return meeting


async def try_to_move(meeting: Meeting, start: datetime, actor: Agent) -> Meeting | Refused:
    try:
        return await reschedule(
            meeting.id, Change(), start=start, duration_minutes=None, actor=acting(actor), now=NOW
        )
    except Refused as refused:
        return refused


async def agents_of(meeting: Meeting) -> list[str]:
    return sorted(agent.name for agent in await (await Meeting.get(id=meeting.id)).agents.all())


async def rows(sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await connections.get("default").execute_query_dict(sql)
    return found


async def deadlocks() -> int:
    """How many rings of waits PostgreSQL had to break in this database. A session reports them when it is idle for a
    while; the transactions that it broke fail, which is what tests see first."""
    [row] = await rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(row["deadlocks"])


async def assert_claims_are_whole() -> None:
    """No two claims of an agent overlap; active meetings have just the claims of their agents, over their own time; and
    no claim is without a meeting or a hold."""
    assert not await rows(
        "SELECT a.id FROM claim a JOIN claim b ON a.agent_id = b.agent_id AND a.id < b.id"
        " AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
    )
    owned = "SELECT meeting_id, agent_id FROM claim WHERE meeting_id IS NOT NULL"
    given = (
        "SELECT meeting_id, agent_id FROM meeting_agent JOIN meeting ON meeting.id = meeting_id"
        " WHERE status IN ('SCHEDULED', 'REQUESTED', 'AWAITING_GUEST')"
    )
    assert not await rows(f"({owned} EXCEPT ALL {given}) UNION ALL ({given} EXCEPT ALL {owned})")
    assert not await rows(
        "SELECT claim.id FROM claim JOIN meeting ON meeting.id = meeting_id"
        ' WHERE coalesce(core_starts_at, starts_at) <> start OR coalesce(core_ends_at, ends_at) <> "end"'
        " OR starts_at <> start - make_interval(mins => buffer_before_minutes)"
        ' OR ends_at <> "end" + make_interval(mins => buffer_after_minutes)'
    )
    assert not await rows(
        "SELECT id FROM claim WHERE meeting_id IS NULL AND (hold_hash IS NULL OR expires_at IS NULL)"
    )
