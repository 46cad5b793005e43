"""A subscriber that does not keep up: bounded, told so, and of no harm to the others."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from dataclasses import replace

from realtime.feed import Ephemeral, Event, Resync, ResyncReason
from realtime.hub import Item
from tests.realtime.bus.waiting import eventually
from tests.realtime.hub.conftest import NO_SWEEP, House, everything, house, nth


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


async def test_however_much_happens_at_once_who_goes_on_taking_it_loses_nothing() -> None:
    """A subscriber who works on each event for a while, as one does that answers it by a query."""
    patient = replace(NO_SWEEP, room_seconds=20)
    async with house(limits=patient) as home:
        busy = await live(home)
        await home.tell("t", 500)
        seqs: list[int] = []
        while len(seqs) < 500:
            [item] = await nth(busy, 1)
            assert isinstance(item, Event | Ephemeral), item
            seqs += [item.seq] if isinstance(item, Event) else []
            for _ in range(3):
                await asyncio.sleep(0)
        await busy.aclose()
        assert seqs == list(range(1, 501))


async def test_who_takes_nothing_holds_up_the_others_once_and_not_for_long() -> None:
    async with house(limits=replace(NO_SWEEP, room_seconds=0.2)) as home:
        stalled = await live(home)
        quick = home.client("t")
        began = asyncio.get_running_loop().time()
        await home.tell("t", 700)
        await eventually(lambda: quick.seqs == list(range(1, 701)))
        assert asyncio.get_running_loop().time() - began < 100 * 0.2  # of the hundred pages at most two waited
        await stalled.aclose()


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


async def test_of_what_changes_to_and_fro_who_is_slow_hears_how_it_is_now(unswept: House) -> None:
    slow = await live(unswept)
    for n in range(1_001):
        await unswept.bus.publish_ephemeral("t", b"anna=%d" % (n % 2))
        await unswept.bus.publish_ephemeral("t", b"ben=%d" % ((n + 1) % 2))
    await unswept.bus.publish_ephemeral("t", b"last")
    heard = [item.payload for item in await nth(slow, 3) if isinstance(item, Ephemeral)]
    await slow.aclose()
    assert heard == [b"anna=0", b"ben=1", b"last"]


async def test_who_is_slow_is_given_the_newest_of_what_says_the_same(unswept: House) -> None:
    """Of an older one others may have been told already, as it was before something changed once more."""
    slow = await live(unswept)
    quick = unswept.client("t", after=None)
    for _ in range(2):
        before = len(quick.items)
        while len(quick.items) == before:
            await unswept.bus.publish_ephemeral("t", b"anna")
            await asyncio.sleep(0)
    newest, [heard] = quick.items[-1], await nth(slow, 1)
    await slow.aclose()
    assert heard is newest
