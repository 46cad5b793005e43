"""Why a start is refused, and what each rule took: read off the very masks that list the starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scheduling.candidates import Candidate
from scheduling.question import Question
from scheduling.rules import Rule
from scheduling.timeline import at_least, count, first


@dataclass(frozen=True, slots=True)
class Refusal:
    """`rule` refuses a start for the agent, or for the team as a whole (None). `until`: the next start that
    this rule alone would allow; None where none is known."""

    agent: int | None
    rule: Rule
    until: datetime | None = None

    @property
    def message(self) -> str:
        return self.rule.message


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What a rule took of the minutes at which a meeting could start, after the rules before it."""

    rule: Rule
    removed_minutes: int
    remaining_minutes: int


def refusals_of(candidate: Candidate, index: int, *, whole_minute: bool = True) -> tuple[Refusal, ...]:
    """Every rule that refuses the start for this agent, in order; none where the agent is free at it."""
    span, found = candidate.timeline.span, dict[Rule, Refusal]()
    for check in candidate.all_checks():
        if check.refuses(index, span=span) or (check.rule is Rule.SLOT_GRID and not whole_minute):
            after = first(check.starts(span.full) >> index + 1)
            until = None if after is None else span.moment(index + 1 + after)
            found.setdefault(check.rule, Refusal(candidate.agent, check.rule, until))
    return tuple(found.values())


def too_few(candidates: Sequence[Candidate]) -> Refusal:
    """The team's refusal where too few are free, or where there is nobody to begin with."""
    return Refusal(None, Rule.AVAILABILITY_PERCENT if candidates else Rule.HOURS)


def decisive(by_agent: Sequence[tuple[Refusal, ...]], *, needed: int) -> Rule | None:
    """The rule that the refusal of a meeting of `needed` agents is down to: the first that refuses the agent
    who is `needed`-th nearest to a yes. None where the agents are not the reason."""
    nearest = sorted((refused[0].rule.rank if refused else len(Rule) for refused in by_agent), reverse=True)
    if len(nearest) < needed or nearest[needed - 1] == len(Rule):
        return None
    return list(Rule)[nearest[needed - 1]]


@dataclass(frozen=True, slots=True)
class Asked:
    """The minutes asked about: those `within` the span as a mask, and how many lie before and after it."""

    within: int
    earlier: int = 0
    later: int = 0


def effects(
    question: Question, candidates: Sequence[Candidate], *, listed: int, asked: Asked
) -> tuple[RuleEffect, ...]:
    """What each rule in force took of the minutes asked about, down to the starts that are listed.

    For a team a minute remains while as many agents as a meeting takes could start at it.
    """
    needed = question.team.meeting_agents(len(candidates))
    if len(candidates) < needed:
        total = asked.within.bit_count() + asked.earlier + asked.later
        return (RuleEffect(too_few(candidates).rule, total, 0),)
    full, left = candidates[0].timeline.span.full, [asked.within] * len(candidates)
    remains: list[tuple[Rule, int]] = []
    by_agent = [candidate.checks for candidate in candidates]
    for rule in sorted({check.rule for check in by_agent[0]}, key=lambda rule: rule.rank):
        for number, checks in enumerate(by_agent):
            for check in checks:
                if check.rule is rule:
                    left[number] &= check.starts(full)
        remains.append((rule, at_least(count(left), needed, full=full)))
    share = at_least(count(left), question.team.free_agents(len(candidates)), full=full)
    remains.append((Rule.AVAILABILITY_PERCENT, share))
    remains.append((Rule.SLOT_GRID, listed & asked.within))
    return _differences(asked, remains)


def _differences(asked: Asked, remains: Sequence[tuple[Rule, int]]) -> tuple[RuleEffect, ...]:
    """What is before the span is past, and what is after it beyond the horizon."""
    found: list[RuleEffect] = []
    outside = {Rule.MINIMUM_NOTICE: asked.earlier, Rule.BOOKING_HORIZON: asked.later}
    before = asked.within.bit_count()
    for rule, mask in remains:
        inside, beyond = mask.bit_count(), outside.pop(rule, 0)
        rest = sum(outside.values())
        found.append(RuleEffect(rule, before - inside + beyond, inside + rest))
        before = inside
    return tuple(found)
