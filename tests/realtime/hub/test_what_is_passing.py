"""What is of the moment waits for a slow subscriber at the cost of itself, not of all that waits there already."""

from __future__ import annotations

from realtime.feed import Ephemeral, Event
from realtime.hub.subscriber import Subscriber, offer
from tests.builders import MONDAY

MANY = 200


class Counted(Ephemeral):
    looks = 0

    @property
    def about(self) -> tuple[str, bytes]:
        Counted.looks += 1
        return super().about


def a_subscriber() -> Subscriber:
    return Subscriber("inbox:1", accept=lambda event: True, capacity=2 * MANY)


async def test_a_message_about_something_else_is_compared_with_none_that_waits() -> None:
    subscriber, before = a_subscriber(), Counted.looks
    messages = [Counted("presence:1", b"PRESENCE_CHANGED:%d" % number) for number in range(MANY)]
    for message in messages:
        subscriber.offer_ephemeral(message)
    assert Counted.looks - before <= 2 * MANY
    assert [await subscriber.next() for _ in range(MANY)] == messages


async def test_what_was_taken_may_be_told_again() -> None:
    subscriber = a_subscriber()
    for payload in (b"anna=1", b"anna=0", b"anna=1"):
        subscriber.offer_ephemeral(Ephemeral("talk:1", payload))
        assert await subscriber.next() == Ephemeral("talk:1", payload)


async def test_what_gave_way_to_events_may_come_again() -> None:
    subscriber = a_subscriber()
    subscriber.offer_ephemeral(Ephemeral("talk:1", b"anna=1"))
    for seq in range(1, 2 * MANY + 1):
        offer(Event("inbox:1", seq, "any", {}, MONDAY), [subscriber])
    for _ in range(2 * MANY):
        assert isinstance(await subscriber.next(), Event)
    subscriber.offer_ephemeral(Ephemeral("talk:1", b"anna=1"))
    assert await subscriber.next() == Ephemeral("talk:1", b"anna=1")
