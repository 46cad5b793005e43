"""One question that is followed: its answer as it was told last, and all who are told when it is another.

Nothing is queued. Each subscriber knows what it was told last; one that takes nothing meanwhile is then told of all
that is different by now, at once. So a slow one costs what it knew, and never misses the newest state.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from math import inf

import structlog

from errors import Refused, RequestError
from models.availability.sight import look
from realtime.bus.outage import pause
from resolvers.following.bounds import Bounds
from resolvers.following.concerns import NOTHING, Changes
from resolvers.following.days import Days, SlotsChanged
from resolvers.following.found import Ask, Found

logger = structlog.get_logger(__name__)

_MOST_KEPT = 100


class SlotFeed:
    """`due` is when the answer is to be worked out anew, as something may have changed; `until`, when it ends by the
    clock. `computed` counts how often that was done, and `done` is called when it rests again. What has changed
    while it is at work, `changes` says."""

    def __init__(
        self,
        ask: Ask,
        bounds: Bounds,
        *,
        turn: asyncio.Semaphore,
        changes: Changes,
        done: Callable[[SlotFeed], None],
    ) -> None:
        self.subscribers = 0
        self.organization_id: int | None = None
        self.computed = 0
        self.due = inf
        self.until: datetime | None = None
        self.error: Exception | None = None
        self._ask = ask
        self._bounds = bounds
        self._turn = turn
        self._changes = changes
        self._done = done
        self._days: Days | None = None
        self._told: Days | None = None
        self._told_at = -inf
        self._tellings = 0
        self._is_ahead = False
        self._moved = asyncio.Event()
        self._items: dict[tuple[Days | str, Days], SlotsChanged | None] = {}
        self._found: Found | None = None
        self._computed_at = -inf
        self._seen = 0
        self._waiting: list[asyncio.Future[Days]] = []
        self._task: asyncio.Task[None] | None = None
        self._failures = 0

    @property
    def is_working(self) -> bool:
        return self._task is not None

    @property
    def topics(self) -> frozenset[str]:
        """What the newest answer depends on."""
        return NOTHING if self._found is None else self._found.topics

    @property
    def is_own(self) -> bool:
        return self._found is not None and self._found.is_own

    def hear(self, changed: frozenset[str] | None) -> None:
        """That these topics have changed, or anything may have, where it is None."""
        if self.error is not None:
            return
        if changed is None or not self.topics.isdisjoint(changed):
            self.touch()
        elif self.is_own:
            self._touch_own()

    def touch(self) -> None:
        """Work the answer out anew: at once, or as soon as there may be another event."""
        self.due = min(self.due, max(self._bounds.time(), self._told_at + self._bounds.event_seconds))

    def _touch_own(self) -> None:
        self.due = min(self.due, self._computed_at + self._bounds.own_seconds)

    def start(self) -> None:
        """Work it out; whoever is waiting, or comes before it has begun, is told."""
        if self._task is None:
            self._task = asyncio.create_task(self._work(), name="slots")

    def close(self) -> None:
        """The last one has left."""
        if self._task is not None:
            self._task.cancel()

    async def follow(self, known: str | None) -> AsyncGenerator[SlotsChanged, None]:
        """What is different from what is `known`, by a cursor or else as it is now; and then whatever changes."""
        seen = self._told if known is None else None
        seen = seen or await self._fresh()
        told = self._tellings
        item = None if known is None else self._item(known, seen)
        self._is_ahead = self._is_ahead or seen is not self._told
        if item is not None:
            yield item
        while True:
            while self._tellings == told and self.error is None:
                await self._moved.wait()
            if self.error is not None:
                raise self.error
            told, newest = self._tellings, self._told
            assert newest is not None
            item, seen = self._item(seen, newest), newest
            if item is not None:
                yield item

    async def _fresh(self) -> Days:
        """The days as they are from now on."""
        answer: asyncio.Future[Days] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self.start()
        return await answer

    def _item(self, known: Days | str, newest: Days) -> SlotsChanged | None:
        """One and the same for all who knew the same, so that it is written once for them."""
        key = known, newest
        if key not in self._items:
            if len(self._items) >= _MOST_KEPT:
                self._items.clear()
            self._items[key] = newest.since(known)
        return self._items[key]

    async def _work(self) -> None:
        try:
            async with self._turn:
                while self._waiting or self.due <= self._bounds.time():
                    waiting, self._waiting = self._waiting, []
                    await self._compute(waiting)
        finally:
            self._task = None
            self._done(self)

    async def _compute(self, waiting: list[asyncio.Future[Days]]) -> None:
        try:
            sight = await look()
            # What this look has told is seen by what is read from here on.
            self.due = inf
            self._seen = self._changes.number
            found = await self._ask(sight, self._days)
        except (Refused, RequestError) as error:
            self._end(error, waiting)
        except Exception as error:
            self._fail(error, waiting)
        else:
            self._failures = 0
            newest = self._learn(found)
            for one in waiting:
                if not one.done():
                    one.set_result(newest)

    def _learn(self, found: Found) -> Days:
        """The newest days: the very same as long as nothing is different, so that all who know them know the same."""
        self.computed += 1
        self._found, self._computed_at = found, self._bounds.time()
        self.organization_id, self.until = found.organization_id, found.until
        if self._days is None or found.days.by_day != self._days.by_day:
            self._days = found.days
        if self._told is None:
            self._told = self._days
        elif self._is_ahead or self._days.by_day != self._told.by_day:
            self._tell(self._days)
        # It may depend on what it did not depend on before, and that may have changed since it was read.
        if self._changes.any_of(found.topics, since=self._seen):
            self.touch()
        elif found.is_own and self._changes.number > self._seen:
            self._touch_own()
        return self._days

    def _tell(self, days: Days) -> None:
        """Tell all, as soon as there may be another event. Who has come meanwhile may be ahead of the others, and what
        they were told may be so no more."""
        now, next_at = self._bounds.time(), self._told_at + self._bounds.event_seconds
        if now < next_at:
            self.due = min(self.due, next_at)
            return
        self._told, self._told_at, self._is_ahead = days, now, False
        self._tellings += 1
        self._items.clear()
        self._wake()

    def _end(self, error: Exception, waiting: list[asyncio.Future[Days]]) -> None:
        """There is no such answer, or none any more, for any of them."""
        self.error, self.due, self.until = error, inf, None
        self._wake()
        for one in waiting:
            if not one.done():
                one.set_exception(error)

    def _fail(self, error: Exception, waiting: list[asyncio.Future[Days]]) -> None:
        """What goes wrong by itself, as while the database is away, is tried again; who has just come is told."""
        self._failures += 1
        self.due = self._bounds.time() + pause(self._failures)
        if self._failures == 1:
            logger.warning("slots.not_followed", exc_info=error)
        for one in waiting:
            if not one.done():
                one.set_exception(error)

    def _wake(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()
