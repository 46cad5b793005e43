"""A subscriber that does not keep up: bounded, told so, and of no harm to the others."""

import asyncio
import gc
from collections.abc import AsyncGenerator

from realtime.feed import Ephemeral, Event, Resync, ResyncReason
from realtime.hub import Item
from tests.realtime.bus.waiting import eventually
from tests.realtime.hub.conftest import House, everything, nth


async def live(home: House, topic: str = "t") -> AsyncGenerator[Item, None]:
    """A subscriber that has begun to hear what happens, and has not asked for more since."""
    subscription = home.hub.subscribe(topic, after=None, accept=everything)
    first = asyncio.ensure_future(anext(subscription))

    async def hears() -> bool:
        if not first.done():
            await home.bus.publish_ephemeral(topic, b"hello")
        return first.done()

    await eventually(hears)
    return subscription


async def test_a_full_queue_becomes_a_resync_and_the_subscription_goes_on_from_there(unswept: House) -> None:
    quick = unswept.client("t")
    slow = await live(unswept)
    for _ in range(50):
        await unswept.tell("t", 2)
        await eventually(lambda: quick.seqs[-1:] == [unswept.ledger.head("t")])
    assert await nth(slow, 1) == [Resync("t", ResyncReason.TOO_SLOW, 100)]
    await unswept.tell("t", 2)
    assert [item.seq for item in await nth(slow, 2) if isinstance(item, Event)] == [101, 102]
    await slow.aclose()
    await eventually(lambda: quick.seqs == list(range(1, 103)))
    assert quick.resyncs == []


async def test_a_queue_that_is_just_full_loses_nothing(unswept: House) -> None:
    quick = unswept.client("t")
    slow = await live(unswept)
    for _ in range(20):
        await unswept.tell("t")
        await eventually(lambda: quick.seqs[-1:] == [unswept.ledger.head("t")])
    items = await nth(slow, 20)
    await slow.aclose()
    assert [item.seq for item in items if isinstance(item, Event)] == list(range(1, 21))


async def test_a_stalled_subscriber_holds_no_more_than_its_queue(unswept: House) -> None:
    quick = unswept.client("stalled")
    slow = await live(unswept, "stalled")
    for _ in range(10):
        await unswept.tell("stalled", 500)
        await eventually(lambda: quick.seqs[-1:] == [unswept.ledger.head("stalled")])
    quick.items.clear()
    unswept.ledger.rows["stalled"] = unswept.ledger.rows["stalled"][-1:]
    gc.collect()
    held = sum(isinstance(thing, Event) and thing.topic == "stalled" for thing in gc.get_objects())
    await slow.aclose()
    assert held <= 20 + 7 + 1


async def test_ephemeral_messages_come_in_between_and_only_in_their_topic(unswept: House) -> None:
    here, elsewhere = unswept.client("t"), unswept.client("u")
    await unswept.tell("t")
    await unswept.tell("u")
    await eventually(lambda: here.seqs == elsewhere.seqs == [1])
    await unswept.bus.publish_ephemeral("t", b"typing")
    await eventually(lambda: here.payloads == [b"typing"])
    await unswept.tell("t")
    await eventually(lambda: here.seqs == [1, 2])
    assert elsewhere.payloads == []


async def test_ephemeral_messages_are_the_first_to_go_when_the_queue_fills(unswept: House) -> None:
    quick = unswept.client("t")
    slow = await live(unswept)
    for n in range(100):
        await unswept.bus.publish_ephemeral("t", b"%d" % n)
    for _ in range(20):
        await unswept.tell("t")
        await eventually(lambda: quick.seqs[-1:] == [unswept.ledger.head("t")])
    items = await nth(slow, 20)
    await slow.aclose()
    assert [item.seq for item in items if isinstance(item, Event)] == list(range(1, 21))
    assert not any(isinstance(item, Ephemeral) for item in items)
