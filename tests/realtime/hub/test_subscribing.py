"""From a cursor through the rows into what happens now."""

import asyncio
import random
from contextlib import aclosing

import pytest

from errors import Forbidden, Unavailable
from realtime.ending import Ending
from realtime.events import Audience
from realtime.feed import UNKNOWN, Event, Resync, ResyncReason
from tests.realtime.bus.waiting import eventually, soon
from tests.realtime.hub.conftest import House, everything, house, nth
from tests.realtime.hub.ledger import Ledger


async def test_what_was_missed_comes_first_and_then_what_happens(unswept: House) -> None:
    unswept.ledger.write("t", 30)
    client = unswept.client("t", after=4)
    await eventually(lambda: client.seqs[-1:] == [30])
    await unswept.tell("t", 2)
    await unswept.tell("u", 1)
    await eventually(lambda: client.seqs[-1:] == [32])
    assert client.seqs == list(range(5, 33))
    assert client.resyncs == []


async def test_without_a_cursor_only_what_happens_from_now_on_comes(unswept: House) -> None:
    unswept.ledger.write("t", 10)
    client = unswept.client("t", after=None)
    await eventually(lambda: unswept.hub.subscribers == 1 and bool(unswept.ledger.sweeps))
    await unswept.tell("t")
    await eventually(lambda: bool(client.seqs))
    assert client.seqs == [11]


async def test_a_topic_without_events_can_be_waited_for(unswept: House) -> None:
    first, second = unswept.client("t", after=0), unswept.client("t", after=None)
    await eventually(lambda: unswept.hub.subscribers == 2 and bool(unswept.ledger.sweeps))
    await unswept.tell("t")
    await eventually(lambda: first.seqs == second.seqs == [1])


async def test_a_jump_in_the_hints_is_filled_from_the_table(unswept: House) -> None:
    client = unswept.client("t")
    await unswept.tell("t")
    await eventually(lambda: client.seqs == [1])
    unswept.ledger.write("t", 5)
    await unswept.tell("t")
    await eventually(lambda: client.seqs == [1, 2, 3, 4, 5, 6, 7])


async def test_a_lost_last_hint_is_made_up_by_the_sweep(home: House) -> None:
    client = home.client("t")
    await home.tell("t")
    await eventually(lambda: client.seqs == [1])
    home.ledger.write("t", 3)
    await eventually(lambda: client.seqs == [1, 2, 3, 4])


async def test_one_query_sweeps_all_topics_that_have_subscribers_and_no_others(home: House) -> None:
    gone = home.client("gone")
    clients = [home.client(f"t:{n}") for n in range(50)]
    await eventually(lambda: home.hub.subscribers == 51)
    await gone.leave()
    expected = frozenset(client.topic for client in clients)
    home.ledger.sweeps.clear()
    await eventually(lambda: home.ledger.sweeps.count(expected) >= 3)


async def test_thousands_coming_back_together_ask_for_heads_in_a_few_queries(unswept: House) -> None:
    clients = [unswept.client(f"t:{n}", after=None) for n in range(2000)]
    await eventually(lambda: sum(len(names) for names in unswept.ledger.sweeps) >= 2000)
    assert len(unswept.ledger.sweeps) <= 5
    assert len(clients) == unswept.hub.topics


async def test_rows_are_read_once_for_all_who_listen(unswept: House) -> None:
    clients = [unswept.client("t") for _ in range(100)]
    await eventually(lambda: unswept.hub.subscribers == 100 and bool(unswept.ledger.sweeps))
    await unswept.tell("t")
    await eventually(lambda: all(client.seqs == [1] for client in clients))
    for _ in range(5):
        await unswept.tell("t")
        await eventually(lambda: all(client.seqs[-1] == unswept.ledger.head("t") for client in clients))
    assert unswept.ledger.reads["t"] == 6
    assert all(client.seqs == [1, 2, 3, 4, 5, 6] for client in clients)


@pytest.mark.parametrize("after", [UNKNOWN, 31, 10**12])
async def test_a_cursor_that_was_never_given_is_told_so_and_goes_on_live(unswept: House, after: int) -> None:
    unswept.ledger.write("t", 30)
    client = unswept.client("t", after=after)
    await eventually(lambda: client.resyncs == [("UNKNOWN_CURSOR", 30)])
    await unswept.tell("t")
    await eventually(lambda: client.seqs == [31])


async def test_a_cursor_below_what_is_kept_is_told_so_and_goes_on_live(unswept: House) -> None:
    unswept.ledger.write("t", 30)
    unswept.ledger.forget("t", floor=20)
    old, oldest_kept = unswept.client("t", after=19), unswept.client("t", after=20)
    await eventually(lambda: old.resyncs == [("TOO_OLD", 30)] and len(oldest_kept.seqs) == 10)
    await unswept.tell("t")
    await eventually(lambda: old.seqs == [31])
    await eventually(lambda: oldest_kept.seqs == list(range(21, 32)))
    assert oldest_kept.resyncs == []


async def test_rows_removed_under_a_replay_are_not_passed_over_in_silence(unswept: House) -> None:
    unswept.ledger.write("t", 40)
    subscription = unswept.hub.subscribe("t", after=0, accept=everything)
    first = await nth(subscription, 3)
    unswept.ledger.forget("t", floor=30)
    rest = await nth(subscription, 5)
    await subscription.aclose()
    assert [item.seq for item in [*first, *rest[:4]] if isinstance(item, Event)] == [1, 2, 3, 4, 5, 6, 7]
    assert rest[4] == Resync("t", ResyncReason.TOO_OLD, 40)


