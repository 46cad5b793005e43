"""How much of everything one process allows those who follow slots."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True)
class Bounds:
    """Counts, and seconds where it says so, as the clock `time` has them."""

    feeds: int = 1_000
    """Different questions that are followed at once; any number may follow the same one."""

    of_one: int = 20
    """Subscriptions of one socket."""

    parallel: int = 4
    """Answers that are worked out at the same time; the others stand in line."""

    event_seconds: float = 1.0
    """Between two events of one feed."""

    own_seconds: float = 5.0
    """Between two answers to a question that is somebody's own, where what has changed may not concern it at all."""

    sweep_seconds: float = 2.0
    """Between two looks that nobody has hinted at: as late as a change can be whose hint was lost."""

    look_seconds: float = 0.05
    """Between two looks, however many hints there are."""

    time: Callable[[], float] = monotonic
