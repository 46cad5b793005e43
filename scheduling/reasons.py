"""Why a start is refused, and what each rule took: read off the very masks that list the starts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import chain
from operator import or_

from scheduling.candidates import Candidate
from scheduling.checks import Check
from scheduling.groups import Hosts
from scheduling.rules import Rule
from scheduling.timeline import Span, first
from scheduling.ways import Ways


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
            found.setdefault(check.rule, Refusal(candidate.agent, check.rule, _until(check, index, span)))
    return tuple(found.values())


def refusals_at(ways: Ways, index: int, *, whole_minute: bool) -> tuple[Rule, tuple[Refusal, ...]]:
    """Every rule that refuses a start which is not listed, and the one that it is down to: of all the ways to a
    meeting, the first rule that refuses the one nearest to a yes."""
    joining = [
        _of_hosts(one, index, ways.span) for one in ways.hosts if whole_minute and one.given >> index & 1
    ]
    hosting = {refusal.agent for refused in joining for refusal in refused}
    others = [
        refusals_of(one, index, whole_minute=whole_minute)
        for one in ways.candidates
        if one.agent not in hosting
    ]
    new = decisive(others, needed=ways.needed)
    team: tuple[Refusal, ...] = ()
    if new is None and (len(others) >= ways.needed or not joining):
        team = (_of_team(ways, index),)
        new = team[0].rule
    reasons = [refused[0].rule for refused in joining] + ([new] if new else [])
    return max(reasons, key=lambda rule: rule.rank), (*chain(*others), *team, *chain(*joining))


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


def _of_hosts(hosts: Hosts, index: int, span: Span) -> tuple[Refusal, ...]:
    """Every rule that refuses to join them, in order, for each of them; for the team where they are nobody yet."""
    found: dict[tuple[Rule, int | None], Refusal] = {}
    for check in hosts.checks:
        if check.refuses(index, span=span):
            for agent in hosts.members or (None,):
                found.setdefault((check.rule, agent), Refusal(agent, check.rule, _until(check, index, span)))
    return tuple(found.values())


def _of_team(ways: Ways, index: int) -> Refusal:
    """The team's refusal where enough of its agents are free for a meeting of theirs: too few of all are, or meetings
    that have no agent yet will take them."""
    free = sum(one.free >> index & 1 for one in ways.candidates)
    pooled = len(ways.candidates) >= ways.needed and free >= ways.share
    return Refusal(None, Rule.MEETING) if pooled else too_few(ways.candidates)


def _until(check: Check, index: int, span: Span) -> datetime | None:
    after = first(check.starts(span.full) >> index + 1)
    return None if after is None else span.moment(index + 1 + after)


@dataclass(frozen=True, slots=True)
class Asked:
    """The minutes asked about: those `within` the span as a mask, and how many lie before and after it."""

    within: int
    earlier: int = 0
    later: int = 0


def effects(ways: Ways, asked: Asked) -> tuple[RuleEffect, ...]:
    """What each rule in force took of the minutes asked about, down to the starts that are listed.

    A minute remains while as many agents as a new meeting takes could start at it, or one that starts at it could be
    joined. Where there are too few agents to begin with, that comes first.
    """
    if len(ways.candidates) >= ways.needed:
        return _differences(asked, list(_remaining(ways, asked.within)))
    rule = too_few(ways.candidates).rule
    joins = asked.within & reduce(or_, [one.given for one in ways.hosts], 0)
    if joins:
        return _differences(asked, [(rule, joins), *_remaining(ways, joins)])
    return (RuleEffect(rule, asked.within.bit_count() + asked.earlier + asked.later, 0),)


def _remaining(ways: Ways, within: int) -> Iterator[tuple[Rule, int]]:
    """Each rule in order with the minutes that remain after it."""
    full, agents, remaining = ways.span.full, len(ways.candidates), within
    left = [within] * agents + [within & one.given for one in ways.hosts]
    checks = [one.checks for one in ways.candidates] + [one.checks for one in ways.hosts]
    rules = {check.rule for own in checks for check in own} | {Rule.AVAILABILITY_PERCENT}
    for rule in sorted(rules, key=lambda rule: rule.rank):
        for number, own in enumerate(checks):
            for check in own:
                if check.rule is rule:
                    left[number] &= check.starts(full)
        remaining &= reduce(or_, left[agents:], ways.enough(left[:agents], rule=rule))
        yield rule, remaining
    yield Rule.SLOT_GRID, within & ways.listed


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
