"""One topic in one process: who is subscribed, and how far its rows were read for the live ones."""

import asyncio
from collections.abc import Sequence

from realtime.bus import Membership
from realtime.feed import Event, Head, ResyncReason
from realtime.hub.pushing import push
from realtime.hub.subscriber import Subscriber


class Topic:
    """A topic lives from its first subscriber to its last.

    `subscribers` are all, `live` those who have caught up, `listeners` those of other topics who hear what is of the
    moment here, too. `position` is the seq up to which the live ones
    have been given everything; `known` is the highest seq that is believed to exist. What lies between is to
    be read.
    """

    __slots__ = (
        "failures",
        "known",
        "listeners",
        "live",
        "membership",
        "name",
        "position",
        "queued",
        "retry",
        "subscribers",
    )

    def __init__(self, name: str, membership: Membership) -> None:
        self.name = name
        self.membership = membership
        self.subscribers: set[Subscriber] = set()
        self.live: set[Subscriber] = set()
        self.listeners: set[Subscriber] = set()
        self.position = 0
        self.known = 0
        self.queued = False
        self.failures = 0
        self.retry: asyncio.TimerHandle | None = None

    @property
    def behind(self) -> bool:
        return bool(self.live) and self.known > self.position

    def has_room(self, page: int) -> bool:
        """Whether all who are live can hold the next page, or what there is of it."""
        coming = min(page, self.known - self.position)
        return all(subscriber.has_room(coming) for subscriber in self.live)

    def close(self) -> None:
        """The last subscriber has left."""
        self.membership.leave()
        if self.retry is not None:
            self.retry.cancel()

    def learn(self, seq: int) -> None:
        """Somebody says that the topic has come as far as this."""
        self.known = max(self.known, seq)

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
        self.live.add(subscriber)

    def deliver(self, events: Sequence[Event]) -> None:
        """Give the events that follow `position` to everyone who is live."""
        asleep = [subscriber for event in events for subscriber in self.live if subscriber.offer(event)]
        self.position = events[-1].seq
        self.learn(self.position)
        push(asleep)

    def restart(self, reason: ResyncReason, head: Head) -> None:
        """The live subscribers cannot be brought to the head row by row: tell them, and go on from there."""
        self.position = self.known = head.seq
        for subscriber in self.live:
            subscriber.cursor = head.seq
            subscriber.lose(reason)
