"""The rules of when, in the order in which they apply, and the refusal and the words each stands for."""

from dataclasses import dataclass
from enum import StrEnum

from errors import LimitReached, OutsideAvailability, SlotTaken, TimeRefused, TooFarAhead, TooSoon


class Rule(StrEnum):
    """The rules of the API contract. Their order here is the order in which they apply: first what depends on
    the clock, then what is open, then what is taken, then limits; so the last rule met is the one nearest to a
    yes."""

    MINIMUM_NOTICE = "MINIMUM_NOTICE"
    EARLIEST_DAY = "EARLIEST_DAY"
    BOOKING_HORIZON = "BOOKING_HORIZON"
    LINK_DATES = "LINK_DATES"
    HOURS = "HOURS"
    DATE_OVERRIDE = "DATE_OVERRIDE"
    OFFICE_HOURS = "OFFICE_HOURS"
    CLOSURE = "CLOSURE"
    WEEKEND = "WEEKEND"
    CALENDAR_UNKNOWN = "CALENDAR_UNKNOWN"
    CALENDAR_BUSY = "CALENDAR_BUSY"
    MEETING = "MEETING"
    HOLD = "HOLD"
    BUFFER = "BUFFER"
    DAILY_LIMIT = "DAILY_LIMIT"
    WEEKLY_LIMIT = "WEEKLY_LIMIT"
    GUEST_LIMIT = "GUEST_LIMIT"
    AVAILABILITY_PERCENT = "AVAILABILITY_PERCENT"
    SEATS = "SEATS"
    SLOT_GRID = "SLOT_GRID"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    @property
    def refusal(self) -> type[TimeRefused]:
        return _MEANINGS[self].refusal

    @property
    def message(self) -> str:
        return _MEANINGS[self].message


@dataclass(frozen=True, slots=True)
class _Meaning:
    refusal: type[TimeRefused]
    message: str


_RANKS = {rule: rank for rank, rule in enumerate(Rule)}
_MEANINGS = {
    Rule.MINIMUM_NOTICE: _Meaning(TooSoon, "This time is past, or too soon for the notice that is asked."),
    Rule.EARLIEST_DAY: _Meaning(TooSoon, "This day is too soon."),
    Rule.BOOKING_HORIZON: _Meaning(TooFarAhead, "This time is further ahead than can be booked."),
    Rule.LINK_DATES: _Meaning(OutsideAvailability, "The link does not offer this time."),
    Rule.HOURS: _Meaning(OutsideAvailability, "This time is outside the opening hours."),
    Rule.DATE_OVERRIDE: _Meaning(OutsideAvailability, "The hours of this date are different."),
    Rule.OFFICE_HOURS: _Meaning(OutsideAvailability, "The office is not open at this time."),
    Rule.CLOSURE: _Meaning(OutsideAvailability, "The office is closed on this date."),
    Rule.WEEKEND: _Meaning(OutsideAvailability, "Weekends cannot be booked."),
    Rule.CALENDAR_UNKNOWN: _Meaning(OutsideAvailability, "The calendar is not known at the moment."),
    Rule.CALENDAR_BUSY: _Meaning(SlotTaken, "The calendar is busy at this time."),
    Rule.MEETING: _Meaning(SlotTaken, "This time is taken by a meeting."),
    Rule.HOLD: _Meaning(SlotTaken, "This time is being held for someone."),
    Rule.BUFFER: _Meaning(SlotTaken, "This time is too close to something else."),
    Rule.DAILY_LIMIT: _Meaning(LimitReached, "This day has as many meetings as it may have."),
    Rule.WEEKLY_LIMIT: _Meaning(LimitReached, "This week has as many meetings as it may have."),
    Rule.GUEST_LIMIT: _Meaning(LimitReached, "The guest has as many meetings as one may have."),
    Rule.AVAILABILITY_PERCENT: _Meaning(SlotTaken, "Too few of the team are free at this time."),
    Rule.SEATS: _Meaning(SlotTaken, "No seats are left at this time."),
    Rule.SLOT_GRID: _Meaning(OutsideAvailability, "Meetings do not start at this minute."),
}
