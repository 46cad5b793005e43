"""Whose turn it is: the order in which the agents free at a start are preferred. It depends on nothing but its
inputs, and ends with the agent's id, so that the same question always gives the same agent.

An agent has had as many turns as meetings for their weight. Next is who would then have had the fewest: the divisor
method of d'Hondt, which gives each their exact share of the meetings whenever that is a whole number. So who could not
take a turn, because they were busy, has it later. But only the next few: who is new, or was away, is not flooded with
what they could never have had, and who was there alone does not wait until all others have caught up. Nobody counts as
more than `CREDIT` turns behind the next one of those free; so do fair schedulers of processors and of packets place one
who comes back from sleep. Those who are behind together are moved up together, so that they stay fair among themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import lcm
from operator import itemgetter

from scheduling.agenda import Agenda, ClaimKind
from scheduling.candidates import Candidate
from scheduling.hours import days_of
from scheduling.question import Distribution

LONG_AGO = datetime.min.replace(tzinfo=UTC)
CREDIT = 5

_turns = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many meetings an agent counts as having been given: `booked`, from now on."""

    agent: int
    booked: int


def in_turn(
    free: Sequence[Candidate], index: int, *, distribution: Distribution
) -> tuple[tuple[int, ...], tuple[Standing, ...]]:
    """The free agents in order of preference for a meeting that starts at the minute `index`, and whose standing
    changes once it is given.

    ROUND_ROBIN, and COLLECTIVE: who would have had the fewest turns after this one, then who was given one least
    recently. LEAST_BUSY: who has the fewest meetings on their date of the start; and MAX_AVAILABILITY: who has the
    most free minutes on it; then both in turn as above.
    """
    first = _FIRST.get(distribution)
    agendas = [one.timeline.agenda for one in free]
    scale, booked = lcm(*(one.weight for one in agendas)), standings(agendas)

    def preference(one: Candidate) -> tuple[int, int, datetime, int]:
        agenda = one.timeline.agenda
        turns = (booked[agenda.agent] + 1) * (scale // agenda.weight)
        return first(one, index) if first else 0, turns, agenda.last_given or LONG_AGO, agenda.agent

    moved = [Standing(one.agent, booked[one.agent]) for one in agendas if booked[one.agent] != one.booked]
    return tuple([one.agent for one in sorted(free, key=preference)]), tuple(moved)


def standings(team: Sequence[Agenda]) -> Mapping[int, int]:
    """How many meetings each of them counts as having been given: as many as they were, and whole turns more for all
    who are below a gap of more than `CREDIT` turns."""
    scale = lcm(*(one.weight for one in team))
    falling = sorted([(one.booked * (scale // one.weight), one) for one in team], key=_turns, reverse=True)
    found: dict[int, int] = {}
    moved, above = 0, falling[0][0] if falling else 0
    for turns, one in falling:
        moved += max((above - turns) // scale - CREDIT, 0)
        found[one.agent] = one.booked + moved * one.weight
        above = turns
    return found


def _meetings_that_day(candidate: Candidate, index: int) -> int:
    timeline = candidate.timeline
    start, end = _day_of(candidate, index)
    claims = (claim for claim in timeline.agenda.claims if claim.kind is ClaimKind.MEETING)
    return sum(start <= timeline.span.floor(claim.time.start) < end for claim in claims)


def _busy_that_day(candidate: Candidate, index: int) -> int:
    timeline = candidate.timeline
    free = candidate.open & ~timeline.taken
    return -(free & timeline.span.range(*_day_of(candidate, index))).bit_count()


def _day_of(candidate: Candidate, index: int) -> tuple[int, int]:
    days = days_of(candidate.timeline.span, candidate.timeline.agenda.zone)
    return next((start, end) for _, start, end in days if start <= index < end)


_FIRST: dict[Distribution, Callable[[Candidate, int], int]] = {
    Distribution.LEAST_BUSY: _meetings_that_day,
    Distribution.MAX_AVAILABILITY: _busy_that_day,
}
