"""How to bear another party's absence: with growing pauses, and one line in the log instead of thousands."""

import logging
import random

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 2.0


def pause(failures: int) -> float:
    """Seconds to wait after so many failures in a row: doubling to two seconds, and scattered, so that many
    processes that lost the same server do not come back in step."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 16))
    return random.uniform(longest / 2, longest)


class Outage:
    """Whether somebody is away, and for how many attempts by now. Logs when it begins and when it is over."""

    def __init__(self, who: str, log: logging.Logger) -> None:
        self._who = who
        self._log = log
        self._failures = 0

    @property
    def lasting(self) -> bool:
        return self._failures > 0

    def failed(self, error: BaseException) -> float:
        """Note a failed attempt; returns the seconds to wait before the next."""
        self._failures += 1
        if self._failures == 1:
            self._log.warning("%s is away, trying again until it is back: %r", self._who, error)
        return pause(self._failures)

    def over(self) -> None:
        if self._failures:
            self._log.warning("%s is back after %d failed attempts", self._who, self._failures)
            self._failures = 0
