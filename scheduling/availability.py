"""The one engine that decides time: it lists, decides, offers others and explains, out of the same masks.

agenda ──prepare──▶ Timeline ─┐
office ──prepare──▶ …         ├──ask──▶ Ways ──▶ Availability: days · decide · nearest · next_after · effects
Question ─────────────────────┘
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter

from errors import TimeRefused
from scheduling.candidates import Candidate
from scheduling.groups import fitting_at
from scheduling.hours import Dates, days_of
from scheduling.intervals import Interval
from scheduling.listing import Listing
from scheduling.listing import Slot as Slot
from scheduling.listing import SlotDay as SlotDay
from scheduling.listing import SlotTexts as SlotTexts
from scheduling.prepared import OfficeTimeline, Timeline
from scheduling.question import MINUTES_A_DAY, Question
from scheduling.reasons import Asked, Refusal, RuleEffect, effects, refusals_at
from scheduling.rules import Rule
from scheduling.timeline import MINUTE, Span, first, ones, positions
from scheduling.turns import Standing, in_turn
from scheduling.ways import Ways, ways_of

_date = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a meeting can start at a time, decided by `reason` where it cannot.

    `agents` are all who could be given it, in order of preference, and `chosen` those that it takes. `claimed`
    is what it takes of each one's time: the meeting `time` widened by its buffers.

    Where it `joins` a group meeting, by the meeting's id, `agents` are all who hold that, nobody as long as it is not
    assigned, and nothing more of their time is taken.

    `standings` are of those who, once it is given, count as having been given more meetings than they were: see
    `turns`. They are kept with it, before it is counted for who is given it.
    """

    time: Interval
    claimed: Interval
    agents: tuple[int, ...] = ()
    agents_needed: int = 1
    reason: Rule | None = None
    refusals: tuple[Refusal, ...] = ()
    joins: int | None = None
    standings: tuple[Standing, ...] = ()

    @property
    def bookable(self) -> bool:
        return self.reason is None

    @property
    def chosen(self) -> tuple[int, ...]:
        return self.agents[: self.agents_needed]

    @property
    def refused(self) -> TimeRefused | None:
        """The refusal to raise, ready to be raised; None where the time is bookable."""
        return None if self.reason is None else self.reason.refusal(self.reason.message)


