"""All that is known of agents' time, and of an office's, before anyone asks."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from scheduling.hours import DateOverride, Dates, WeeklyWindow
from scheduling.intervals import Interval


class ClaimKind(StrEnum):
    MEETING = "MEETING"
    HOLD = "HOLD"


@dataclass(frozen=True, slots=True)
class Claim:
    """Time that a meeting (booked or requested) or a hold takes of an agent.

    `claimed` is the meeting's time widened by its own buffers, as the database's exclusion constraint has it;
    `core` is the meeting's time alone, None where they are the same. No two claimed ranges of an agent overlap:
    the gap between two meetings is at least the first one's buffer after plus the second one's before.
    """

    id: int
    kind: ClaimKind
    claimed: Interval
    core: Interval | None = None

    def __post_init__(self) -> None:
        if not self.claimed.covers(self.time):
            raise ValueError("a claim covers the meeting it is for")

    @property
    def time(self) -> Interval:
        return self.claimed if self.core is None else self.core


@dataclass(frozen=True, slots=True)
class Counted:
    """A meeting, or a hold of one, that counts for the agent's daily and weekly limits of its kind, on its date
    in the agent's zone. The week of a span's first date may have begun before the span."""

    claim: int
    day: date
    subject: int | None = None
    meeting_type: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group meeting that exists: who joins it takes `seats_left` seats at most, and no more of anyone's time.

    `agents` are all who hold it together; nobody, as long as a service's meeting is not assigned.
    """

    meeting: int
    time: Interval
    agents: frozenset[int]
    seats_left: int

    def __post_init__(self) -> None:
        if self.seats_left < 0:
            raise ValueError("a meeting has no fewer than 0 seats left")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """One agent. `calendars_known` is False when a calendar was not read, or not lately: what is busy is a
    guess.

    For fairness: `weight` (at least 1) is the agent's share of a team's meetings, `booked` how many they count as
    having been given (see `Decision.standings`), `last_given` when the last one was.
    """

    agent: int
    zone: ZoneInfo
    week: tuple[WeeklyWindow, ...] = ()
    overrides: tuple[DateOverride, ...] = ()
    busy: tuple[Interval, ...] = ()
    calendars_known: bool = True
    claims: tuple[Claim, ...] = ()
    counted: tuple[Counted, ...] = ()
    weight: int = 1
    booked: int = 0
    last_given: datetime | None = None

    def __post_init__(self) -> None:
        if self.weight < 1:
            raise ValueError("an agent's weight is at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Where a meeting takes place. `week` None: the office has no hours of its own, so it is always open. Windows
    narrowed to subjects or meeting types are open for those."""

    zone: ZoneInfo
    week: tuple[WeeklyWindow, ...] | None = None
    closures: tuple[Dates, ...] = ()
    is_active: bool = True
