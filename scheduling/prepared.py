"""An agenda, or an office, as masks over a span: done once, asked many times.

What is prepared depends on the agenda and the span only, never on a question, so that it may be kept until
either changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scheduling.agenda import Agenda, ClaimKind, Office
from scheduling.hours import Topic, days_of
from scheduling.kept import Kept
from scheduling.opening import SHAPES_KEPT, HoursLayer, Opening, opening
from scheduling.timeline import Span, clear


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """One agent's masks: hours by scope, busy calendar minutes, minutes of meetings and of holds, and
    `taken`: all that is busy, or claimed with its buffers.

    `free` has, for (before, length), the starts of which `length` minutes, from so many `before` on, are not
    taken; made when it is first asked for.
    """

    agenda: Agenda
    span: Span
    opening: Opening
    busy: int
    meetings: int
    holds: int
    taken: int
    free: Mapping[tuple[int, int], int]

    def hours(self, topic: Topic) -> HoursLayer:
        """The hours open for the topic."""
        return self.opening.on(topic)

    def of(self, agenda: Agenda) -> "Timeline":
        """The same agent with other claims, and perhaps with calendars that are known no more: hours, and what is busy,
        are as they were."""
        return _timeline(agenda, self.span, opening=self.opening, busy=self.busy)

    def without(self, claims: frozenset[int]) -> "Timeline":
        """The same agent as if these claims were not; itself where none of them is the agent's."""
        if not claims or not any(claim.id in claims for claim in self.agenda.claims):
            return self
        left = tuple(claim for claim in self.agenda.claims if claim.id not in claims)
        return self.of(replace(self.agenda, claims=left))


@dataclass(frozen=True, slots=True, eq=False)
class OfficeTimeline:
    """One office's hours, None where it is always open, and the minutes of the dates on which it is closed."""

    span: Span
    opening: Opening | None
    closures: int

    def outside_hours(self, topic: Topic) -> int:
        """The minutes at which it is not open for the topic."""
        return self.span.full ^ self.opening.on(topic).open if self.opening else 0


def prepare(agenda: Agenda, span: Span) -> Timeline:
    """The agent's masks over the span; take the span of a question, or a longer one."""
    hours = opening(agenda.week, agenda.overrides, agenda.zone, span)
    return _timeline(agenda, span, opening=hours, busy=span.touched(agenda.busy))


def _timeline(agenda: Agenda, span: Span, *, opening: Opening, busy: int) -> Timeline:
    meetings = span.touched(one.time for one in agenda.claims if one.kind is ClaimKind.MEETING)
    holds = span.touched(one.time for one in agenda.claims if one.kind is ClaimKind.HOLD)
    widened = span.touched(one.claimed for one in agenda.claims if one.core is not None)
    taken = busy | meetings | holds | widened
    free = Kept[tuple[int, int], int](lambda shape: clear(taken, *shape, full=span.full), most=SHAPES_KEPT)
    return Timeline(agenda, span, opening, busy=busy, meetings=meetings, holds=holds, taken=taken, free=free)


def prepare_office(office: Office, span: Span) -> OfficeTimeline:
    """The office's masks over the span. One that is not active is outside its hours all the time."""
    week = office.week if office.is_active else ()
    closed = (
        (start, end)
        for day, start, end in days_of(span, office.zone)
        if any(closure.include(day) for closure in office.closures)
    )
    hours = None if week is None else opening(week, (), office.zone, span)
    return OfficeTimeline(span, hours, span.mask(closed))
