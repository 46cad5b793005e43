"""How many attempts at one receiver a worker makes at once, so that who is slow to answer holds up nobody else.

A worker has few hands. Those who answer quickly are given as many as there are. Who was slow the last time is given
two: whatever else is to be sent there waits outside, however much it is, and not in the hands of the worker.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

SLOW_SECONDS = 2.0
MOST_AT_SLOW = 2


@dataclass(slots=True)
class Turns:
    """What this process is about to send, and who was slow to take it; both are forgotten with the process."""

    slow_seconds: float = SLOW_SECONDS
    clock: Callable[[], float] = monotonic
    _under_way: Counter[int] = field(default_factory=Counter)
    _slow: set[int] = field(default_factory=set)

    def is_free(self, receiver: int) -> bool:
        """Whether there is a turn for it now."""
        return receiver not in self._slow or self._under_way[receiver] < MOST_AT_SLOW

    @contextmanager
    def taken(self, receiver: int) -> Iterator[None]:
        """Have a turn for as long as the block runs; how long that was says whether the receiver is slow."""
        began = self.clock()
        self._under_way[receiver] += 1
        try:
            yield
        finally:
            self._under_way[receiver] -= 1
            if self.clock() - began >= self.slow_seconds:
                self._slow.add(receiver)
            else:
                self._slow.discard(receiver)
