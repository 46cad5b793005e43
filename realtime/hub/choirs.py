"""Who is live in a topic: those who sleep in choirs, all others singly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from realtime.feed import Event
from realtime.hub.choir import Choir, Kind

if TYPE_CHECKING:
    from realtime.hub.subscriber import Subscriber


class Choirs:
    """Each choir is of a kind. While something waits for one, those who would join it begin another; two become one
    when nothing waits for either."""

    __slots__ = ("_all", "_open", "singly")

    def __init__(self) -> None:
        self.singly: dict[Subscriber, None] = {}
        self._all: dict[Choir, None] = {}
        self._open: dict[Kind, Choir] = {}

    def __iter__(self) -> Iterator[Choir]:
        """As they are now."""
        return iter(tuple(self._all))

    def join(self, subscriber: Subscriber, *, position: int) -> None:
        """It sleeps, nothing waits for it, and it has come as far as `position`. Whoever cannot be told together with
        others goes on singly."""
        outlet = subscriber.outlet
        try:
            kin = None if outlet is None else outlet.kin()
            pipe = None if outlet is None or kin is None else outlet.pipe(subscriber.disturb)
        except Exception:
            return  # they are told why in their own task, once there is something to tell
        if outlet is None or pipe is None:
            return
        kind = Kind(subscriber.accept, subscriber.direct, kin)
        choir = self._open.get(kind)
        if choir is None or choir.waiting:
            choir = self._open[kind] = Choir(kind, choirs=self, position=position)
            self._all[choir] = None
        choir.join(subscriber, pipe, newest=outlet.newest)
        self.singly.pop(subscriber, None)

    def offer(self, event: Event, *, capacity: int) -> None:
        for choir in self:
            choir.offer(event, capacity=capacity)

    def sing(self) -> None:
        for choir in self:
            choir.sing()

    def rest(self, choir: Choir) -> None:
        """Nothing waits for it any more."""
        other = self._open.get(choir.kind)
        if other is None or other is choir or other.waiting:
            self._open[choir.kind] = choir
            return
        larger, smaller = (choir, other) if len(choir.members) > len(other.members) else (other, choir)
        larger.take_in(smaller)
        self.forget(smaller)
        self._open[choir.kind] = larger

    def forget(self, choir: Choir) -> None:
        """Nobody is left in it."""
        self._all.pop(choir, None)
        if self._open.get(choir.kind) is choir:
            del self._open[choir.kind]
