"""The agents who might take a meeting, each with the starts that the rules leave them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from scheduling.checks import Check, Shared, own_checks, own_starts
from scheduling.grid import grid
from scheduling.hours import days_of
from scheduling.opening import HoursLayer
from scheduling.prepared import Timeline
from scheduling.question import Question
from scheduling.rules import Rule
from scheduling.timeline import at_least, count


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """An agent, their hours for the question, what is shared with others of their zone, the starts `hosted` by
    group meetings of theirs, the starts `free` for a new meeting by all rules but the grid, and the grid."""

    question: Question
    timeline: Timeline
    hours: HoursLayer
    shared: tuple[Check, ...]
    hosted: int
    free: int
    grid: int

    @property
    def agent(self) -> int:
        return self.timeline.agenda.agent

    @property
    def open(self) -> int:
        """The minutes that are open for the question's topic."""
        return self.hours.open

    @property
    def starts(self) -> int:
        """The starts at which this agent can be given a new meeting."""
        return self.free & self.grid

    @property
    def checks(self) -> tuple[Check, ...]:
        """The rules but for the grid, one by one: for reasons, which are asked for more rarely than lists."""
        hosted = (Check(Rule.SEATS, self.hosted),) if self.hosted else ()
        return *self.shared, *own_checks(self.question, self.timeline, self.hours), *hosted

    def all_checks(self) -> tuple[Check, ...]:
        """Every rule with its mask, in the order in which they apply."""
        off_grid = Check(Rule.SLOT_GRID, self.timeline.span.full & ~self.grid)
        return tuple(sorted((*self.checks, off_grid), key=lambda check: check.rule.rank))


def candidates(
    question: Question,
    timelines: Sequence[Timeline],
    *,
    shared: Mapping[ZoneInfo, Shared],
    hosted: Mapping[int, int],
) -> tuple[Candidate, ...]:
    """The agents of the timelines, all prepared over one span, in the given order."""
    found: list[Candidate] = []
    joint = _joint_grid(question, timelines)
    for given in timelines:
        timeline = given.without(question.excluded_claims)
        common = shared[timeline.agenda.zone]
        hours = timeline.hours(question.topic)
        free = common.starts & own_starts(question, timeline, hours)
        holds = hosted.get(timeline.agenda.agent, 0)
        marks = hours.grid[question.interval_minutes] if joint is None else joint
        found.append(Candidate(question, timeline, hours, common.checks, holds, free & ~holds, marks))
    return tuple(found)


def _joint_grid(question: Question, timelines: Sequence[Timeline]) -> int | None:
    """The grid that all of them share, None where each has their own: any minute where starts are offered one by
    one; for a meeting of several anchored where enough of them are open, by the organization's dates."""
    if not timelines or not (question.team.is_collective or question.offered_starts is not None):
        return None
    span = timelines[0].span
    if question.offered_starts is not None:
        return span.full
    opens = count(timeline.hours(question.topic).open for timeline in timelines)
    together = at_least(opens, question.team.meeting_agents(len(timelines)), full=span.full)
    days = days_of(span, question.organization_zone)
    return grid(together, days, interval=question.interval_minutes, span=span)
