"""Why there are few slots, or none: told by the very answer that lists and books them.

Agents of the organization are told who is meant. To anybody else it says no more than which rules there are and what
they take: not whom one refuses, nor until when, for that would be somebody's calendar.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from models.actor import AgentActor
from models.agent.agent import Agent
from models.availability.checks import Check, checks_of
from models.availability.engine import Answer, Request, ask_engine
from scheduling.hours import Dates
from scheduling.reasons import Refusal, RuleEffect
from scheduling.rules import Rule

# Beside one of those on the right, the rule on the left says nothing of its own: the engine's rule of buffers sees all
# that is busy or taken, and its grid lies where hours are.
_SAID_BY = {
    Rule.BUFFER: frozenset({Rule.CALENDAR_BUSY, Rule.MEETING, Rule.HOLD}),
    Rule.SLOT_GRID: frozenset({Rule.HOURS, Rule.DATE_OVERRIDE}),
}


@dataclass(frozen=True, slots=True)
class StartRefusal:
    """`rule` refuses the start, for the agent or for all (None), up to `until` where that is known and may be told."""

    agent: Agent | None
    rule: Rule
    message: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class StartExplanation:
    """`next_bookable` is the first bookable start from this one on: this one itself where it is bookable."""

    start: datetime
    bookable: bool
    refusals: tuple[StartRefusal, ...]
    next_bookable: datetime | None


@dataclass(frozen=True, slots=True)
class Explanation:
    candidate_agents: int
    checks: tuple[Check, ...]
    rules: tuple[RuleEffect, ...]
    at: StartExplanation | None


async def explain(request: Request, asked: Dates, *, at: datetime | None, now: datetime) -> Explanation:
    """Explain the slots of the asked dates and, where one is given, of one start."""
    answer = await ask_engine(request, now=now, turns=False)
    by_name = isinstance(request.actor, AgentActor)
    return Explanation(
        candidate_agents=len(answer.availability.candidates),
        checks=checks_of(request.target, answer),
        rules=answer.availability.effects(asked),
        at=None if at is None else _start(answer, at, by_name=by_name),
    )


def _start(answer: Answer, at: datetime, *, by_name: bool) -> StartExplanation:
    decision = answer.availability.decide(at)
    refusals = _by_name(answer, decision.refusals) if by_name else _by_rule(decision.refusals)
    return StartExplanation(
        start=at,
        bookable=decision.bookable,
        refusals=tuple(refusals),
        next_bookable=answer.availability.next_after(at),
    )


def _by_name(answer: Answer, refusals: Iterable[Refusal]) -> Iterator[StartRefusal]:
    for one in _telling(refusals):
        agent = None if one.agent is None else answer.pool.named[one.agent][0]
        yield StartRefusal(agent, one.rule, one.message, one.until)


def _by_rule(refusals: Iterable[Refusal]) -> Iterator[StartRefusal]:
    rules = {one.rule for one in _telling(refusals)}
    return (StartRefusal(None, rule, rule.message) for rule in Rule if rule in rules)


def _telling(refusals: Iterable[Refusal]) -> Iterator[Refusal]:
    refused = list(refusals)
    rules: dict[int | None, set[Rule]] = defaultdict(set)
    for one in refused:
        rules[one.agent].add(one.rule)
    return (one for one in refused if rules[one.agent].isdisjoint(_SAID_BY.get(one.rule, ())))
