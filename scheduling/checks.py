"""Each rule as a mask: the minutes it closes, and which of a meeting's minutes must stay clear of them.

Listing combines the masks and then erodes them; explaining takes them one by one. Both come to the same, for a
run of minutes is clear of all masks just when it is clear of each.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from scheduling.agenda import Agenda
from scheduling.hours import DAY, days_of, midnight, today
from scheduling.kept import Kept
from scheduling.opening import HoursLayer
from scheduling.prepared import OfficeTimeline, Timeline
from scheduling.question import Question
from scheduling.rules import Rule
from scheduling.timeline import MINUTE, Span, clear, erode, ones

ZONES_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Check:
    """`rule` refuses a start s where one of the `length` minutes from s - `before` on is `closed`, a mask of
    minutes of the span."""

    rule: Rule
    closed: int
    before: int = 0
    length: int = 1

    def starts(self, full: int) -> int:
        """The starts that this rule alone would allow."""
        return clear(self.closed, self.before, self.length, full=full)

    def refuses(self, index: int, *, span: Span) -> bool:
        """Whether `starts` lacks the index: a meeting that reaches out of the span is refused too."""
        first = index - self.before
        if first < 0 or first + self.length > span.minutes:
            return True
        return bool(self.closed >> first & ones(self.length))


def starts_of(checks: Iterable[Check], full: int) -> int:
    """The starts that all the checks allow; those which look at the same minutes are eroded together."""
    closed: dict[tuple[int, int], int] = {}
    for check in checks:
        shape = (check.before, check.length)
        if check.closed:
            closed[shape] = closed.get(shape, 0) | check.closed
    starts = full
    for (before, length), mask in closed.items():
        starts &= erode(full ^ mask, length) << before
    return starts


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """The rules that are the same for every agent of a zone, and the starts that all of them allow."""

    checks: tuple[Check, ...]
    starts: int


def shared_by_zone(
    question: Question, *, span: Span, office: OfficeTimeline | None
) -> Mapping[ZoneInfo, Shared]:
    """What is shared by the agents of each zone, made when the first of them is asked."""

    def made(zone: ZoneInfo) -> Shared:
        checks = _shared_checks(question, zone=zone, span=span, office=office)
        return Shared(checks, starts_of(checks, span.full))

    return Kept(made, most=ZONES_KEPT)


def _shared_checks(
    question: Question, *, zone: ZoneInfo, span: Span, office: OfficeTimeline | None
) -> tuple[Check, ...]:
    checks = [*_bounds(question, zone=zone, span=span)]
    if question.link_dates or question.offered_starts is not None:
        checks.append(Check(Rule.LINK_DATES, _outside_link(question, span)))
    if office:
        outside = office.outside_hours(question.topic)
        checks.append(Check(Rule.OFFICE_HOURS, outside, length=question.duration_minutes))
        checks.append(Check(Rule.CLOSURE, office.closures, length=question.duration_minutes))
    if question.weekends_closed:
        days = days_of(span, question.organization_zone)
        weekends = span.mask((start, end) for day, start, end in days if day.weekday() > 4)
        checks.append(Check(Rule.WEEKEND, weekends, length=question.duration_minutes))
    if question.guest_limits:
        full_days = question.guest_limits.full_days
        checks.append(Check(Rule.GUEST_LIMIT, _on(full_days, question.organization_zone, span)))
    return tuple(checks)


def own_checks(question: Question, timeline: Timeline, hours: HoursLayer) -> tuple[Check, ...]:
    """The rules that look at the agent's own time. The buffer's check holds all that is busy or claimed; those
    of the calendar, meetings and holds are parts of it, there to say which it was."""
    span, length = timeline.span, question.duration_minutes
    return (
        Check(Rule.HOURS, span.full ^ (hours.weekly | hours.open), length=length),
        Check(Rule.DATE_OVERRIDE, hours.weekly & ~hours.open, length=length),
        Check(Rule.CALENDAR_UNKNOWN, span.full if _is_unknown(question, timeline) else 0),
        Check(Rule.CALENDAR_BUSY, timeline.busy, length=length),
        Check(Rule.MEETING, timeline.meetings, length=length),
        Check(Rule.HOLD, timeline.holds, length=length),
        Check(
            Rule.BUFFER,
            timeline.taken,
            before=question.buffer_before_minutes,
            length=question.claimed_minutes,
        ),
        *_limits(question, timeline),
    )


def own_starts(question: Question, timeline: Timeline, hours: HoursLayer) -> int:
    """The starts that all the rules of `own_checks` allow, at a fraction of the cost: what the agent's hours and
    what is taken allow is kept with the timeline, and what is a part of the buffer's check is passed over."""
    if _is_unknown(question, timeline):
        return 0
    starts = hours.fits[question.duration_minutes]
    starts &= timeline.free[question.buffer_before_minutes, question.claimed_minutes]
    for limit in _limits(question, timeline):
        starts &= limit.starts(timeline.span.full)
    return starts


