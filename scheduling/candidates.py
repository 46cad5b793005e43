"""The agents who might take a meeting, each with the starts that the rules leave them."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from scheduling.checks import Check, own_checks, shared_checks, starts_of
from scheduling.grid import grid
from scheduling.hours import days_of
from scheduling.prepared import OfficeTimeline, Timeline
from scheduling.question import Question
from scheduling.rules import Rule
from scheduling.timeline import Span, at_least, count


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """An agent, the open minutes, the rules but for the grid, the starts `free` by those, and the grid."""

    timeline: Timeline
    open: int
    checks: tuple[Check, ...]
    free: int
    grid: int

    @property
    def agent(self) -> int:
        return self.timeline.agenda.agent

    @property
    def starts(self) -> int:
        """The starts at which this agent can be given a meeting."""
        return self.free & self.grid

    def all_checks(self) -> tuple[Check, ...]:
        """Every rule with its mask, in the order in which they apply."""
        off_grid = Check(Rule.SLOT_GRID, self.timeline.span.full & ~self.grid)
        return tuple(sorted((*self.checks, off_grid), key=lambda check: check.rule.rank))


def candidates(
    question: Question, timelines: Sequence[Timeline], *, office: OfficeTimeline | None
) -> tuple[Candidate, ...]:
    """The agents of the timelines, all prepared over one span, in the given order."""
    found: list[Candidate] = []
    shared: dict[ZoneInfo, tuple[tuple[Check, ...], int]] = {}
    joint = _joint_grid(question, timelines) if question.team.is_collective else None
    for given in timelines:
        timeline = given.without(question.excluded_claims)
        span, zone = timeline.span, timeline.agenda.zone
        if zone not in shared:
            common = shared_checks(question, zone=zone, span=span, office=office)
            shared[zone] = common, starts_of(common, span.full)
        common, allowed = shared[zone]
        hours = timeline.hours(question.topic)
        own = own_checks(question, timeline, hours)
        free = allowed & starts_of(own, span.full)
        marks = _grid(question, hours.open, zone=zone, span=span) if joint is None else joint
        found.append(Candidate(timeline, hours.open, (*common, *own), free, marks))
    return tuple(found)


def _joint_grid(question: Question, timelines: Sequence[Timeline]) -> int:
    """The grid of a meeting of several: anchored where enough of them are open, by the organization's dates."""
    if not timelines:
        return 0
    span = timelines[0].span
    opens = count(timeline.hours(question.topic).open for timeline in timelines)
    together = at_least(opens, question.team.meeting_agents(len(timelines)), full=span.full)
    return _grid(question, together, zone=question.organization_zone, span=span)


def _grid(question: Question, open_: int, *, zone: ZoneInfo, span: Span) -> int:
    if question.offered_starts is not None:
        return span.full
    return grid(open_, days_of(span, zone), interval=question.interval_minutes, span=span)
