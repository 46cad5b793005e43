"""When a job that failed runs again."""

import asyncio
import math

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job

FIRST_PAUSE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 3600.0
# For what nobody foresaw, such as a database that is being restarted: about four hours.
MOST_UNFORESEEN = 10


class TryAgain(Exception):
    """The job could not do its work now; `after_seconds` is how long the provider asked to wait.

    Says nothing of why, so that no address or answer of a provider's comes into the log. The job itself decides
    when it gives up.
    """

    def __init__(self, *, after_seconds: float | None = None) -> None:
        super().__init__("to be tried again later")
        self.after_seconds = after_seconds


class Backoff(BaseRetryStrategy):
    """Waits twice as long each time, from half a minute up to an hour, and at least what the provider asked for."""

    def __init__(self, *, most_unforeseen: float = MOST_UNFORESEEN) -> None:
        self._most_unforeseen = most_unforeseen

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        # The worker is stopping, and has cancelled what was not done in time: it is not the job's fault.
        if isinstance(exception, asyncio.CancelledError | JobAborted):
            return RetryDecision()
        asked = 0.0
        if isinstance(exception, TryAgain):
            asked = exception.after_seconds or 0.0
        elif job.attempts >= self._most_unforeseen:
            return None
        seconds = math.ceil(max(_pause(job), asked))
        return RetryDecision(retry_in={"seconds": seconds})


def _pause(job: Job) -> float:
    """Up to a tenth longer for some jobs than for others, so that those of one outage do not all come at once."""
    pause = min(FIRST_PAUSE_SECONDS * float(2 ** min(job.attempts, 20)), LONGEST_PAUSE_SECONDS)
    share: float = (job.id or 0) % 100 / 1000
    return pause * (1 + share)


BACKOFF = Backoff()

# For what gives itself up in the end, and may have waited for its turn many times before something unforeseen comes.
TIRELESS = Backoff(most_unforeseen=math.inf)
