"""The engine's question, out of a request and what is known of meetings that take no agent's time by a claim."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from models.availability.crowd import group_meetings, pooled
from models.availability.offered import OwnClaims, is_list, own_claims
from models.availability.reading import window
from models.availability.request import Request
from models.availability.sight import Sight
from models.availability.target import Target
from models.claim import Claim
from scheduling.hours import Topic
from scheduling.question import Distribution, Question, Team

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Posed:
    """A question, and between which moments, within one minute, the same one would be posed."""

    question: Question
    since: datetime | None
    until: datetime | None


def within_minute(now: datetime) -> datetime:
    """One and the same moment for all of a minute but its very first, which has its own: the engine asks after whole
    minutes that have begun, and after days."""
    now = now.astimezone(UTC)
    minute = now.replace(second=0, microsecond=0)
    return minute if now == minute else minute + SECOND


async def pose(request: Request, sight: Sight, *, members: int, now: datetime) -> Posed:
    """The question that the request comes to, where so many `members` of the team take part in booking."""
    target, moved_id = request.target, request.moved_id
    question = _alone(request, members=members, now=now)
    span = question.span()
    own = await _own_claims(request, sight)
    groups = await group_meetings(sight, target, span=span, moved_id=moved_id)
    taken = await pooled(sight, target, span=span, moved_id=moved_id)
    moments = [until for _, until in (*own, *taken)] + [until for group in groups for until, _ in group.holds]
    question = replace(
        question,
        excluded_claims=frozenset(id for id, until in own if until is None or until <= now),
        groups=tuple(group.group(now=now) for group in groups),
        pooled=tuple(time for time, until in taken if until is None or until > now),
    )
    return Posed(question, *window(moments, now=now))


async def _own_claims(request: Request, sight: Sight) -> OwnClaims:
    """What is taken for this very request: by the meeting that is moved, by the link that offers the time."""
    if request.moved_id is not None:
        return [(claim.id, None) for claim in await Claim.filter(meeting_id=request.moved_id)]
    link = request.target.link
    return await own_claims(link, sight) if is_list(link) else []


def _alone(request: Request, *, members: int, now: datetime) -> Question:
    """The question without what other meetings, and the request's own claims, have to say."""
    target, plan = request.target, request.target.plan
    settings = target.organization.settings
    # Times on a list are an agent's own choice: the guest may have them as late as the agent may.
    at_short_notice = request.by_agent or target.offered_starts is not None
    return Question(
        now=within_minute(now),
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
        notice_minutes=settings.agent_minimum_notice_minutes if at_short_notice else plan.notice_minutes,
        earliest_day=settings.agent_earliest_day if at_short_notice else settings.public_earliest_day,
        days_ahead=plan.days_ahead,
        link_dates=target.dates,
        offered_starts=target.offered_starts,
        weekends_closed=settings.weekends_disabled,
        unknown_calendars_block=settings.unknown_calendars_block,
        guest_limits=request.guest_limits,
        max_per_day=plan.max_per_day,
        max_per_week=plan.max_per_week,
        seats=target.seats,
        seats_offered=plan.seats,
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