async def test_what_a_subscriber_may_not_see_never_reaches_it_and_fills_no_queue(unswept: House) -> None:
    guest = unswept.hub.subscribe("t", after=None, accept=lambda event: event.audience is Audience.EVERYONE)
    agent = unswept.client("t", after=None)
    pending = asyncio.ensure_future(anext(guest))
    await eventually(lambda: unswept.hub.subscribers == 2 and bool(unswept.ledger.sweeps))
    for _ in range(60):
        await unswept.bus.publish([unswept.ledger.write("t", audience=Audience.AGENTS)])
        await eventually(lambda: agent.seqs[-1:] == [unswept.ledger.head("t")])
    await unswept.tell("t")
    item = await soon(pending)
    await guest.aclose()
    assert isinstance(item, Event) and item.seq == 61
    await eventually(lambda: agent.seqs == list(range(1, 62)))


async def test_a_predicate_that_raises_ends_only_its_own_subscription(unswept: House) -> None:
    def broken(event: Event) -> bool:
        raise ZeroDivisionError

    live = unswept.hub.subscribe("t", after=0, accept=broken)
    pending = asyncio.ensure_future(anext(live))
    other = unswept.client("t")
    await eventually(lambda: unswept.hub.subscribers == 2 and bool(unswept.ledger.sweeps))
    await unswept.tell("t")
    with pytest.raises(ZeroDivisionError):
        await soon(pending)
    with pytest.raises(ZeroDivisionError):
        await soon(anext(unswept.hub.subscribe("t", after=0, accept=broken)))
    await unswept.tell("t")
    await eventually(lambda: other.seqs == [1, 2])
    assert unswept.hub.subscribers == 1


async def test_pages_are_bounded_and_only_a_few_are_read_at_a_time() -> None:
    ledger = Ledger()
    for topic in range(20):
        ledger.write(f"t:{topic}", 50)
    async with house(ledger) as home:
        clients = [home.client(f"t:{n % 20}") for n in range(100)]
        await eventually(lambda: all(len(client.seqs) == 50 for client in clients))
        assert all(client.seqs == list(range(1, 51)) for client in clients)
    assert ledger.widest == 7
    assert ledger.most_at_once <= 3 + 2


async def test_a_replay_is_as_long_as_it_must_be_and_never_too_slow(unswept: House) -> None:
    unswept.ledger.write("t", 300)
    subscription = unswept.hub.subscribe("t", after=0, accept=everything)
    seqs = []
    for _ in range(400):
        item = await soon(anext(subscription))
        assert isinstance(item, Event)
        seqs.append(item.seq)
        if len(seqs) <= 100:
            await unswept.tell("t")
    await subscription.aclose()
    assert seqs == list(range(1, 401))


async def test_closing_at_any_moment_leaves_nothing_behind() -> None:
    dice = random.Random(7)
    ledger = Ledger()
    for topic in range(5):
        ledger.write(f"t:{topic}", 30)
    async with house(ledger) as home:
        before = asyncio.all_tasks()
        for turn in range(400):
            client = home.client(f"t:{turn % 5}", after=dice.choice([0, 10, 30, 99, None]))
            for _ in range(turn % 25):
                await asyncio.sleep(0)
            if turn % 3 == 0:
                await home.tell(f"t:{turn % 5}")
            if turn % 4 != 3:
                await client.leave()
        await asyncio.gather(*(client.leave() for client in home.clients))
        assert (home.hub.topics, home.hub.subscribers) == (0, 0)
        assert asyncio.all_tasks() <= before
        assert len(home.bus._channels) == 0  # type: ignore[attr-defined]


async def test_stopping_ends_every_subscription_wherever_it_is() -> None:
    ledger = Ledger()
    ledger.write("t", 30)
    async with house(ledger) as home:
        live, replaying, waiting = (
            home.hub.subscribe(topic, after=after, accept=everything)
            for topic, after in (("t", 29), ("t", 0), ("u", None))
        )
        assert len(await nth(live, 1)) == len(await nth(replaying, 1)) == 1
        pending = [asyncio.ensure_future(anext(live)), asyncio.ensure_future(anext(waiting))]
        await asyncio.sleep(0)
        await home.hub.stop()
        pending.append(asyncio.ensure_future(anext(replaying)))
        pending.append(asyncio.ensure_future(anext(home.hub.subscribe("t", after=0, accept=everything))))
        results = await soon(asyncio.gather(*pending, return_exceptions=True))
        assert [type(result) for result in results] == [Unavailable] * 4


async def test_a_right_that_ends_under_a_replay_ends_it_with_the_next_event(unswept: House) -> None:
    unswept.ledger.write("t", 3)
    until = Ending()
    async with aclosing(unswept.hub.subscribe("t", after=0, accept=everything, until=until)) as items:
        await anext(items)
        until.come(Forbidden("It is no longer yours to see."))
        with pytest.raises(Forbidden):
            await anext(items)


async def test_a_right_that_ends_before_it_begins_leaves_nothing_to_be_told(unswept: House) -> None:
    until = Ending()
    async with aclosing(unswept.hub.subscribe("t", after=99, accept=everything, until=until)) as items:
        until.come(Forbidden("It is no longer yours to see."))
        with pytest.raises(Forbidden):
            await anext(items)
