"""What every calendar adapter can be asked, and what it answers: busy time, and nothing of whom or why."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from providers.fetching import NOTHING_KNOWN, Validators
from scheduling.intervals import Interval


@dataclass(frozen=True, slots=True)
class BusyPolicy:
    """What counts as busy. An invitation not answered leaves the time free unless `unanswered_is_busy`."""

    tentative_is_busy: bool = True
    unanswered_is_busy: bool = False
    out_of_office_is_busy: bool = True
    working_elsewhere_is_busy: bool = False


class Fault(StrEnum):
    """Why an event's time could not be read, in words that fit a status line."""

    BROKEN = "its dates cannot be read"
    CUT_OFF = "the file ends in the middle of it"
    ENDS_BEFORE_IT_STARTS = "it ends before it starts"
    BAD_REPETITION = "its repetition cannot be read; only its own date counts"
    TOO_MANY_REPETITIONS = "it repeats too often; only its own date counts"
    TOO_MANY_EVENTS = "the calendar holds too many events"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """So many events that are missing from the busy time, or partly so."""

    fault: Fault
    events: int


@dataclass(frozen=True, slots=True)
class BusyReading:
    """The busy time of one window, merged and clipped to it; the state of the calendar it was read from.

    With `not_modified` there is no busy time in it: what was read before, of the same window, still holds.
    `guessed_zones` counts events whose time zone is unknown; they are read in the calendar's own zone.
    """

    busy: tuple[Interval, ...]
    name: str | None = None
    validators: Validators = NOTHING_KNOWN
    not_modified: bool = False
    unreadable: tuple[Unreadable, ...] = ()
    guessed_zones: int = 0

    @property
    def unreadable_count(self) -> int:
        return sum(entry.events for entry in self.unreadable)


class Calendar(Protocol):
    """A person's calendar at a provider."""

    async def read_busy(
        self, window: Interval, *, policy: BusyPolicy, known: Validators = NOTHING_KNOWN
    ) -> BusyReading:
        """The busy time within the window.

        Pass as `known` what the last reading returned, and only for the same window and policy: a calendar
        that did not change since is then answered with `not_modified`. Raises ProviderDown or ProviderRejected.
        """
        ...