def guest_checks(question: Question, agents: Set[int], *, span: Span) -> tuple[Check, ...]:
    """Whether the guest may have one more meeting with each of the agents."""
    if question.guest_limits is None:
        return ()
    return (Check(Rule.GUEST_LIMIT, span.full if agents & question.guest_limits.full_agents else 0),)


def _is_unknown(question: Question, timeline: Timeline) -> bool:
    return question.unknown_calendars_block and not timeline.agenda.calendars_known


def _bounds(question: Question, *, zone: ZoneInfo, span: Span) -> tuple[Check, ...]:
    soonest = span.ceil(question.now + question.notice_minutes * MINUTE)
    earliest = span.floor(midnight(today(question.now, zone) + question.earliest_day * DAY, zone))
    horizon = max(
        midnight(today(question.now, one) + (question.days_ahead + 1) * DAY, one)
        for one in (zone, question.guest_zone)
    )
    return (
        Check(Rule.MINIMUM_NOTICE, span.before(soonest)),
        Check(Rule.EARLIEST_DAY, span.before(earliest)),
        Check(Rule.BOOKING_HORIZON, span.full & ~span.before(span.ceil(horizon))),
    )


def _outside_link(question: Question, span: Span) -> int:
    inside = span.full
    if dates := question.link_dates:
        days = days_of(span, question.guest_zone)
        inside &= span.mask((start, end) for day, start, end in days if dates.include(day))
    if question.offered_starts is not None:
        offered = [span.floor(start) for start in question.offered_starts]
        inside &= span.mask((index, index + 1) for index in offered)
    return span.full & ~inside


def _on(dates: frozenset[date], zone: ZoneInfo, span: Span) -> int:
    return span.mask((start, end) for day, start, end in days_of(span, zone) if day in dates)


def _booked(question: Question, agenda: Agenda) -> list[date]:
    """The dates of the agent's meetings of the question's kind."""
    if question.max_per_day is None and question.max_per_week is None:
        return []
    kind = question.topic.subject, question.topic.meeting_type
    return [
        one.day
        for one in agenda.counted
        if (one.subject, one.meeting_type) == kind and one.claim not in question.excluded_claims
    ]


def _limits(question: Question, timeline: Timeline) -> tuple[Check, ...]:
    span, zone = timeline.span, timeline.agenda.zone
    booked = _booked(question, timeline.agenda)
    checks: list[Check] = []
    if question.max_per_day is not None:
        full_days = frozenset(
            day for day, _, _ in days_of(span, zone) if booked.count(day) >= question.max_per_day
        )
        checks.append(Check(Rule.DAILY_LIMIT, _on(full_days, zone, span)))
    if question.max_per_week is not None:
        weeks = [day.isocalendar()[:2] for day in booked]
        days = (day for day, _, _ in days_of(span, zone))
        full = frozenset(day for day in days if weeks.count(day.isocalendar()[:2]) >= question.max_per_week)
        checks.append(Check(Rule.WEEKLY_LIMIT, _on(full, zone, span)))
    return *checks, *guest_checks(question, {timeline.agenda.agent}, span=span)