@dataclass(frozen=True, slots=True, eq=False)
class Availability:
    """The answer to a question: `listed` are the starts that can be booked, and nothing else can."""

    question: Question
    span: Span
    ways: Ways
    listed: int

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return self.ways.candidates

    def days(self, asked: Dates) -> tuple[SlotDay, ...]:
        """The slots of the asked dates in the guest's zone, date by date; dates without slots are left out."""
        return self._listing(positions(self.listed & self._within(asked))).days(self.question.guest_zone)

    def texts(self, asked: Dates) -> tuple[SlotTexts, ...]:
        """What `days` lists, as texts in columns."""
        return self._listing(positions(self.listed & self._within(asked))).texts(self.question.guest_zone)

    def total(self, asked: Dates) -> int:
        return (self.listed & self._within(asked)).bit_count()

    def next_after(self, moment: datetime) -> datetime | None:
        """The first bookable start at or after the moment, up to the horizon."""
        index = max(self.span.ceil(moment), 0)
        after = first(self.listed >> index)
        return None if after is None else self.span.moment(index + after)

    def nearest(self, wanted: datetime, limit: int) -> tuple[Slot, ...]:
        """The bookable slots nearest to the wanted start, the nearest first, of two as near the earlier."""
        index = min(max(self.span.floor(wanted), 0), self.span.minutes)
        earlier = positions(self.listed & ones(index))[-limit:]
        later = [index + after for after in positions(self.listed >> index)[:limit]]
        slots = self._listing(earlier + later).slots() if limit > 0 else ()
        return tuple(sorted(slots, key=lambda slot: (abs(slot.start - wanted), slot.start))[:limit])

    def decide(self, start: datetime) -> Decision:
        """Whether a meeting can start then, with whom, or why not; refuses a naive time with ValueError."""
        time, claimed = self._times(start)
        index = self.span.floor(time.start)
        if not 0 <= index < self.span.minutes:
            rule = Rule.MINIMUM_NOTICE if index < 0 else Rule.BOOKING_HORIZON
            return Decision(time, claimed, reason=rule, refusals=(Refusal(None, rule),))
        whole_minute = time.start == self.span.moment(index)
        if not (whole_minute and self.listed >> index & 1):
            reason, refusals = refusals_at(self.ways, index, whole_minute=whole_minute)
            return Decision(time, claimed, agents_needed=self.ways.needed, reason=reason, refusals=refusals)
        if self.ways.joinable >> index & 1:
            group = fitting_at(self.ways.hosts, index)[0]
            agents = tuple(sorted(group.agents))
            return Decision(time, claimed, agents, agents_needed=len(agents), joins=group.meeting)
        free = [one for one in self.candidates if one.starts >> index & 1]
        agents, standings = in_turn(free, index, distribution=self.question.team.distribution)
        return Decision(time, claimed, agents, agents_needed=self.ways.needed, standings=standings)

    def effects(self, asked: Dates) -> tuple[RuleEffect, ...]:
        """What each rule took of the asked dates, in order; the last remainder is the number of slots.
        Dates outside the prepared span count as days of 24 hours."""
        earlier, later = self._days_outside(asked)
        minutes = Asked(self._within(asked), MINUTES_A_DAY * earlier, MINUTES_A_DAY * later)
        return effects(self.ways, minutes)

    def _within(self, asked: Dates) -> int:
        days = days_of(self.span, self.question.guest_zone)
        begin = 0 if asked.first is None else bisect_left(days, asked.first, key=_date)
        end = len(days) if asked.last is None else bisect_right(days, asked.last, key=_date)
        return self.span.range(days[begin][1], days[end - 1][2]) if begin < end else 0

    def _days_outside(self, asked: Dates) -> tuple[int, int]:
        """How many of the asked dates lie before the span, and after it; none where they are without bound."""
        days = days_of(self.span, self.question.guest_zone)
        begin, end = days[0][0], days[-1][0]
        first, last = asked.first or begin, asked.last or end
        whole = (last - first).days + 1
        earlier, later = min((begin - first).days, whole), min((last - end).days, whole)
        return max(earlier, 0), max(later, 0)

    def _listing(self, starts: Sequence[int]) -> Listing:
        agents, seats = self.ways.agent_counts(starts), self.ways.seats_left(starts)
        return Listing(self.span, starts, agents, seats, duration_minutes=self.question.duration_minutes)

    def _times(self, start: datetime) -> tuple[Interval, Interval]:
        if start.utcoffset() is None:
            raise ValueError("a start is an aware time")
        asked = self.question
        begin = start.astimezone(UTC)
        time = Interval(begin, begin + asked.duration_minutes * MINUTE)
        return time, time.widened(
            before=asked.buffer_before_minutes * MINUTE, after=asked.buffer_after_minutes * MINUTE
        )


def ask(
    question: Question, timelines: Sequence[Timeline], *, office: OfficeTimeline | None = None
) -> Availability:
    """Answer the question for these agents: one alone, or a team of which each could serve the meeting.

    Raises ValueError where they, or the office, were not all prepared over one span that covers the question's.
    """
    span = timelines[0].span if timelines else question.span()
    prepared = [*(timeline.span for timeline in timelines), *([office.span] if office else [])]
    if any(one != span for one in prepared) or not span.covers(question.span()):
        raise ValueError("agents and office must be prepared over one span that covers the question's")
    ways = ways_of(question, timelines, office=office, span=span)
    return Availability(question, span, ways, ways.listed)
