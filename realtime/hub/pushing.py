"""Telling subscribers directly what was made of an event once for all of them, while their tasks sleep on.

An event that can be told so is queued like any other, but nobody is woken. When the rendering is there, whoever still
sleeps, with the event as the next one, is told, and it is taken off their queue. Whoever was woken meanwhile, by
whatever it was, takes it from there themselves; and so do all, where the rendering fails or takes too long. Thus each
event is told by one of both, in the order of the queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable
from typing import Final

from realtime.feed import Event
from realtime.hub.subscriber import Subscriber
from realtime.outlet import Pending

PATIENCE_SECONDS: Final = 1.0
"""How long those who sleep wait for a rendering; then each is woken to have it made."""


def push(subscribers: Iterable[Subscriber]) -> None:
    """Have them told of the events that wait for them. Whoever cannot be told so is woken."""
    volleys: dict[Hashable, Volley] = {}
    for subscriber in subscribers:
        waiter, items = subscriber.waiter, subscriber.items
        if waiter is None or waiter.done() or not items:
            continue
        event = items[0]
        if not isinstance(event, Event):
            continue
        known = subscriber.key
        key = known[1] if known is not None and known[0] == event.kind else _ask_for_key(subscriber, event)
        if key is None:
            subscriber.wake()
            continue
        one = id(event), key
        if one not in volleys:
            volleys[one] = Volley(event, key)
        volleys[one].subscribers.append(subscriber)
    for volley in volleys.values():
        volley.begin()


def _ask_for_key(subscriber: Subscriber, event: Event) -> Hashable | None:
    try:
        key = None if subscriber.outlet is None else subscriber.outlet.key(event)
    except Exception:
        return None  # they are told why in their own task
    subscriber.key = None if key is None else (event.kind, key)
    return key


class Volley:
    """One event for those who share it. From `begin` on, each of them is told or woken."""

    __slots__ = ("_event", "_key", "_pending", "_timer", "subscribers")

    def __init__(self, event: Event, key: Hashable) -> None:
        self.subscribers: list[Subscriber] = []
        self._event = event
        self._key = key
        self._pending: Pending | None = None
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        self._pending = self._rendered()
        if self._pending is not None:
            waiting = self._pending.join()
            waiting.add_done_callback(self._end)
            self._timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, waiting.cancel)

    def _rendered(self) -> Pending | None:
        """By the first who can; whoever cannot is told why in their own task."""
        for subscriber in self.subscribers:
            try:
                if subscriber.outlet is not None:
                    return subscriber.outlet.render(self._event, self._key)
            except Exception:
                subscriber.key = None
                subscriber.wake()
        return None

    def _end(self, waiting: asyncio.Future[None]) -> None:
        assert self._pending is not None and self._timer is not None
        self._timer.cancel()
        pending = None if waiting.cancelled() else self._pending
        more = self._told(pending)
        self._pending.leave(waiting)
        push(more)

    def _told(self, pending: Pending | None) -> list[Subscriber]:
        """Tell whoever is asleep and has this event as the next one; whoever cannot be told so is woken. Back come
        those for whom more waits."""
        event, key, more = self._event, self._key, []
        for subscriber in self.subscribers:
            waiter, items = subscriber.waiter, subscriber.items
            if waiter is None or waiter.done() or not items or items[0] is not event:
                continue
            try:
                if (
                    pending is None
                    or subscriber.outlet is None
                    or not subscriber.outlet.tell(event, pending, key)
                ):
                    subscriber.key = None
                    subscriber.wake()
                    continue
            except Exception as error:
                subscriber.fail(error)
                continue
            del items[0]
            if items:
                more.append(subscriber)
        return more
