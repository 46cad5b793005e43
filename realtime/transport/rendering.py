"""What was made of one event for all subscribers who share it: executed once, and encoded once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from realtime.sharing import Renderings

T = TypeVar("T")

FRESH_SECONDS = 1.0
"""How old a rendering may be: who is slow is told what is true now, as somebody may have taken back meanwhile what an
event was about, or somebody's rights."""


class Rendering(Generic[T]):
    """One execution, in a task of its own, so that it goes on where the subscriber is gone who was the first; it ends
    with the last one who waits for it."""

    __slots__ = ("_task", "_waiting", "began", "given_up", "outcome")

    def __init__(self, work: Coroutine[Any, Any, T], *, began: float) -> None:
        self.began = began
        self.given_up = False
        self.outcome: T | None = None
        self._waiting: set[asyncio.Future[None]] = set()
        self._task = asyncio.create_task(work)
        self._task.add_done_callback(self._finish)

    async def wait(self) -> T:
        done = self.join()
        try:
            await done
        finally:
            self.leave(done)
        return self._task.result()

    def join(self) -> asyncio.Future[None]:
        """Done when the execution is, however it ended; to be left in any case."""
        # Neither the task itself nor a shield of it, which costs more than all else there is to do for a subscriber.
        done = asyncio.get_running_loop().create_future()
        if self._task.done():
            done.set_result(None)
        else:
            self._waiting.add(done)
        return done

    def leave(self, waiting: asyncio.Future[None]) -> None:
        self._waiting.discard(waiting)
        if not self._waiting and not self._task.done():
            self.given_up = True
            self._task.cancel()

    def _finish(self, task: asyncio.Task[T]) -> None:
        if not task.cancelled() and task.exception() is None:
            self.outcome = task.result()
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)


class Reading(Generic[T]):
    """One subscriber's way through renderings: each is no older than the one before it, so that nothing is told after
    what is newer."""

    __slots__ = ("_clock", "_newest")

    def __init__(self, *, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock or asyncio.get_running_loop().time
        self._newest = 0.0

    def find(self, renderings: Renderings, key: Hashable) -> Rendering[T] | None:
        """What may be told of the event; None where it has to be made, or made anew."""
        rendering: Rendering[T] | None = renderings.get(key)
        if rendering is None or rendering.given_up or rendering.began < self._clock() - FRESH_SECONDS:
            return None
        return rendering if self.take(rendering) else None

    def take(self, rendering: Rendering[T]) -> bool:
        """Whether this may be told, by what was told before."""
        if rendering.began < self._newest:
            return False
        self._newest = rendering.began
        return True

    def begin(self, renderings: Renderings, key: Hashable, work: Coroutine[Any, Any, T]) -> Rendering[T]:
        """Have it made, for everyone who comes from here on."""
        self._newest = self._clock()
        rendering = renderings[key] = Rendering(work, began=self._newest)
        return rendering

    def alone(self) -> None:
        """Something is made for this subscriber alone, now."""
        self._newest = self._clock()
