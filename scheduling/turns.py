"""Whose turn it is: the order in which the agents free at a start are preferred. It depends on nothing but its
inputs, and ends with the agent's id, so that the same question always gives the same agent."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from fractions import Fraction

from scheduling.agenda import ClaimKind
from scheduling.candidates import Candidate
from scheduling.hours import days_of
from scheduling.question import Distribution

LONG_AGO = datetime.min.replace(tzinfo=UTC)

Turn = tuple[Fraction, datetime, int]


def in_turn(free: Iterable[Candidate], index: int, *, distribution: Distribution) -> tuple[int, ...]:
    """The agents in order of preference for a meeting that starts at the minute `index`.

    ROUND_ROBIN, and COLLECTIVE: who would have the fewest meetings for their weight after this one, then who
    was given one least recently. LEAST_BUSY: who has the fewest meetings on their date of the start; and
    MAX_AVAILABILITY: who has the most free minutes on it; then both in turn as above.
    """
    first = _FIRST.get(distribution)
    preferred = sorted(free, key=lambda one: (first(one, index) if first else 0, _turn(one)))
    return tuple(candidate.agent for candidate in preferred)


def _turn(candidate: Candidate) -> Turn:
    agenda = candidate.timeline.agenda
    return Fraction(agenda.booked + 1, agenda.weight), agenda.last_given or LONG_AGO, agenda.agent


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
