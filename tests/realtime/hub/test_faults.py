"""A store that fails, forgets or is set back, and hints that are wrong: borne or told of, never passed over."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from realtime.events import Hint
from realtime.feed import Event, Resync, ResyncReason
from tests.realtime.bus.waiting import eventually
from tests.realtime.hub.conftest import QUICK, House, everything, house, nth
from tests.realtime.hub.ledger import Ledger


async def test_an_outage_of_the_store_delays_events_and_loses_none(home: House) -> None:
    home.ledger.write("t", 10)
    live = home.client("t")
    await eventually(lambda: len(live.seqs) == 10)
    home.ledger.down = True
    late = home.client("t", after=4)
    for _ in range(5):
        await home.tell("t")
    failures = home.ledger.failures
    await eventually(lambda: home.ledger.failures >= failures + 6)
    assert len(live.seqs) == 10 and late.items == []
    home.ledger.down = False
    await eventually(lambda: live.seqs == list(range(1, 16)) and late.seqs == list(range(5, 16)))


async def test_a_store_that_never_answers_is_given_up_and_asked_again() -> None:
    class Hanging(Ledger):
        hung = 0

        async def read(self, topic: str, *, after: int, limit: int) -> Sequence[Event]:
            if self.hung < 3:
                self.hung += 1
                await asyncio.Event().wait()
            return await super().read(topic, after=after, limit=limit)

    ledger = Hanging()
    ledger.write("t", 3)
    limits = replace(QUICK, store_seconds=0.05)
    async with house(ledger, limits=limits) as home:
        client = home.client("t")
        await eventually(lambda: client.seqs == [1, 2, 3])
        assert ledger.hung == 3


async def test_live_rows_removed_before_they_were_read_are_told_of(unswept: House) -> None:
    client = unswept.client("t")
    await unswept.tell("t")
    await eventually(lambda: client.seqs == [1])
    unswept.ledger.write("t", 30)
    unswept.ledger.forget("t", floor=20)
    await unswept.tell("t")
    await eventually(lambda: client.resyncs == [("TOO_OLD", 32)])
    await unswept.tell("t")
    await eventually(lambda: client.seqs == [1, 33])


async def test_a_database_set_back_to_an_earlier_time_is_told_of(home: House) -> None:
    home.ledger.write("t", 20)
    client = home.client("t", after=10)
    await eventually(lambda: len(client.seqs) == 10)
    home.ledger.restore("t", head=15)
    await eventually(lambda: client.resyncs == [("UNKNOWN_CURSOR", 15)])
    await home.tell("t")
    await eventually(lambda: client.seqs == [*range(11, 21), 16])


async def test_a_database_set_back_under_a_replay_is_told_of(home: House) -> None:
    home.ledger.write("t", 20)
    live = home.client("t", after=19)
    await eventually(lambda: live.seqs == [20])
    replaying = home.hub.subscribe("t", after=0, accept=everything)
    first = await nth(replaying, 7)
    home.ledger.restore("t", head=3)
    await eventually(lambda: live.resyncs == [("UNKNOWN_CURSOR", 3)])
    assert await nth(replaying, 1) == [Resync("t", ResyncReason.UNKNOWN_CURSOR, 3)]
    await home.tell("t")
    [item] = await nth(replaying, 1)
    await replaying.aclose()
    assert [i.seq for i in [*first, item] if isinstance(i, Event)] == [1, 2, 3, 4, 5, 6, 7, 4]
    await eventually(lambda: live.seqs == [20, 4])


async def test_rows_read_before_the_database_was_set_back_are_not_given_after_it() -> None:
    class Slow(Ledger):
        gate = asyncio.Event()

        async def read(self, topic: str, *, after: int, limit: int) -> Sequence[Event]:
            rows = await super().read(topic, after=after, limit=limit)
            await self.gate.wait()
            return rows

    ledger = Slow()
    ledger.write("t", 10)
    async with house(ledger) as home:
        client = home.client("t", after=10)
        await eventually(lambda: len(ledger.sweeps) >= 2)
        await home.tell("t", 2)
        await eventually(lambda: ledger.reads["t"] == 1)
        ledger.restore("t", head=8)
        await eventually(lambda: client.resyncs == [("UNKNOWN_CURSOR", 8)])
        ledger.gate.set()
        await home.tell("t")
        await eventually(lambda: client.seqs == [9])
        assert len(client.resyncs) == 1


async def test_a_hint_that_promises_too_much_is_forgotten(unswept: House) -> None:
    client = unswept.client("t")
    await unswept.tell("t")
    await eventually(lambda: client.seqs == [1])
    await unswept.bus.publish([Hint("t", 10**6)])
    await unswept.tell("t")
    late = unswept.client("t")
    await eventually(lambda: client.seqs == late.seqs == [1, 2])
    await eventually(lambda: unswept.hub._topics["t"].known == 2)
    await unswept.tell("t")
    await eventually(lambda: client.seqs == late.seqs == [1, 2, 3])


async def test_what_was_hinted_at_while_it_was_found_out_is_not_forgotten_with_it(unswept: House) -> None:
    client = unswept.client("t")
    await unswept.tell("t")
    await eventually(lambda: client.seqs == [1])
    topic = unswept.hub._topics["t"]
    topic.learn(10**6)
    topic.learn(10**6 + 1)
    topic.settle(believed=10**6, reached=1)
    assert topic.known == 10**6 + 1
    topic.settle(believed=10**6 + 1, reached=1)
    assert topic.known == 1
