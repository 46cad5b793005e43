"""The grid of starts: every so many minutes from where open hours begin.

The grid is anchored where a run of merged open hours begins. It does not move with what is busy, with notice,
or with a change to summer time within the run. Hours that go on for days would have no beginning near enough to
see, so wherever a run holds a whole local date, the grid begins anew with that date: round the clock, the grid
is counted from each midnight. So three days of hours before a moment always tell its grid.
"""

from bisect import bisect_right
from datetime import date
from functools import lru_cache
from itertools import pairwise

from scheduling.timeline import Span, first, ones, runs

Days = tuple[tuple[date, int, int], ...]


def grid(open_: int, days: Days, *, interval: int, span: Span) -> int:
    """The starts on the grid of the open minutes. `days` are the local dates of `hours.days_of`."""
    begins = open_ & ~(open_ << 1)
    rest = (first(begins) or 0) % interval
    teeth = comb(interval, rest, span.minutes)
    # Mostly all hours and all dates begin on one and the same comb, so that which of them count does not matter.
    if not begins & ~teeth and all(start % interval == rest for _, start, _ in days):
        return open_ & teeth
    anchors = _anchors(open_, days)
    stretches = list(pairwise([*anchors, span.minutes]))
    marked = 0
    for rest in {anchor % interval for anchor in anchors}:
        own = span.mask((start, end) for start, end in stretches if start % interval == rest)
        marked |= own & comb(interval, rest, span.minutes)
    return marked & open_


def _anchors(open_: int, days: Days) -> list[int]:
    """Where runs of open minutes begin, and the dates that lie in them whole."""
    begins = [start for _, start, _ in days]
    anchors: list[int] = []
    for start, end in runs(open_):
        anchors.append(start)
        whole = bisect_right(begins, start)
        while whole < len(days) and days[whole][2] <= end:
            anchors.append(begins[whole])
            whole += 1
    return anchors


@lru_cache(maxsize=256)
def comb(interval: int, offset: int, minutes: int) -> int:
    """Every `interval`-th minute from `offset` on, made by doubling."""
    teeth, width = 1, interval
    while width < minutes:
        teeth |= teeth << width
        width *= 2
    return (teeth << offset) & ones(minutes)
