"""Giving a meeting to another agent, or to its first one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from errors import AgentUnavailable, Invalid, NotFound
from models.actor import AgentActor
from models.agent.agent import Agent
from models.agent.locking import lock_agents
from models.availability.engine import Request, ask_engine
from models.availability.taking import time_of
from models.availability.target import Target
from models.claim import Claim, Time
from models.conversation.assigning import follow_meeting
from models.meeting.changing import Change, lock_meeting, save_meeting, target_of_moving
from models.meeting.history import named, record, snapshot
from models.meeting.meeting import Meeting
from models.meeting.rights import check_may_give
from models.transactions import Transaction, transaction
from models.words import MeetingChangeKind
from scheduling.rules import Rule

# They bind whoever books a time, not an agent who takes over a meeting that has it already.
_OF_BOOKING = frozenset({Rule.MINIMUM_NOTICE, Rule.EARLIEST_DAY, Rule.SLOT_GRID})


async def reassign(
    meeting_id: int, agent_id: int, change: Change, *, actor: AgentActor, now: datetime
) -> Meeting:
    """Give the meeting to the agent, at its time and with its buffers, if they are free: its own time counts as free.

    One that nobody has yet gets its first agent. Of several who have it together the agent takes the actor's place.
    Where the agent has it already, nothing changes and nobody is told. Who may do so, says `check_may_give`.
    Refuses NotAllowed, NotFound, Stale, AlreadyDecided, Invalid (several others have it) and AgentUnavailable.
    """
    async with transaction() as tx:
        agent = await Agent.of(actor.organization_id).get_or_none(id=agent_id)
        taking = () if agent is None else (agent.id,)
        kind = MeetingChangeKind.REASSIGNED
        meeting, reason = await lock_meeting(tx, meeting_id, change, kind, actor=actor, now=now, taking=taking)
        if agent is None:
            raise NotFound("There is no such agent.", field=("agentId",))
        target = await target_of_moving(meeting, None)
        former = list(target.agents)
        await check_may_give(meeting, [one.id for one in former], agent.id, actor=actor)
        if agent.id in {one.id for one in former}:
            return meeting
        leaving = _leaving(former, actor)
        time = await _free_time(tx, meeting, target, agent, leaving, actor=actor, now=now)
        await _take_over(tx, meeting, agent, leaving, time, now=now)
        await follow_meeting(tx, meeting.conversation_id, agent, leaving=leaving, actor=actor, now=now)
        before = {**snapshot(meeting), "agents": named(former)}
        await save_meeting(meeting)
        await record(tx, meeting, kind, actor=actor, before=before, reason=reason, now=now)
    return meeting


def _leaving(former: Sequence[Agent], actor: AgentActor) -> list[Agent]:
    if len(former) <= 1:
        return list(former)
    leaving = [agent for agent in former if agent.id == actor.agent.id]
    if not leaving:
        raise Invalid(
            "Several agents have this meeting: each of them gives away their own place.", field=("agentId",)
        )
    return leaving


async def _free_time(
    tx: Transaction,
    meeting: Meeting,
    target: Target,
    agent: Agent,
    leaving: Collection[Agent],
    *,
    actor: AgentActor,
    now: datetime,
) -> Time:
    """The time that the meeting will take of the agent, whom nobody else gives several meetings until the transaction
    ends; refuses AgentUnavailable. Whether such meetings are still offered binds those who book."""
    await lock_agents(tx, [agent.id, *(one.id for one in leaving)])
    plan = replace(
        target.plan,
        enabled_by_administrator=True,
        enabled_at_office=True,
        buffer_before=meeting.buffer_before_minutes,
        buffer_after=meeting.buffer_after_minutes,
    )
    alone = replace(target, agents=(agent,), service=None, plan=plan)
    zone = ZoneInfo(meeting.guest_time_zone)
    answer = await ask_engine(Request(target=alone, guest_zone=zone, actor=actor, moved_id=meeting.id), now=now)
    decision = answer.availability.decide(meeting.start)
    against = [refusal for refusal in decision.refusals if refusal.rule not in _OF_BOOKING]
    if not answer.pool.candidates:
        raise AgentUnavailable(f"{agent.name} does not hold such meetings.", field=("agentId",))
    if against:
        raise AgentUnavailable(f"{agent.name} is not free. {against[0].message}", field=("agentId",))
    return time_of(decision, alone)


async def _take_over(
    tx: Transaction, meeting: Meeting, agent: Agent, leaving: Sequence[Agent], time: Time, *, now: datetime
) -> None:
    await Claim.clear_expired(tx, [agent], during=time.claimed, now=now)
    await Claim.release(meeting.id, agents=[one.id for one in leaving])
    if not await Claim.take(tx, [agent], time, meeting_id=meeting.id, expires_at=meeting.expires_at):
        raise AgentUnavailable(f"{agent.name} has just been given another meeting.", field=("agentId",))
    if leaving:
        await meeting.agents.remove(*leaving)
    await meeting.agents.add(agent)
    await meeting.fetch_related("agents", "service")
    if meeting.service is not None:
        await meeting.service.count_given(tx, [agent], now=now)
