"""Subscribing: from a client's cursor through the rows into what happens now, with no gap and nothing twice."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import suppress

from realtime.bus import Bus, Listener, Membership, Missed, Notice
from realtime.ending import Ending
from realtime.events import Hint
from realtime.feed import EventStore, Head, Resync, ResyncReason, verdict
from realtime.hub.heads import Heads, going_away
from realtime.hub.limits import Limits
from realtime.hub.pages import Pages
from realtime.hub.reader import Reader
from realtime.hub.replay import Replay
from realtime.hub.rows import Rows
from realtime.hub.subscriber import Accept, Item, Subscriber, nothing
from realtime.hub.topic import Topic
from realtime.outlet import Outlet


class Hub:
    """All subscriptions of one process. Runs from `start` to `stop`, on one event loop."""

    def __init__(self, bus: Bus, store: EventStore, *, limits: Limits | None = None) -> None:
        self._bus = bus
        self._limits = limits = limits or Limits()
        self._topics: dict[str, Topic] = {}
        rows = Rows(store, page=limits.page, seconds=limits.store_seconds)
        self._heads = Heads(rows, self._topics, compare=self._compare, sweep_seconds=limits.sweep_seconds)
        self._reader = Reader(rows, self._heads, limits=limits)
        self._pages = Pages(rows, size=limits.page, parallel=limits.replays)
        self._replay = Replay(self._pages, self._heads)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def topics(self) -> int:
        """How many topics have subscribers here."""
        return len(self._topics)

    @property
    def subscribers(self) -> int:
        """How many subscriptions are open here."""
        return sum(len(topic.subscribers) for topic in self._topics.values())

    @property
    def live(self) -> int:
        """How many of them have caught up, and hear what is of the moment."""
        return sum(len(topic.live) for topic in self._topics.values())

    async def start(self) -> None:
        readers = (self._reader.run() for _ in range(self._limits.readers))
        self._tasks = [asyncio.create_task(run, name="hub") for run in (self._heads.run(), *readers)]

    async def stop(self) -> None:
        """End every subscription with Unavailable; clients come back elsewhere with their cursors."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        self._heads.end()
        self._pages.forget_all()
        for topic in self._topics.values():
            for subscriber in topic.subscribers:
                subscriber.fail(going_away())

    async def subscribe(
        self,
        topic: str,
        *,
        after: int | None,
        accept: Accept,
        beside: Collection[str] = (),
        until: Ending | None = None,
        outlet: Outlet | None = None,
        direct: Accept = nothing,
    ) -> AsyncGenerator[Item, None]:
        """The topic's accepted events after a seq, each once and in order, then those that happen.

        Without `after`, those that happen from now on. A Resync stands for events that cannot be had: the
        events above its seq follow. Ephemeral messages come in between, once live, also those of the topics
        `beside` it. It ends only by being closed, by an error of `accept` or of `until`, as soon as that comes, or
        with Unavailable when the hub stops.

        While nobody takes anything, as nothing has happened, what is accepted and `direct` may be told by the `outlet`
        in place of being given here.
        """
        subscriber = Subscriber(topic, accept=accept, capacity=self._limits.queue, outlet=outlet, direct=direct)
        until, fail = until or Ending(), subscriber.fail
        until.then(fail)
        place = self._enter(topic)
        place.subscribers.add(subscriber)
        places = [place, *map(self._enter, set(beside))]
        for other in places[1:]:
            other.listeners.add(subscriber)
        try:
            await self._join(place)
            reason = await self._begin(place, subscriber, after)
            subscriber.check()
            if reason is not None:
                yield Resync(topic, reason, subscriber.cursor)
            while subscriber.cursor < place.known:
                for item in await self._replay.page(place, subscriber):
                    subscriber.check()
                    yield item
            place.attach(subscriber)  # no wait since `known` was looked at
            while True:
                yield await subscriber.next()
        finally:
            until.forget(fail)
            for one in places:
                self._leave(one, subscriber)

    def listen(self, topic: str, listener: Listener) -> Membership:
        """Hear what is mentioned on a topic that has no feed, until the membership is left."""
        if not self._tasks:
            raise going_away()
        return self._bus.join(topic, listener)

    def _enter(self, name: str) -> Topic:
        if not self._tasks:
            raise going_away()
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = Topic(
                name, self._bus.join(name, self._hear), capacity=self._limits.queue
            )
        return topic

    def _leave(self, topic: Topic, subscriber: Subscriber) -> None:
        """Without a wait, so that it happens whole, wherever the subscription was cancelled."""
        topic.detach(subscriber)
        if not topic.subscribers and not topic.listeners:
            del self._topics[topic.name]
            topic.close()

    async def _join(self, topic: Topic) -> None:
        """Wait until hints are heard. Where they are not, the subscription goes on: the sweep serves it."""
        if self._bus.healthy:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._limits.join_seconds):
                    await topic.membership.live()

    async def _begin(self, topic: Topic, subscriber: Subscriber, after: int | None) -> ResyncReason | None:
        """Place the subscriber's cursor: where the client says, or at the head where that cannot be."""
        head = await self._heads.of(topic.name)
        topic.learn(head.seq)
        reason = None if after is None else verdict(after, head)
        subscriber.cursor = head.seq if after is None or reason is not None else after
        return reason

    def _hear(self, notice: Notice) -> None:
        topic = self._topics.get(notice.topic)
        if topic is None:
            return
        if isinstance(notice, Hint):
            topic.learn(notice.seq)
            topic.note(notice, most=self._limits.page)
            self._reader.enqueue(topic)
        elif isinstance(notice, Missed):
            self._heads.doubt(topic.name)
        else:
            for subscriber in (*topic.live, *topic.listeners):
                subscriber.offer_ephemeral(notice)

    def _compare(self, topic: Topic, head: Head, position: int) -> None:
        """A head below what was already read means that the database was restored to an earlier time."""
        topic.learn(head.seq)
        if topic.live and head.seq < position:
            topic.restart(ResyncReason.UNKNOWN_CURSOR, head)
            self._pages.forget(topic.name)
        self._reader.enqueue(topic)
