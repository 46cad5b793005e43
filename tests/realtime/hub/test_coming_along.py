"""What comes along with a hint is told without being read, and never changes what is told."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from realtime.events import Hint
from realtime.feed import Event, Resync, ResyncReason
from tests.realtime.bus.waiting import eventually
from tests.realtime.hub.conftest import House, everything, nth
from tests.realtime.hub.singers import turns


async def test_what_comes_next_and_came_along_is_not_read(unswept: House) -> None:
    client = unswept.client("t", after=None)
    await eventually(lambda: unswept.hub.live == 1)
    for count in (1, 3, 1):
        await unswept.tell("t", count, along=True)
    await eventually(lambda: client.seqs == [1, 2, 3, 4, 5])
    assert client.items == unswept.ledger.rows["t"]
    assert unswept.ledger.reads["t"] == 0


async def test_it_is_given_in_the_turn_in_which_it_is_heard_of(unswept: House) -> None:
    given: list[int] = []

    def accept(event: Event) -> bool:
        given.append(event.seq)
        return True

    client = unswept.client("t", after=None, accept=accept)
    await eventually(lambda: unswept.hub.live == 1)
    publishing = unswept.tell("t", along=True)
    with_no_turn_between(publishing)
    assert given == [1]
    await eventually(lambda: client.seqs == [1])


async def test_whoever_is_given_it_knows_nothing_of_who_announced_it(unswept: House) -> None:
    announcer, seen = ContextVar("announcer", default="nobody"), []

    def accept(event: Event) -> bool:
        seen.append(announcer.get())
        return True

    client = unswept.client("t", after=None, accept=accept)
    await eventually(lambda: unswept.hub.live == 1)
    announcer.set("somebody")
    await unswept.tell("t", along=True)
    await eventually(lambda: client.seqs == [1])
    assert seen == ["nobody"]


async def test_more_than_a_queue_holds_is_told_whole_though_it_comes_in_one_turn(unswept: House) -> None:
    client = unswept.client("t", after=None)
    await eventually(lambda: unswept.hub.live == 1)
    hints = [unswept.ledger.write("t", along=True) for _ in range(200)]
    await unswept.bus.publish(hints)
    await eventually(lambda: client.seqs == list(range(1, 201)))
    assert client.resyncs == []


async def test_nobody_waits_for_whoever_takes_nothing_while_it_comes_one_by_one(unswept: House) -> None:
    """Who is slow for long would hold up everybody for as long; they are told that they were."""
    stuck = unswept.hub.subscribe("t", after=None, accept=everything)
    taking, quick = asyncio.ensure_future(anext(stuck)), unswept.client("t", after=None)
    await eventually(lambda: unswept.hub.live == 2)
    for _ in range(30):
        await unswept.tell("t", along=True)
        await turns(3)
    assert quick.seqs == list(range(1, 31))
    assert await taking == quick.items[0]
    lost = await anext(stuck)
    assert isinstance(lost, Resync) and lost.reason is ResyncReason.TOO_SLOW
    await stuck.aclose()


async def test_it_is_told_while_the_store_is_away(unswept: House) -> None:
    client = unswept.client("t", after=None)
    await eventually(lambda: unswept.hub.live == 1)
    unswept.ledger.down = True
    await unswept.tell("t", along=True)
    await eventually(lambda: client.seqs == [1])


async def test_what_is_missing_before_it_is_read_first(unswept: House) -> None:
    client = unswept.client("t", after=None)
    await eventually(lambda: unswept.hub.live == 1)
    unswept.ledger.write("t", 2, along=True)
    await unswept.tell("t", along=True)
    await eventually(lambda: client.seqs == [1, 2, 3])
    assert unswept.ledger.reads["t"] == 1
    await unswept.tell("t", along=True)
    await eventually(lambda: client.seqs == [1, 2, 3, 4])
    assert unswept.ledger.reads["t"] == 1


async def test_what_comes_twice_or_late_or_overlaps_is_told_once(unswept: House) -> None:
    client = unswept.client("t", after=None)
    await eventually(lambda: unswept.hub.live == 1)
    first, second = (unswept.ledger.write("t", 2, along=True) for _ in range(2))
    both = Hint("t", 4, [*first.facts, *second.facts])
    await unswept.bus.publish([first, first])
    await unswept.bus.publish([both, second, first])
    await unswept.tell("t", along=True)
    await eventually(lambda: client.seqs == [1, 2, 3, 4, 5])
    assert unswept.ledger.reads["t"] == 0


async def test_no_more_than_a_page_of_it_waits_and_the_rest_is_read(unswept: House) -> None:
    client = unswept.client("t", after=None)
    await eventually(lambda: unswept.hub.live == 1)
    for _ in range(15):
        await unswept.tell("t", along=True)
    assert len(unswept.hub._topics["t"].noted) == 7
    await eventually(lambda: client.seqs == list(range(1, 16)))
    assert unswept.ledger.widest <= 7


async def test_who_is_still_catching_up_reads_it(unswept: House) -> None:
    unswept.ledger.write("t", 20)
    subscription = unswept.hub.subscribe("t", after=0, accept=lambda event: True)
    first = await nth(subscription, 3)
    await unswept.tell("t", along=True)
    assert [getattr(one, "seq", 0) for one in [*first, *await nth(subscription, 18)]] == list(range(1, 22))
    await subscription.aclose()


async def test_a_topic_whose_rows_cannot_be_read_holds_up_no_other(unswept: House) -> None:
    late, live = unswept.client("late", after=None), unswept.client("live", after=None)
    await eventually(lambda: unswept.hub.live == 2)
    unswept.ledger.down = True
    await unswept.tell("late")
    await eventually(lambda: unswept.ledger.failures > 2)
    await unswept.tell("late", along=True)
    await unswept.tell("live", along=True)
    await eventually(lambda: live.seqs == [1])
    assert late.seqs == []
    unswept.ledger.down = False
    await eventually(lambda: late.seqs == [1, 2])


async def test_what_came_along_before_the_database_was_set_back_is_not_told_after_it(home: House) -> None:
    home.ledger.write("t", 10)
    client = home.client("t", after=10)
    await eventually(lambda: home.hub.live == 1)
    gone = home.ledger.write("t", along=True)
    home.ledger.restore("t", head=9)
    await eventually(lambda: client.resyncs == [("UNKNOWN_CURSOR", 9)])
    await home.tell("t", along=True)
    await eventually(lambda: client.seqs == [10])
    await home.tell("t", 2, along=True)
    await home.bus.publish([gone])
    await eventually(lambda: client.seqs == [10, 11, 12])
    await asyncio.sleep(0)
    assert client.items[1:] == home.ledger.rows["t"][-3:]


def with_no_turn_between(work: Coroutine[Any, Any, object]) -> None:
    """Run what does not wait, at once."""
    with suppress(StopIteration):
        work.send(None)
        raise AssertionError("It has waited.")
