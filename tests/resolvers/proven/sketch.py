"""A small house as it is drawn: who works there, what is planned and taken, and what somebody asks for.

Agents are numbered from 1 on, and so are subjects and offices: 1 is the one that is asked about, 2 another one. The
rows (`rows.py`) and what is expected of the API (`reckoning.py`) are both made of this, and of nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.agenda import Office
from scheduling.hours import DateOverride, Dates, WeeklyWindow
from scheduling.intervals import Interval

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """An agent. `calendar` is the state of the one they have connected, if any, known up to `known_until`."""

    zone: ZoneInfo
    week: tuple[WeeklyWindow, ...]
    overrides: tuple[DateOverride, ...] = ()
    by_template: bool = False
    busy: tuple[Interval, ...] = ()
    calendar: str | None = None
    known_until: datetime | None = None
    languages: tuple[str, ...] = ()
    is_active: bool = True
    online_planning: bool = True
    is_expert: bool = True
    at_office: bool = True
    is_member: bool = True
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A planning rule of subject 1: the administrator's, or that of office 1."""

    meeting_type: str
    at_office: bool = False
    enabled: bool = True
    durations: tuple[int, ...] = ()
    default: int
    interval: int
    before: int = 0
    after: int = 0
    notice: int | None = None
    ahead: int | None = None
    seats: int = 1
    per_day: int | None = None
    per_week: int | None = None
    agents: frozenset[int] = frozenset()
    needs_acceptance: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The service."""

    distribution: str
    required: int | None = None
    percent: int = 0
    assigns: bool = True
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting that exists, of those agents (of nobody yet, where there are none); `held` are the expiries and
    numbers of seats that are held."""

    agents: frozenset[int]
    start: datetime
    minutes: int
    before: int = 0
    after: int = 0
    subject: int | None = None
    meeting_type: str = "VIDEO"
    at_office: bool = False
    of_service: bool = False
    status: str = "SCHEDULED"
    seats: int = 1
    taken: int = 1
    held: tuple[tuple[datetime, int], ...] = ()

    @property
    def core(self) -> Interval:
        return Interval(self.start, self.start + self.minutes * MINUTE)

    @property
    def claimed(self) -> Interval:
        return self.core.widened(before=self.before * MINUTE, after=self.after * MINUTE)

    @property
    def is_active(self) -> bool:
        return self.status in ("AWAITING_GUEST", "REQUESTED", "SCHEDULED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Time that is held, or was: `meeting` is what for."""

    meeting: Meeting
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link fixes, and the dates of the link and of its address."""

    fixes_subject: bool = False
    meeting_type: str | None = None
    minutes: int | None = None
    dates: Dates | None = None
    address: Dates | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for: of an agent, or of the service (None)."""

    of: int | None
    zone: ZoneInfo
    by_agent: bool = False
    subject: bool = True
    office: bool = False
    meeting_type: str | None = None
    language: str | None = None
    minutes: int | None = None
    seats: int = 1
    link: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    now: datetime
    zone: ZoneInfo
    workers: tuple[Worker, ...]
    team: Team
    wish: Wish
    settings: dict[str, Any] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    office: Office
    for_customers: bool = True
    meetings: tuple[Meeting, ...] = ()
    holds: tuple[Hold, ...] = ()

    def setting(self, name: str, default: Any) -> Any:
        return self.settings.get(name, default)
