"""Taking the time that the engine allows: for a meeting, for one that moves, or for a hold.

Everything that takes time locks rows in one order, so that no transactions wait for each other in a ring: the service;
agents, by id; the meeting that is changed; expired claims that are in the way, by id; claims that are given back, then
those that are taken; the conversation. Who takes one claim needs no agent's row, for the constraint decides. Who takes
several, takes one for another, or counts an agent's claims against a limit has the agents' rows first. Who can take no
other claim than one tries that first, and looks for expired ones when it is refused: then they have nothing yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from errors import SlotTaken
from models.agent.agent import Agent
from models.agent.locking import lock_agents
from models.availability.engine import Request, ask_engine
from models.availability.offered import give_way, is_list
from models.availability.target import Target
from models.claim import Claim, Time
from models.organization.service import ServiceMember
from models.transactions import Transaction
from models.words import Distribution
from scheduling.availability import Decision
from scheduling.turns import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What time is taken for: a meeting, or a hold, which expires; so does a meeting that is still to be decided."""

    meeting_id: int | None = None
    expires_at: datetime | None = None

    @property
    def is_hold(self) -> bool:
        return self.meeting_id is None


@dataclass(frozen=True, slots=True)
class Taken:
    """A time, the agents of whom it was taken, in order of preference, and their claims in the same order. A meeting
    that nobody is given yet has neither: it is counted. Nor has one that exists and is to be joined, `joins`.
    `standings` are what changes for those whose turn it could have been."""

    time: Time
    agents: tuple[Agent, ...] = ()
    claims: tuple[int, ...] = ()
    joins: int | None = None
    standings: tuple[Standing, ...] = ()


async def take_time(
    tx: Transaction, request: Request, start: datetime, *, purpose: Purpose, now: datetime
) -> Taken:
    """Take it of as many agents as it needs, in order of preference: of all those or of none.

    A hold takes an agent's time even where a meeting is given to nobody yet, so that the constraint keeps it exclusive.
    What is moved gives its own time back. Refuses, with the nearest free slots, whatever stands against the time.
    """
    target = request.target
    await lock_all(tx, request)
    answer = await ask_engine(request, now=now)
    decision, agents = answer.decide(start)
    time = time_of(decision, target)
    if decision.joins is not None:
        return Taken(time, joins=decision.joins)
    if not purpose.is_hold and is_pooled(request):
        return Taken(time)
    claims = None
    if len(agents) == 1 and not _gives_back(request):
        claims = await _take(tx, agents, time, needed=decision.agents_needed, purpose=purpose)
    if claims is None:
        await Claim.clear_expired(tx, agents, during=time.claimed, now=now)
        await _give_back(tx, request, time, now=now)
        claims = await _take(tx, agents, time, needed=decision.agents_needed, purpose=purpose)
    if claims is None:  # too many were taken since the engine looked: by those who have their time already
        return await _beaten(request, start, time=time, now=now)
    given = tuple(one for one in agents if one.id in claims)
    return Taken(time, given, tuple(claims.values()), standings=decision.standings)


async def _beaten(request: Request, start: datetime, *, time: Time, now: datetime) -> Taken:
    """What is left to who was not fast enough: seats in the group meeting that has the time now, or nothing."""
    answer = await ask_engine(request, now=now)
    joins = answer.availability.decide(start).joins
    if joins is None:
        raise answer.with_alternatives(SlotTaken("This time has just been taken."), start)
    return Taken(time, joins=joins)


def is_pooled(request: Request) -> bool:
    """Whether what is asked for is given to nobody yet, but taken from what the service's agents can do together."""
    service = request.target.service
    return service is not None and (request.moved_id is not None or not service.assigns)


def time_of(decision: Decision, target: Target) -> Time:
    """What the decision takes of each agent's time."""
    return Time(
        own=decision.time,
        claimed=decision.claimed,
        subject_id=target.subject.id if target.subject else None,
        meeting_type=target.meeting_type,
    )


async def lock_all(tx: Transaction, request: Request) -> None:
    """Hold the service, and the agents where that matters, before their time is taken."""
    if request.target.service is not None:
        await request.target.service.lock()
    await _lock_agents_of(tx, request)


async def _lock_agents_of(tx: Transaction, request: Request) -> None:
    service, plan, moved = request.target.service, request.target.plan, request.moved_id is not None
    limited = plan.max_per_day is not None or plan.max_per_week is not None
    listed = is_list(request.target.link)
    if service is None:
        if moved or limited or listed or len(request.target.agents) > 1:
            await lock_agents(tx, [agent.id for agent in request.target.agents])
    elif limited or listed or service.distribution is Distribution.COLLECTIVE:
        members = ServiceMember.filter(service_id=service.id)
        await lock_agents(tx, [member.agent_id for member in await members])


def _gives_back(request: Request) -> bool:
    return request.moved_id is not None or is_list(request.target.link)


async def _give_back(tx: Transaction, request: Request, time: Time, *, now: datetime) -> None:
    """What the engine counted as free, because it is taken for this very request."""
    link = request.target.link
    if request.moved_id is not None:
        await Claim.release(request.moved_id)
    elif is_list(link):
        await give_way(tx, link, during=time.claimed, now=now)


async def _take(
    tx: Transaction, agents: Sequence[Agent], time: Time, *, needed: int, purpose: Purpose
) -> dict[int, int] | None:
    """Claims of so many agents, by their ids; None, and nothing is taken, where the database gives fewer."""
    claims: dict[int, int] = {}
    left = list(agents)
    while len(claims) < needed <= len(claims) + len(left):
        missing = needed - len(claims)
        tried, left = left[:missing], left[missing:]
        claims |= await Claim.take(
            tx, tried, time, meeting_id=purpose.meeting_id, expires_at=purpose.expires_at
        )
    if len(claims) == needed:
        return claims
    await Claim.give_back(claims.values())
    return None
