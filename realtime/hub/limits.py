"""How much of everything one process allows its subscribers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts, and seconds where it says so. A live subscriber holds a `queue`, a replaying one a `page`."""

    queue: int = 500
    """Items that wait for one subscriber. One more, and it is told to resync."""

    room_seconds: float = 1.0
    """How long the live subscribers of a topic are waited for where one has no room for the next page: however much
    happens at once, whoever goes on taking it loses nothing."""

    page: int = 100
    """Events read at a time."""

    readers: int = 4
    """Topics read at the same time for live subscribers."""

    replays: int = 8
    """Pages read at the same time for subscribers that are catching up; the others stand in line. Those who need the
    same page wait for one reading."""

    sweep_seconds: float = 2.0
    """Between two comparisons of all heads: as late as an event can be whose hint was lost."""

    join_seconds: float = 1.0
    """How long a new subscriber waits for the bus; without it, the sweep brings the events."""

    store_seconds: float = 10.0
    """How long a query may take until it counts as failed."""
