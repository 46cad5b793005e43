"""One subscriber's queue: bounded, in order, and honest about what it could not hold."""

import asyncio
from collections import deque
from collections.abc import Callable

from realtime.feed import Ephemeral, Event, Resync, ResyncReason

Item = Event | Ephemeral | Resync

Accept = Callable[[Event], bool]
"""Whether the subscriber may see an event, and wants to. What it raises ends its subscription."""


class Subscriber:
    """What waits for one subscriber, and how far it has come.

    `cursor` is the seq of the last event that was seen for it, accepted or not.
    """

    __slots__ = ("_capacity", "_error", "_items", "_loss", "_ready", "_topic", "accept", "cursor")

    def __init__(self, topic: str, *, accept: Accept, capacity: int) -> None:
        self.accept = accept
        self.cursor = 0
        self._topic = topic
        self._capacity = capacity
        self._items: deque[Event | Ephemeral] = deque()
        self._loss: ResyncReason | None = None
        self._error: BaseException | None = None
        self._ready = asyncio.Event()

    def offer(self, event: Event) -> None:
        """Queue the event if it is new and accepted. A full queue is emptied, and a Resync takes its place."""
        if event.seq <= self.cursor:
            return
        self.cursor = event.seq
        if self._loss is not None:
            return
        try:
            accepted = self.accept(event)
        except Exception as error:
            self.fail(error)
            return
        if accepted:
            self._push(event)

    def offer_ephemeral(self, message: Ephemeral) -> None:
        """Queue the message while there is room to spare; it is the first to go when there is not."""
        if self._loss is None and len(self._items) < self._capacity // 2:
            self._items.append(message)
            self._ready.set()

    def lose(self, reason: ResyncReason) -> None:
        """Give up what is queued; the subscriber goes on from wherever its cursor is when it hears of it."""
        self._items.clear()
        self._loss = self._loss or reason
        self._ready.set()

    def fail(self, error: BaseException) -> None:
        """End the subscription: whoever waits for the next item gets the error instead."""
        self._error = error
        self._ready.set()

    def check(self) -> None:
        """Raise the error that ended the subscription, if one did."""
        if self._error is not None:
            raise self._error

    async def next(self) -> Item:
        """The next item, as soon as there is one."""
        while not (self._items or self._loss or self._error):
            self._ready.clear()
            await self._ready.wait()
        self.check()
        if self._loss is not None:
            reason, self._loss = self._loss, None
            return Resync(self._topic, reason, self.cursor)
        return self._items.popleft()

    def _push(self, event: Event) -> None:
        if len(self._items) >= self._capacity:
            events = [item for item in self._items if isinstance(item, Event)]
            self._items = deque(events)
        if len(self._items) >= self._capacity:
            self.lose(ResyncReason.TOO_SLOW)
            return
        self._items.append(event)
        self._ready.set()
