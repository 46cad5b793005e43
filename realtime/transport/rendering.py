"""What was made of one event for all subscribers who share it: executed once, and encoded once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from contextvars import Context, copy_context
from functools import partial
from typing import Any, Generic, TypeVar

import structlog

from realtime.sharing import Renderings

logger = structlog.get_logger(__name__)

T = TypeVar("T")

FRESH_SECONDS = 1.0
"""How old a rendering may be: who is slow is told what is true now, as somebody may have taken back meanwhile what an
event was about, or somebody's rights."""


class Rendering(Generic[T]):
    """One execution, in a task of its own, so that it goes on where the subscriber is gone who was the first; it ends
    with the last one who waits for it."""

    __slots__ = ("_calls", "_task", "_work", "began", "given_up", "is_over", "outcome")

    def __init__(self, work: Coroutine[Any, Any, T], *, began: float) -> None:
        self.began = began
        self.given_up = False
        self.is_over = False
        self.outcome: T | None = None
        self._calls: dict[Callable[[], object], Context] = {}
        self._work = work
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(self._finish)

    async def wait(self) -> T:
        done = asyncio.get_running_loop().create_future()
        call = partial(_settle, done)
        if not self.then(call):
            return self._task.result()
        try:
            await done
        finally:
            self.leave(call)
        return self._task.result()

    def then(self, call: Callable[[], object]) -> bool:
        """Have it called in the very turn in which this is over, however it ends, unless it is left before; False where
        it is over."""
        # By neither the task itself nor futures: each would take one turn more of the event loop.
        if not self.is_over:
            self._calls[call] = copy_context()
        return not self.is_over

    def leave(self, call: Callable[[], object]) -> None:
        """Wait no more; what nobody waits for is given up."""
        self._calls.pop(call, None)
        if not self._calls and not self.is_over:
            self.given_up = True
            self._task.cancel()

    async def _run(self) -> T:
        try:
            self.outcome = await self._work
            return self.outcome
        finally:
            self._end()

    def _end(self) -> None:
        self.is_over = True
        while self._calls:
            call = next(iter(self._calls))
            try:
                self._calls.pop(call).run(call)
            except Exception:
                logger.exception("An event could not be told")

    def _finish(self, task: asyncio.Task[T]) -> None:
        """It may have been cancelled before it began; that it failed is said by `wait`."""
        self._work.close()
        self._end()
        if not task.cancelled():
            task.exception()


def _settle(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


class Reading(Generic[T]):
    """One subscriber's way through renderings: each is no older than the one before it, so that nothing is told after
    what is newer. `newest` is when the last one began."""

    __slots__ = ("_clock", "newest")

    def __init__(self, *, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock or asyncio.get_running_loop().time
        self.newest = 0.0

    def find(self, renderings: Renderings, key: Hashable) -> Rendering[T] | None:
        """What may be told of the event; None where it has to be made, or made anew."""
        rendering: Rendering[T] | None = renderings.get(key)
        if rendering is None or rendering.given_up or rendering.began < self._clock() - FRESH_SECONDS:
            return None
        return rendering if self.take(rendering) else None

    def take(self, rendering: Rendering[T]) -> bool:
        """Whether this may be told, by what was told before."""
        if rendering.began < self.newest:
            return False
        self.newest = rendering.began
        return True

    def begin(self, renderings: Renderings, key: Hashable, work: Coroutine[Any, Any, T]) -> Rendering[T]:
        """Have it made, for everyone who comes from here on."""
        self.newest = self._clock()
        rendering = renderings[key] = Rendering(work, began=self.newest)
        return rendering

    def alone(self) -> None:
        """Something is made for this subscriber alone, now."""
        self.newest = self._clock()
