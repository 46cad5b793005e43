"""One subscriber's queue: bounded, in order, and honest about what it could not hold."""

import asyncio
from collections.abc import Callable, Hashable

from realtime.feed import Ephemeral, Event, Resync, ResyncReason
from realtime.outlet import Outlet, Pending

Item = Event | Ephemeral | Resync

Accept = Callable[[Event], bool]
"""Whether the subscriber may see an event, and wants to. What it raises ends its subscription."""


def everything(event: Event) -> bool:
    return True


def nothing(event: Event) -> bool:
    return False


class Subscriber:
    """What waits for one subscriber, and how far it has come.

    `cursor` is the seq of the last event that was seen for it, accepted or not. The events that are `direct` may be
    told by its outlet while it sleeps (pushing.py): until then they wait for it like all others.
    """

    __slots__ = (
        "_capacity",
        "_direct",
        "_error",
        "_items",
        "_loss",
        "_outlet",
        "_passing",
        "_topic",
        "_waiter",
        "accept",
        "cursor",
    )

    def __init__(
        self,
        topic: str,
        *,
        accept: Accept,
        capacity: int,
        outlet: Outlet | None = None,
        direct: Accept = nothing,
    ) -> None:
        self.accept = accept
        self.cursor = 0
        self._outlet = outlet
        self._direct = direct
        self._topic = topic
        self._capacity = capacity
        self._items: list[Event | Ephemeral] = []
        # What one that waits may tell of: with most, none ever does.
        self._passing: set[tuple[str, bytes]] | None = None
        self._loss: ResyncReason | None = None
        self._error: BaseException | None = None
        self._waiter: asyncio.Future[None] | None = None

    def has_room(self, events: int) -> bool:
        """Whether it can hold so many more; whoever is told that they were too slow holds nothing."""
        return self._loss is not None or self._error is not None or len(self._items) + events <= self._capacity

    def offer(self, event: Event) -> bool:
        """Queue the event if it is new and accepted. A full queue is emptied, and a Resync takes its place.

        True where the subscriber sleeps on, and is to be told by `push`.
        """
        if event.seq <= self.cursor:
            return False
        self.cursor = event.seq
        if self._loss is not None:
            return False
        try:
            return self.accept(event) and self._queue(event)
        except Exception as error:
            self.fail(error)
            return False

    def offer_ephemeral(self, message: Ephemeral) -> None:
        """Queue the message while there is room to spare; it is the first to go when there is not. It stands for one
        about the same that waits: of that others may have been told as it was before this one came. Where it says the
        same, it takes its turn, too."""
        about = message.about
        if self._passing is None or not self._items:
            self._passing = set()
        if about in self._passing and self._replace(message, about):
            return
        if self._loss is None and len(self._items) < self._capacity // 2:
            self._items.append(message)
            self._passing.add(about)
            self.wake()

    def _replace(self, message: Ephemeral, about: tuple[str, bytes]) -> bool:
        """Whether it has taken the place of the one that waits; that is gone in any case."""
        for position, item in enumerate(self._items):
            if isinstance(item, Ephemeral) and item.about == about:
                if item == message:
                    self._items[position] = message
                    return True
                del self._items[position]
                break
        return False

    def lose(self, reason: ResyncReason) -> None:
        """Give up what is queued; the subscriber goes on from wherever its cursor is when it hears of it."""
        self._items.clear()
        self._loss = self._loss or reason
        self.wake()

    def fail(self, error: BaseException) -> None:
        """End the subscription: whoever waits for the next item gets the error instead."""
        self._error = error
        self.wake()

    def end(self, done: asyncio.Future[None]) -> None:
        """The same, with the error that the future has."""
        error = None if done.cancelled() else done.exception()
        if error is not None:
            self.fail(error)

    def check(self) -> None:
        """Raise the error that ended the subscription, if one did."""
        if self._error is not None:
            raise self._error

    async def next(self) -> Item:
        """The next item, as soon as there is one, and what was told meanwhile is on its way."""
        while not self._error:
            if not (self._items or self._loss):
                self._waiter = asyncio.get_running_loop().create_future()
                await self._waiter
            elif self._outlet is not None and not self._outlet.is_free:
                await self._outlet.drain()
            else:
                break
        self.check()
        if self._loss is not None:
            reason, self._loss = self._loss, None
            return Resync(self._topic, reason, self.cursor)
        return self._items.pop(0)

    def wake(self) -> None:
        """It takes what waits for it itself."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def pushed(self) -> Event | None:
        """The event that it is to be told of while it sleeps."""
        asleep = self._waiter is not None and not self._waiter.done()
        item = self._items[0] if asleep and self._items else None
        return item if isinstance(item, Event) else None

    def key(self, event: Event) -> Hashable | None:
        """That of its outlet."""
        try:
            return None if self._outlet is None else self._outlet.key(event)
        except Exception:
            return None  # it is told why in its own task

    def render(self, event: Event, key: Hashable) -> Pending | None:
        try:
            return None if self._outlet is None else self._outlet.render(event, key)
        except Exception:
            return None

    def take(self, event: Event, pending: Pending | None, key: Hashable) -> bool:
        """Be told of the event, if it is asleep and this is the next one; woken, where it cannot. True where more waits
        that may be told so, too."""
        if self.pushed is not event:
            return False
        try:
            told = pending is not None and self._outlet is not None and self._outlet.tell(event, pending, key)
        except Exception as error:
            self.fail(error)
            return False
        if not told:
            self.wake()
            return False
        del self._items[0]
        return bool(self._items)

    def _queue(self, event: Event) -> bool:
        if len(self._items) >= self._capacity:
            self._items = [item for item in self._items if isinstance(item, Event)]
        if len(self._items) >= self._capacity:
            self.lose(ResyncReason.TOO_SLOW)
            return False
        self._items.append(event)
        if self._outlet is not None and self._direct(event):
            return self.pushed is event  # whoever is to be told of an earlier one is told of this one, then
        self.wake()
        return False
