"""Group meetings that exist already: where, and how, a guest may join one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from scheduling.agenda import Group
from scheduling.checks import Check, Shared, guest_checks, starts_of
from scheduling.prepared import Timeline
from scheduling.question import Question
from scheduling.rules import Rule
from scheduling.timeline import MINUTE, Span


@dataclass(frozen=True, slots=True, eq=False)
class Hosts:
    """Agents who hold group meetings together, or nobody, for those that are not assigned.

    They have meetings at the starts that are `given`. What the `checks` leave of those are the `starts` at which one
    can be joined; `fitting` has, by start, the meetings with seats enough. `members` are the agents asked about.
    """

    members: tuple[int, ...]
    given: int
    checks: tuple[Check, ...]
    starts: int
    fitting: Mapping[int, Sequence[Group]]


def hosts_of(
    question: Question, timelines: Sequence[Timeline], *, span: Span, shared: Mapping[ZoneInfo, Shared]
) -> tuple[Hosts, ...]:
    """The hosts of the meetings that could be joined; those of other agents are left out."""
    if not question.groups:
        return ()
    zones = {timeline.agenda.agent: timeline.agenda.zone for timeline in timelines}
    found: dict[frozenset[int], list[tuple[int, Group]]] = defaultdict(list)
    for group in question.groups:
        index = _start(group, question, span)
        if index is not None and (not group.agents or group.agents & zones.keys()):
            found[group.agents].append((index, group))
    return tuple(
        _hosts(question, agents, given, span=span, zones=zones, shared=shared)
        for agents, given in found.items()
    )


def hosted_by_agent(hosts: Iterable[Hosts]) -> Mapping[int, int]:
    """The starts of the meetings that each agent holds."""
    return _by_agent((one, one.given) for one in hosts)


def joinable_by_agent(hosts: Iterable[Hosts]) -> Mapping[int, int]:
    """The starts of those of them that can be joined."""
    return _by_agent((one, one.starts) for one in hosts)


def fitting_at(hosts: Iterable[Hosts], index: int) -> list[Group]:
    """The meetings that can be joined at the start: in order, that fuller ones fill up and others stay empty."""
    groups = [group for one in hosts if one.starts >> index & 1 for group in one.fitting[index]]
    return sorted(groups, key=lambda group: (group.seats_left, group.meeting))


def seats_by_start(hosts: Iterable[Hosts]) -> dict[int, int]:
    """The most seats left in a meeting that can be joined, by its start."""
    most: dict[int, int] = {}
    for one in hosts:
        for index, groups in one.fitting.items():
            if one.starts >> index & 1:
                most[index] = max(most.get(index, 0), *(group.seats_left for group in groups))
    return most


def _hosts(
    question: Question,
    agents: frozenset[int],
    given: Sequence[tuple[int, Group]],
    *,
    span: Span,
    zones: Mapping[int, ZoneInfo],
    shared: Mapping[ZoneInfo, Shared],
) -> Hosts:
    fitting: dict[int, list[Group]] = defaultdict(list)
    for index, group in given:
        if group.seats_left >= question.seats:
            fitting[index].append(group)
    members = tuple(sorted(agents & zones.keys()))
    theirs = {zones[agent] for agent in members} or {question.organization_zone}
    checks = [check for zone in theirs for check in shared[zone].checks]
    checks += guest_checks(question, agents, span=span)
    # Where there is one with seats enough is also the answer to when this rule will allow a start again.
    checks.append(Check(Rule.SEATS, span.full ^ _minutes(fitting, span)))
    checks.sort(key=lambda check: check.rule.rank)
    starts = _minutes([index for index, _ in given], span)
    return Hosts(members, starts, tuple(checks), starts & starts_of(checks, span.full), fitting)


def _start(group: Group, question: Question, span: Span) -> int | None:
    """The index at which the meeting starts, where that is one at which it could be what is asked for."""
    index = span.floor(group.time.start)
    fits = group.time.length == question.duration_minutes * MINUTE
    whole = 0 <= index < span.minutes and span.moment(index) == group.time.start
    return index if fits and whole else None


def _minutes(indices: Iterable[int], span: Span) -> int:
    return span.mask((index, index + 1) for index in indices)


def _by_agent(starts: Iterable[tuple[Hosts, int]]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for hosts, mask in starts:
        for agent in hosts.members:
            found[agent] |= mask
    return found
