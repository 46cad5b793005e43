"""All slots that are followed in a process, and the one task that watches over them.

A hint after commit, a look at the log of changes by anybody in this process, or the sweep tells which schedules have
changed; only what depends on those is worked out anew. So is, every minute, what time itself changes. The task lives as
long as there is anybody who follows.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime
from math import inf

from errors import RateLimited
from models.availability.memory import Memory
from models.availability.sight import look, looks
from realtime.bus import Notice
from realtime.bus.outage import Outage
from realtime.hub import Hub
from resolvers.following.agenda import Agenda
from resolvers.following.bounds import Bounds
from resolvers.following.concerns import Changes, Concerns
from resolvers.following.days import SlotsChanged
from resolvers.following.feed import SlotFeed
from resolvers.following.found import Ask
from resolvers.following.hints import Hints

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and its `key`: whoever asks under the same one is given the same answer. `by` is the socket."""

    key: Hashable
    ask: Ask
    by: Hashable | None = None


class SlotFeeds:
    """The feeds by their keys, from their first subscriber to their last."""

    def __init__(self, hub: Hub, *, clock: Callable[[], datetime], bounds: Bounds) -> None:
        self._clock = clock
        self._bounds = bounds
        self._feeds: dict[Hashable, SlotFeed] = {}
        self._subscriptions: Counter[Hashable] = Counter()
        self._changes = Changes()
        self._concerns = Concerns()
        self._dues: Agenda[SlotFeed, float] = Agenda()
        self._ends: Agenda[SlotFeed, datetime] = Agenda()
        self._hints = Hints(hub, self._hear)
        self._turn = asyncio.Semaphore(bounds.parallel)
        self._hinted = False
        self._wake = asyncio.Event()
        self._memory: Memory | None = None
        self._task: asyncio.Task[None] | None = None
        self._outage = Outage("what slots depend on", log)

    @property
    def feeds(self) -> int:
        """How many questions are followed here."""
        return len(self._feeds)

    @property
    def computed(self) -> int:
        """How often the answers that are followed now were worked out."""
        return sum(feed.computed for feed in self._feeds.values())

    async def follow(self, asked: Asked, *, after: str | None) -> AsyncGenerator[SlotsChanged, None]:
        """What is different from what the cursor knows, where there is one, and then whatever changes; ends only by
        being closed, or with the refusal of a question that has no answer, or none any more. Refuses RateLimited."""
        feed = self._enter(asked)
        try:
            async with aclosing(feed.follow(after)) as changes:
                async for change in changes:
                    yield change
        finally:
            self._leave(asked, feed)

    def _enter(self, asked: Asked) -> SlotFeed:
        if asked.by is not None and self._subscriptions[asked.by] >= self._bounds.of_one:
            raise RateLimited("Too many slots are followed on this connection.")
        feed = self._feeds.get(asked.key)
        if feed is None or feed.error is not None:
            if len(self._feeds) >= self._bounds.feeds:
                raise RateLimited("Too many slots are followed at present: ask for them now and then instead.")
            feed = self._feeds[asked.key] = SlotFeed(
                asked.ask, self._bounds, turn=self._turn, changes=self._changes, done=self._place
            )
        feed.subscribers += 1
        if asked.by is not None:
            self._subscriptions[asked.by] += 1
        self._watch()
        return feed

    def _leave(self, asked: Asked, feed: SlotFeed) -> None:
        """Without a wait, so that it happens whole, wherever the subscription was cancelled."""
        feed.subscribers -= 1
        if asked.by is not None:
            self._subscriptions[asked.by] -= 1
            if not self._subscriptions[asked.by]:
                del self._subscriptions[asked.by]
        if feed.subscribers == 0:
            self._remove(feed)
            if self._feeds.get(asked.key) is feed:
                del self._feeds[asked.key]
        if not self._feeds:
            self._rest()

    def _watch(self) -> None:
        if self._task is None:
            self._memory = looks().memory
            self._memory.hearers.add(self._hear_of_schedules)
            self._task = asyncio.create_task(self._run(), name="followed slots")

    def _rest(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self._memory is not None:
            self._memory.hearers.discard(self._hear_of_schedules)
            self._memory = None

    def _hear_of_schedules(self, changed: frozenset[str] | None) -> None:
        self._changes.note(changed or ())
        concerned = tuple(self._feeds.values()) if changed is None else self._concerns.of(changed)
        for feed in concerned:
            feed.hear(changed)
            self._plan(feed)

    def _hear(self, notice: Notice) -> None:
        if not self._hinted:
            self._hinted = True
            self._wake.set()

    def _place(self, feed: SlotFeed) -> None:
        """It rests, and has another answer perhaps: know what concerns it, and when it is to be worked out anew."""
        if feed.subscribers == 0:
            return
        self._concerns.keep(feed)
        self._hints.move(feed, to=feed.organization_id)
        if feed.until is not None:
            self._ends.put(feed, feed.until)
        self._plan(feed)
        self._wake.set()

    def _plan(self, feed: SlotFeed) -> None:
        """One that is at work looks for itself when it is due, before it rests."""
        if not feed.is_working and feed.due < inf:
            self._dues.put(feed, feed.due)
            self._wake.set()

    def _remove(self, feed: SlotFeed) -> None:
        feed.close()
        self._concerns.drop(feed)
        self._dues.drop(feed)
        self._ends.drop(feed)
        self._hints.move(feed, to=None)

    async def _run(self) -> None:
        time, bounds = self._bounds.time, self._bounds
        looked_at = time()
        while True:
            await self._sleep(self._next(looked_at) - time())
            since = time() - looked_at
            if since >= bounds.sweep_seconds or (self._hinted and since >= bounds.look_seconds):
                looked_at, self._hinted = time(), False
                await self._look()
            self._start_those_due()

    async def _look(self) -> None:
        """Whatever it shows is told by the memory. Where it fails, the next sweep looks again."""
        try:
            await look()
        except Exception as error:
            self._outage.failed(error)
        else:
            self._outage.over()

    def _start_those_due(self) -> None:
        moment = self._clock()
        for feed in self._ends.take(moment):
            if feed.until is not None and feed.until <= moment:
                feed.until = None
                feed.touch()
                self._plan(feed)
        for feed in self._dues.take(self._bounds.time()):
            feed.start()  # one that is at work will do so by itself

    def _next(self, looked_at: float) -> float:
        """When there is something to be done, if nobody wakes us before."""
        bounds = self._bounds
        dues = [looked_at + (bounds.look_seconds if self._hinted else bounds.sweep_seconds)]
        due, end = self._dues.first(), self._ends.first()
        if due is not None:
            dues.append(due)
        if end is not None:
            dues.append(bounds.time() + (end - self._clock()).total_seconds())
        return min(dues)

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0)):
                await self._wake.wait()
        self._wake.clear()
