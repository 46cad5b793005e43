"""Telling those who sleep together what was made of an event once for all of them.

Whoever waits for nothing but the next event, and is told the same as others of every event, sleeps in one choir with
them: what waits for them is kept once, and when it is rendered each is told in one go. So an event that all are told of
changes nothing about any of them. Whoever is woken, by whatever it is, leaves with what waits, and takes it from there
themselves; and so do all where the rendering fails or takes too long. Thus each event is told by one of both, in order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from realtime.feed import Event
from realtime.outlet import Pending, Pipe

if TYPE_CHECKING:
    from realtime.hub.choirs import Choirs
    from realtime.hub.subscriber import Accept, Subscriber

PATIENCE_SECONDS: Final = 1.0
"""How long those who sleep wait for a rendering; then each is woken to have it made."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is the same for all of a choir."""

    accept: Accept
    direct: Accept
    kin: Hashable


class Choir:
    """Its members are asked the same of an event, and are of the same `kin`. They have come as far as `position`, but
    for the events in `waiting`; nobody joins while there are any. How far one has come it is told when it leaves.
    """

    __slots__ = (
        "_choirs",
        "_excused",
        "_newest",
        "_pending",
        "_timer",
        "kind",
        "members",
        "position",
        "waiting",
    )

    def __init__(self, kind: Kind, *, choirs: Choirs, position: int) -> None:
        self.kind = kind
        self.members: dict[Subscriber, Pipe] = {}
        self.position = position
        self.waiting: list[Event] = []
        self._choirs = choirs
        self._excused: dict[int, Subscriber] | None = None
        self._newest = 0.0
        self._pending: Pending | None = None
        self._timer: asyncio.TimerHandle | None = None

    def join(self, subscriber: Subscriber, pipe: Pipe, *, newest: float) -> None:
        self._newest = max(self._newest, newest)
        self.members[subscriber] = pipe
        subscriber.choir = self

    def release(self, subscriber: Subscriber) -> None:
        """It goes on by itself, from where the choir is."""
        del self.members[subscriber]
        if subscriber.outlet is not None:
            subscriber.outlet.newest = max(subscriber.outlet.newest, self._newest)
        subscriber.cursor = self.position
        subscriber.items += self.waiting
        self._choirs.singly[subscriber] = None
        if not self.members:
            self._choirs.forget(self)

    def excuse(self, subscriber: Subscriber) -> None:
        """Its pipe is good no longer; while others are being told, it leaves when they have been."""
        if self._excused is None:
            subscriber.wake()
        else:
            self._excused[id(self.members[subscriber])] = subscriber

    def take_in(self, smaller: Choir) -> None:
        """All that are in another choir; nothing waits in either."""
        for subscriber, pipe in smaller.members.items():
            self.join(subscriber, pipe, newest=smaller._newest)
        smaller.members.clear()

    def has_room(self, events: int, *, capacity: int) -> bool:
        return len(self.waiting) + events <= capacity

    def offer(self, event: Event, *, capacity: int) -> None:
        """Keep the event, if it is for them. Where each has to be asked or told alone, all are woken before."""
        try:
            accepted = self.kind.accept(event)
            together = not accepted or (self.kind.direct(event) and self.has_room(1, capacity=capacity))
        except Exception:
            together = False  # each is told why in their own task
        if not together:
            self.wake()
            return
        self.position = event.seq
        if accepted:
            self.waiting.append(event)

    def wake(self) -> None:
        """Each takes what waits themselves."""
        for subscriber in tuple(self.members):
            subscriber.wake()
        self.waiting = []

    def sing(self) -> None:
        """Have all told of what waits, one event after the other, each as soon as it is rendered."""
        while self.waiting and self.members and self._pending is None:
            pending = self._rendered(self.waiting[0])
            if pending is None:
                self.wake()
            elif pending.then(self._go_on):
                self._pending = pending
                self._timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._give_up)
            else:
                self._tell(pending)
        if self.members and not self.waiting:
            self._choirs.rest(self)

    def _rendered(self, event: Event) -> Pending | None:
        """By the first who can; whoever cannot is told why in their own task."""
        while self.members:
            subscriber = next(iter(self.members))
            assert subscriber.outlet is not None
            try:
                return subscriber.outlet.render(event, since=self._newest)
            except Exception:
                subscriber.wake()
        return None

    def _go_on(self) -> None:
        pending, self._pending = self._pending, None
        if self._timer is not None:
            self._timer.cancel()
        if pending is not None:
            self._tell(pending)
        self.sing()

    def _give_up(self) -> None:
        pending, self._pending = self._pending, None
        self.wake()
        if pending is not None:
            pending.leave(self._go_on)

    def _tell(self, pending: Pending) -> None:
        try:
            payload = None if pending.outcome is None else pending.outcome.encode()
        except Exception:
            payload = None  # each is told why in their own task
        if payload is None:
            self.wake()
            return
        self._excused = {}
        missed = self._write(payload)
        excused, self._excused = self._excused, None
        for subscriber, failure in missed:
            if failure is None:
                subscriber.wake()
            else:
                subscriber.fail(failure)
        self._newest = pending.began
        del self.waiting[:1]
        for subscriber in excused.values():
            subscriber.wake()

    def _write(self, payload: bytes) -> Sequence[tuple[Subscriber, Exception | None]]:
        """Tell all but those whose pipe is good no longer, and those for whom writing fails; they are named."""
        join, excused = b"".join, self._excused
        missed: list[tuple[Subscriber, Exception | None]] = []
        wrap, length = None, 0
        # Nothing is done here for each that need not be: of many, each look at an object more is felt. Heads are mostly
        # as long as one another.
        for pipe in self.members.values():
            write, wraps, head = pipe
            if wraps is not wrap or len(head) != length:
                wrap, length = wraps, len(head)
                before, behind = wraps(payload, length)
            if excused and id(pipe) in excused:
                missed.append((excused[id(pipe)], None))
                continue
            try:
                write(join((before, head, behind)))
            except Exception as error:
                missed += [(one, error) for one, its in self.members.items() if its is pipe]
        return missed
