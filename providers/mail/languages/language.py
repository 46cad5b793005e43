"""What letters need of a language beside their texts: names of days and months, words around a meeting's facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """`day` is how a date is written, of `{weekday}`, `{day}`, `{month}` and `{year}`; `first` is the first of a month.
    `clock` is a time of day as strftime has it, `moment` how it is said (`{time}`), `hours` a span of
    two: `{start}` and `{end}`.

    `labels` name the facts, `meeting_types` say how a meeting is held, and `buttons` what a link does. `join_from` says
    from what `{moment}` on one can join.
    """

    tag: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    day: str
    first: str = "1"
    clock: str = "%H:%M"
    hours: str = "{start}–{end}"
    moment: str = "{time}"
    colon: str = ":"
    labels: Mapping[str, str]
    join_from: str
    no_longer: str
    meeting_types: Mapping[str, str]
    buttons: Mapping[str, str]
    add: str
    because_of_a_meeting: str
    from_whom: str

    def date(self, day: date) -> str:
        """Not strftime's: its names follow the process's locale, and a letter's language is the reader's."""
        number = self.first if day.day == 1 else str(day.day)
        weekday, month = self.weekdays[day.weekday()], self.months[day.month - 1]
        return self.day.format(weekday=weekday, day=number, month=month, year=day.year)

    def time(self, moment: datetime) -> str:
        return moment.strftime(self.clock)
