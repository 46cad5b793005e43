"""What is asked of the engine; the same question is asked to list, hold, book and explain."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from scheduling.agenda import Group
from scheduling.hours import Dates, Topic
from scheduling.intervals import Interval
from scheduling.timeline import Span

MINUTES_A_DAY = 1440
LOOK_BACK_DAYS = 3
LOOK_AHEAD_DAYS = 5


class Distribution(StrEnum):
    """Who of a team gets a meeting: see `turns`. COLLECTIVE: several of them together."""

    ROUND_ROBIN = "ROUND_ROBIN"
    LEAST_BUSY = "LEAST_BUSY"
    MAX_AVAILABILITY = "MAX_AVAILABILITY"
    COLLECTIVE = "COLLECTIVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """How a team is booked; one agent alone is a team of one.

    COLLECTIVE needs `required_agents` free together, None meaning all. The others need one free agent, and at
    least `availability_percent` of the members free at that time. `members` is how many the team has when not
    all of them are candidates; None counts the candidates.
    """

    distribution: Distribution = Distribution.ROUND_ROBIN
    required_agents: int | None = None
    availability_percent: int = 0
    members: int | None = None

    @property
    def is_collective(self) -> bool:
        return self.distribution is Distribution.COLLECTIVE

    def meeting_agents(self, candidates: int) -> int:
        """How many agents a meeting takes."""
        if not self.is_collective:
            return 1
        whole = candidates if self.members is None else self.members
        return max(1, whole if self.required_agents is None else self.required_agents)

    def free_agents(self, candidates: int) -> int:
        """How many agents must be free for a slot to be offered: the percentage rounded up."""
        whole = candidates if self.members is None else self.members
        share = 0 if self.is_collective else -(-self.availability_percent * whole // 100)
        return max(share, self.meeting_agents(candidates))


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestLimits:
    """Where the guest has as many meetings as one may have: on dates of the organization's zone, with
    agents."""

    full_days: frozenset[date] = frozenset()
    full_agents: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """When can a meeting like this start? Whole minutes throughout; refuses what cannot be meant with
    ValueError.

    - A start is at least `notice_minutes` after `now`, rounded up to a whole minute.
    - It is not before the day that is `earliest_day` days after today, in the agent's zone.
    - It is at most `days_ahead` days after today: the last day is bookable to its end, both in the guest's zone
      and in the agent's, whichever ends later.
    - It lies on a date of `link_dates` in the guest's zone, and among `offered_starts` where there are some;
      the grid does not bind those.
    - The meeting touches no Saturday or Sunday of the organization's zone where `weekends_closed`.
    - The meeting with its buffers overlaps no busy time and no claim, but for `excluded_claims`: the meeting
      that is being moved, the hold that is being used.
    - An agent has fewer than `max_per_day` and `max_per_week` meetings of the topic's subject and meeting type on
      the date and in the week from Monday on, in the agent's zone.
    - It takes `seats` of the `seats_offered` by a new meeting, or of those left in one of the `groups`: meetings of
      this very kind that exist. At the start of one of the asked length its agents can be given nothing else, and
      joining it asks no more for their hours, calendars, buffers and caps, nor for the grid, nor how many of the
      team are free: that was asked when it was made.
    - Each of `pooled`, the claimed times of a service's meetings that have no agent yet, takes one agent of those
      who are free; a meeting that is being moved is left out of them by who asks.
    """

    now: datetime
    duration_minutes: int
    interval_minutes: int
    guest_zone: ZoneInfo
    organization_zone: ZoneInfo
    topic: Topic = field(default_factory=Topic)
    team: Team = field(default_factory=Team)
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    notice_minutes: int = 0
    earliest_day: int = 0
    days_ahead: int = 31
    link_dates: Dates | None = None
    offered_starts: tuple[datetime, ...] | None = None
    weekends_closed: bool = False
    unknown_calendars_block: bool = False
    excluded_claims: frozenset[int] = frozenset()
    max_per_day: int | None = None
    max_per_week: int | None = None
    guest_limits: GuestLimits | None = None
    seats: int = 1
    seats_offered: int = 1
    groups: tuple[Group, ...] = ()
    pooled: tuple[Interval, ...] = ()

    def __post_init__(self) -> None:
        if self.now.tzinfo is not UTC:
            raise ValueError("now is an aware time in UTC")
        if not 1 <= self.duration_minutes <= MINUTES_A_DAY or not 1 <= self.interval_minutes <= MINUTES_A_DAY:
            raise ValueError("a duration and an interval are 1 to 1440 minutes")
        if not all(
            0 <= buffer <= MINUTES_A_DAY for buffer in (self.buffer_before_minutes, self.buffer_after_minutes)
        ):
            raise ValueError("a buffer is 0 to 1440 minutes")
        if min(self.notice_minutes, self.earliest_day, self.days_ahead) < 0:
            raise ValueError("notice, earliest day and horizon are not negative")
        if not 1 <= self.seats <= self.seats_offered:
            raise ValueError("seats are at least 1, and at most as many as a meeting offers")

    @property
    def claimed_minutes(self) -> int:
        """The meeting's length with its buffers."""
        return self.buffer_before_minutes + self.duration_minutes + self.buffer_after_minutes

    def span(self) -> Span:
        """The time that must be prepared to answer this; the same all day (of UTC) and for every guest.

        It reaches back as far as a run of open hours must be seen to know its grid (see `grid`), and forward
        past the end of the last day in any zone by a meeting and its buffers.
        """
        return Span(
            datetime.combine(self.now.date() - timedelta(days=LOOK_BACK_DAYS), time(), UTC),
            (LOOK_BACK_DAYS + self.days_ahead + LOOK_AHEAD_DAYS) * MINUTES_A_DAY,
        )
