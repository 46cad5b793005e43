"""An agenda, or an office, as masks over a span: done once, asked many times.

What is prepared depends on the agenda and the span only, never on a question, so that it may be kept until
either changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from scheduling.agenda import Agenda, Claim, ClaimKind, Office
from scheduling.hours import DAY, Dates, Scope, Topic, days_of, windows_by_date
from scheduling.intervals import Interval, merge
from scheduling.timeline import Span


@dataclass(frozen=True, slots=True)
class HoursLayer:
    """The minutes open for one scope: by the weekly windows alone, and with overrides, which is what holds."""

    scope: Scope
    weekly: int
    open: int


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """One agent's masks: hours by scope, busy calendar minutes, minutes of meetings and of holds, and
    `taken`: all that is busy, or claimed with its buffers."""

    agenda: Agenda
    span: Span
    layers: tuple[HoursLayer, ...]
    busy: int
    meetings: int
    holds: int
    taken: int

    def hours(self, topic: Topic) -> HoursLayer:
        """The hours open for the topic: every layer that admits it, laid together."""
        admitted = [layer for layer in self.layers if layer.scope.admits(topic)]
        if len(admitted) == 1:
            return admitted[0]
        weekly = open_ = 0
        for layer in admitted:
            weekly, open_ = weekly | layer.weekly, open_ | layer.open
        return HoursLayer(Scope(), weekly, open_)

    def without(self, claims: frozenset[int]) -> "Timeline":
        """The same agent as if these claims were not; itself where none of them is the agent's."""
        if not any(claim.id in claims for claim in self.agenda.claims):
            return self
        left = tuple(claim for claim in self.agenda.claims if claim.id not in claims)
        meetings, holds, claimed = _claim_masks(left, self.span)
        agenda = replace(self.agenda, claims=left)
        return replace(self, agenda=agenda, meetings=meetings, holds=holds, taken=self.busy | claimed)


@dataclass(frozen=True, slots=True, eq=False)
class OfficeTimeline:
    """One office's masks: the minutes outside its hours, and those of the dates on which it is closed."""

    span: Span
    outside_hours: int
    closures: int


def prepare(agenda: Agenda, span: Span) -> Timeline:
    """The agent's masks over the span; take the span of a question, or a longer one."""
    meetings, holds, claimed = _claim_masks(agenda.claims, span)
    busy = span.touched(agenda.busy)
    return Timeline(
        agenda=agenda,
        span=span,
        layers=_layers(agenda, span),
        busy=busy,
        meetings=meetings,
        holds=holds,
        taken=busy | claimed,
    )


def prepare_office(office: Office, span: Span) -> OfficeTimeline:
    """The office's masks over the span. One that is not active is outside its hours all the time."""
    always = office.is_active and office.week is None
    hours = Agenda(agent=0, zone=office.zone, week=office.week or ()) if office.is_active else None
    open_ = 0
    for layer in _layers(hours, span) if hours else ():
        open_ |= layer.open
    closed = (
        (start, end)
        for day, start, end in days_of(span, office.zone)
        if any(closure.include(day) for closure in office.closures)
    )
    return OfficeTimeline(span, 0 if always else span.full & ~open_, span.mask(closed))


def _layers(agenda: Agenda, span: Span) -> tuple[HoursLayer, ...]:
    weekly: dict[Scope, list[Interval]] = {}
    open_: dict[Scope, list[Interval]] = {}
    days = days_of(span, agenda.zone)
    # A window of the date before the span may reach into it.
    asked = Dates(days[0][0] - DAY, days[-1][0])
    for day, usual, valid in windows_by_date(agenda.week, agenda.overrides, asked):
        for windows, found in ((usual, weekly), (valid, open_)):
            for window in windows:
                found.setdefault(window.scope, []).append(window.on(day, agenda.zone))
    return tuple(
        HoursLayer(scope, _covered(weekly.get(scope, ()), span), _covered(open_.get(scope, ()), span))
        for scope in {**weekly, **open_}
    )


def _covered(intervals: Iterable[Interval], span: Span) -> int:
    return span.covered(merge(intervals))


def _claim_masks(claims: tuple[Claim, ...], span: Span) -> tuple[int, int, int]:
    meetings = span.touched(claim.time for claim in claims if claim.kind is ClaimKind.MEETING)
    holds = span.touched(claim.time for claim in claims if claim.kind is ClaimKind.HOLD)
    return meetings, holds, span.touched(claim.claimed for claim in claims)
