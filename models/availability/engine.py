"""The one question to the one engine: listing, booking and rescheduling all ask it here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from errors import TimeRefused
from models.actor import Actor, AgentActor
from models.agent.agent import Agent
from models.availability.agendas import agendas
from models.availability.offered import is_list, own_claims
from models.availability.pool import Pool, pool
from models.availability.target import Target
from models.claim import Claim
from scheduling.availability import Availability, Decision, ask
from scheduling.hours import Topic
from scheduling.prepared import OfficeTimeline, prepare, prepare_office
from scheduling.question import Distribution, Question, Team
from scheduling.timeline import Span

ALTERNATIVES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who asks for what, seen from which zone. The time of the meeting `moved_id` counts as free."""

    target: Target
    guest_zone: ZoneInfo
    actor: Actor
    moved_id: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine says, and the agents who were named: it is about those of them who could have the meeting."""

    availability: Availability
    pool: Pool

    def decide(self, start: datetime) -> tuple[Decision, list[Agent]]:
        """The decision on a start and the agents who could be given it, in order of preference.

        Raises the refusal, with the nearest bookable slots, where the start cannot be had.
        """
        decision = self.availability.decide(start)
        refused = decision.refused
        if refused is not None:
            raise self.with_alternatives(refused, start)
        return decision, [self.pool.named[id][0] for id in decision.agents]

    def with_alternatives(self, refused: TimeRefused, start: datetime) -> TimeRefused:
        """The refusal, with the bookable slots nearest to the wanted start."""
        refused.field = ("start",)
        refused.alternatives = self.availability.nearest(start, ALTERNATIVES)
        return refused


async def ask_engine(request: Request, *, now: datetime) -> Answer:
    """Ask the engine about the request, out of the rows as they are now."""
    named = await pool(request.target)
    question = await _question(request, members=named.members, now=now)
    span = question.span()
    known = await agendas(named.candidates, span=span, target=request.target, now=now)
    office = _office(request.target, span)
    return Answer(ask(question, [prepare(one, span) for one in known], office=office), named)


def _office(target: Target, span: Span) -> OfficeTimeline | None:
    if target.office is None:
        return None
    return prepare_office(target.office.agenda(), span)


async def _own_claims(request: Request, *, now: datetime) -> list[Claim]:
    """What is taken for this very request: by the meeting that is moved, by the link that offers the time."""
    if request.moved_id is not None:
        return await Claim.filter(meeting_id=request.moved_id)
    link = request.target.link
    return await own_claims(link, now=now) if is_list(link) else []


async def _question(request: Request, *, members: int, now: datetime) -> Question:
    target, plan = request.target, request.target.plan
    settings = target.organization.settings
    by_agent = isinstance(request.actor, AgentActor)
    own = await _own_claims(request, now=now)
    return Question(
        now=now.astimezone(UTC),
        duration_minutes=target.duration_minutes,
        interval_minutes=plan.interval,
        guest_zone=request.guest_zone,
        organization_zone=target.organization.zone,
        topic=Topic(
            office=target.office.id if target.office else None,
            subject=target.subject.id if target.subject else None,
            meeting_type=target.meeting_type.value,
        ),
        team=_team(target, members=members),
        buffer_before_minutes=plan.buffer_before,
        buffer_after_minutes=plan.buffer_after,
        notice_minutes=settings.agent_minimum_notice_minutes if by_agent else plan.notice_minutes,
        earliest_day=settings.agent_earliest_day if by_agent else settings.public_earliest_day,
        days_ahead=plan.days_ahead,
        link_dates=target.dates,
        offered_starts=target.offered_starts,
        weekends_closed=settings.weekends_disabled,
        unknown_calendars_block=settings.unknown_calendars_block,
        excluded_claims=frozenset(claim.id for claim in own),
        max_per_day=plan.max_per_day,
        max_per_week=plan.max_per_week,
    )


def _team(target: Target, *, members: int) -> Team:
    """Several agents who are named are all needed; of a service, those that it says."""
    service = target.service
    if service is None:
        together = len(target.agents) > 1
        return Team(distribution=Distribution.COLLECTIVE, members=len(target.agents)) if together else Team()
    return Team(
        distribution=service.distribution,
        required_agents=service.required_agents,
        availability_percent=service.availability_percent,
        members=members,
    )
