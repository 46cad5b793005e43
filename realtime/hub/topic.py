"""One topic in one process: who is subscribed, and how far its rows were read for the live ones."""

import asyncio
from collections.abc import Sequence

from realtime.bus import Membership
from realtime.events import Hint
from realtime.feed import Event, Head, ResyncReason, told_by, unbroken
from realtime.hub.choirs import Choirs
from realtime.hub.subscriber import Subscriber, offer


class Topic:
    """A topic lives from its first subscriber to its last.

    `subscribers` are all, `live` those who have caught up, `listeners` those of other topics who hear what is of the
    moment here, too. `position` is the seq up to which the live ones
    have been given everything; `known` is the highest seq that is believed to exist. What lies between is to
    be read, but for what is `noted`, as it came along with hints.
    """

    __slots__ = (
        "_capacity",
        "_choirs",
        "failures",
        "known",
        "listeners",
        "live",
        "membership",
        "name",
        "noted",
        "position",
        "queued",
        "retry",
        "subscribers",
    )

    def __init__(self, name: str, membership: Membership, *, capacity: int) -> None:
        self.name = name
        self._capacity = capacity
        self._choirs = Choirs()
        self.membership = membership
        self.subscribers: set[Subscriber] = set()
        self.live: dict[Subscriber, None] = {}
        self.listeners: set[Subscriber] = set()
        self.position = 0
        self.known = 0
        self.noted: list[Event] = []
        self.queued = False
        self.failures = 0
        self.retry: asyncio.TimerHandle | None = None

    @property
    def behind(self) -> bool:
        return bool(self.live) and self.known > self.position

    def has_room(self, page: int) -> bool:
        """Whether all who are live can hold the next page, or what there is of it."""
        coming = min(page, self.known - self.position)
        return coming <= 0 or (
            all(subscriber.has_room(coming) for subscriber in self._choirs.singly)
            and all(choir.has_room(coming, capacity=self._capacity) for choir in self._choirs)
        )

    def close(self) -> None:
        """The last subscriber has left."""
        self.membership.leave()
        if self.retry is not None:
            self.retry.cancel()

    def learn(self, seq: int) -> None:
        """Somebody says that the topic has come as far as this."""
        self.known = max(self.known, seq)

    def note(self, hint: Hint, *, most: int) -> None:
        """Keep what came along with a hint, if that is what comes next."""
        last = self.noted[-1].seq if self.noted else self.position
        if self.live and hint.before <= last < hint.seq:
            self.noted += told_by(hint)[last - hint.before :][: most - len(self.noted)]

    def take_noted(self) -> Sequence[Event]:
        """What is noted and follows `position`."""
        noted, self.noted = [event for event in self.noted if event.seq > self.position], []
        return unbroken(noted, after=self.position)

    def settle(self, *, believed: int, reached: int) -> None:
        """The table ends at `reached` although more was believed; nobody has claimed more since, so forget it.

        A hint can promise too much when the database was restored to an earlier time.
        """
        if self.known == believed:
            self.known = max(reached, self.position if self.live else 0)

    def attach(self, subscriber: Subscriber) -> None:
        """Make a subscriber live that has read all that is `known`; what is found later comes by `deliver`."""
        if subscriber.cursor > self.known:  # the database was restored to an earlier time while it was reading
            subscriber.cursor = self.known
            subscriber.lose(ResyncReason.UNKNOWN_CURSOR)
        if not self.live:
            self.position = subscriber.cursor
        self.live[subscriber] = self._choirs.singly[subscriber] = None
        subscriber.place = self

    def detach(self, subscriber: Subscriber) -> None:
        """It hears nothing here any more."""
        subscriber.leave_choir()
        self.live.pop(subscriber, None)
        self._choirs.singly.pop(subscriber, None)
        self.subscribers.discard(subscriber)
        self.listeners.discard(subscriber)

    def rest(self, subscriber: Subscriber) -> None:
        """It sleeps, as nothing waits for it."""
        if subscriber.cursor == self.position:  # it may have read more by itself than the others were given yet
            self._choirs.join(subscriber, position=self.position)

    def deliver(self, events: Sequence[Event]) -> None:
        """Give the events that follow `position` to everyone who is live."""
        for event in events:
            self._choirs.offer(event, capacity=self._capacity)
            offer(event, self._choirs.singly)
        self.position = events[-1].seq
        self.learn(self.position)
        self._choirs.sing()

    def restart(self, reason: ResyncReason, head: Head) -> None:
        """The live subscribers cannot be brought to the head row by row: tell them, and go on from there."""
        self.position = self.known = head.seq
        self.noted = []
        for subscriber in self.live:
            subscriber.lose(reason)
            subscriber.cursor = head.seq
