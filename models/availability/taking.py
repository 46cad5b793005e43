"""Taking the time that the engine allows: for a meeting, or for a hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from errors import SlotTaken
from models.agent.agent import Agent
from models.availability.engine import Request, ask_engine
from models.claim import Claim
from models.transactions import Transaction
from scheduling.intervals import Interval


@dataclass(frozen=True, slots=True)
class Taken:
    """An agent's time, and the claim that has it: the meeting's `time`, which buffers may widen."""

    claim_id: int
    agent: Agent
    time: Interval


async def take_time(
    tx: Transaction, request: Request, start: datetime, *, now: datetime, expires_at: datetime | None = None
) -> Taken:
    """Take it of the first agent, in order of preference, whose time the database gives us.

    Refuses, with the nearest free slots, whatever stands against the time.
    """
    if request.target.service is not None:
        await request.target.service.lock()
    answer = await ask_engine(request, now=now)
    decision, agents = answer.decide(start)
    await Claim.clear_expired(tx, agents, during=decision.claimed, now=now)
    for agent in agents:
        claim = await Claim.take(tx, agent, during=decision.claimed, expires_at=expires_at)
        if claim is not None:
            return Taken(claim, agent, decision.time)
    # every agent was taken since the engine looked: by those who hold their time already
    raise (await ask_engine(request, now=now)).with_alternatives(
        SlotTaken("This time has just been taken."), start
    )
