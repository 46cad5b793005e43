"""One subscriber's queue: bounded, in order, and honest about what it could not hold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from realtime.feed import Ephemeral, Event, Resync, ResyncReason
from realtime.outlet import Outlet

if TYPE_CHECKING:
    from realtime.hub.choir import Choir
    from realtime.hub.topic import Topic

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
    told by its outlet while it sleeps: then it is in a choir (choir.py), where they wait for all of them, and what is
    here is as it was when it fell asleep. Whatever else happens to it wakes it first. It has a `place` once it is live.
    """

    __slots__ = (
        "_capacity",
        "_error",
        "_loss",
        "_passing",
        "_topic",
        "_waiter",
        "accept",
        "choir",
        "cursor",
        "direct",
        "items",
        "outlet",
        "place",
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
        self.outlet = outlet
        self.direct = direct
        self.place: Topic | None = None
        self.choir: Choir | None = None
        self._topic = topic
        self._capacity = capacity
        self.items: list[Event | Ephemeral] = []
        # What one that waits may tell of: with most, none ever does.
        self._passing: set[tuple[str, bytes]] | None = None
        self._loss: ResyncReason | None = None
        self._error: BaseException | None = None
        self._waiter: asyncio.Future[None] | None = None

    def has_room(self, events: int) -> bool:
        """Whether it can hold so many more; whoever is told that they were too slow holds nothing."""
        return self._loss is not None or self._error is not None or len(self.items) + events <= self._capacity

    def offer_ephemeral(self, message: Ephemeral) -> None:
        """Queue the message while there is room to spare; it is the first to go when there is not. It stands for one
        about the same that waits: of that others may have been told as it was before this one came. Where it says the
        same, it takes its turn, too."""
        about = message.about
        if self.choir is not None:
            self.wake()
        if self._passing is None or not self.items:
            self._passing = set()
        if about in self._passing and self._replace(message, about):
            return
        if self._loss is None and len(self.items) < self._capacity // 2:
            self.items.append(message)
            self._passing.add(about)
            self.wake()

    def _replace(self, message: Ephemeral, about: tuple[str, bytes]) -> bool:
        """Whether it has taken the place of the one that waits; that is gone in any case."""
        for position, item in enumerate(self.items):
            if isinstance(item, Ephemeral) and item.about == about:
                if item == message:
                    self.items[position] = message
                    return True
                del self.items[position]
                break
        return False

    def lose(self, reason: ResyncReason) -> None:
        """Give up what is queued; the subscriber goes on from wherever its cursor is when it hears of it."""
        self.wake()
        self.items.clear()
        self._loss = self._loss or reason

    def fail(self, error: BaseException) -> None:
        """End the subscription: whoever waits for the next item gets the error instead."""
        self._error = error
        self.wake()

    def check(self) -> None:
        """Raise the error that ended the subscription, if one did."""
        if self._error is not None:
            raise self._error

    async def next(self) -> Item:
        """The next item, as soon as there is one, and what was told meanwhile is on its way."""
        while not self._error:
            if not (self.items or self._loss):
                self._waiter = asyncio.get_running_loop().create_future()
                if self.place is not None:
                    self.place.rest(self)
                try:
                    await self._waiter
                finally:
                    self.leave_choir()
            elif self.outlet is not None and not self.outlet.is_free:
                await self.outlet.drain()
            else:
                break
        self.check()
        if self._loss is not None:
            reason, self._loss = self._loss, None
            return Resync(self._topic, reason, self.cursor)
        return self.items.pop(0)

    def wake(self) -> None:
        """It takes what waits for it itself."""
        self.leave_choir()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def leave_choir(self) -> None:
        choir, self.choir = self.choir, None
        if choir is not None:
            choir.release(self)

    def disturb(self) -> None:
        """Its outlet says nothing directly any more, or it would be told otherwise than its choir."""
        if self.choir is not None:
            self.choir.excuse(self)

    def make_room(self) -> bool:
        """For one more event, at the cost of what is of the moment, or else of all that waits: then False."""
        if len(self.items) >= self._capacity:
            self.items = [item for item in self.items if isinstance(item, Event)]
        if len(self.items) >= self._capacity:
            self.lose(ResyncReason.TOO_SLOW)
            return False
        return True


def offer(event: Event, subscribers: Iterable[Subscriber]) -> None:
    """Queue the event for each for whom it is new, and who accepts it. A full queue is emptied, and a Resync takes its
    place."""
    seq, verdicts = event.seq, _Verdicts(event)
    for one in subscribers:
        if seq <= one.cursor:
            continue
        one.cursor = seq
        if one._loss is not None:
            continue
        try:
            if verdicts[one.accept] and (not one.items or one.make_room()):
                one.items.append(event)
                one.wake()
        except Exception as error:
            one.fail(error)


class _Verdicts(dict[Accept, bool]):
    """Of those that many have in common, each is asked once."""

    __slots__ = ("_event",)

    def __init__(self, event: Event) -> None:
        self._event = event

    def __missing__(self, accept: Accept) -> bool:
        verdict = self[accept] = accept(self._event)
        return verdict
