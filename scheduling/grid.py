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

from scheduling.timeline import Span, ones, runs

Days = tuple[tuple[date, int, int], ...]


def grid(open_: int, days: Days, *, interval: int, span: Span) -> int:
    """The starts on the grid of the open minutes. `days` are the local dates of `hours.days_of`."""
    anchors = _anchors(open_, days)
    rests = {anchor % interval for anchor in anchors}
    if len(rests) <= 1:
        return open_ & comb(interval, rests.pop() if rests else 0, span.minutes)
    bounds = [*anchors, span.minutes]
    marked = 0
    for rest in rests:
        stretches = ((start, end) for start, end in pairwise(bounds) if start % interval == rest)
        marked |= span.mask(stretches) & comb(interval, rest, span.minutes)
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
