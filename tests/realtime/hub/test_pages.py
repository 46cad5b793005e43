"""Those who catch up together: read for once, given the same events, and independent of one another."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from realtime.feed import Event
from realtime.hub.pages import NotRead, Pages
from realtime.hub.rows import Rows
from tests.realtime.bus.waiting import eventually
from tests.realtime.hub.conftest import House, house
from tests.realtime.hub.ledger import Ledger, StoreDown


class Gated(Ledger):
    """Reads wait at a gate while it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self, topic: str, *, after: int, limit: int) -> Sequence[Event]:
        self.reading += 1
        await self.gate.wait()
        self.reading -= 1
        return await super().read(topic, after=after, limit=limit)


@pytest.fixture
def ledger() -> Gated:
    return Gated()


@pytest.fixture
def pages(ledger: Gated) -> Pages:
    return Pages(Rows(ledger, page=10, seconds=5), size=10, parallel=2)


def seqs(events: Sequence[Event]) -> list[int]:
    return [event.seq for event in events]


async def test_a_hundred_who_come_back_with_one_cursor_are_read_for_once(unswept: House) -> None:
    unswept.ledger.write("t", 70)
    clients = [unswept.client("t") for _ in range(100)]
    await eventually(lambda: all(client.seqs == list(range(1, 71)) for client in clients))
    assert unswept.ledger.reads["t"] == 10
    first, *others = (client.items for client in clients)
    assert all(mine is theirs for items in others for mine, theirs in zip(items, first, strict=True))


async def test_with_near_cursors_they_fall_into_step(unswept: House) -> None:
    unswept.ledger.write("t", 70)
    clients = [unswept.client("t", after=after) for after in range(21)]
    await eventually(lambda: all(client.seqs[-1:] == [70] for client in clients))
    assert all(client.seqs == list(range(after + 1, 71)) for after, client in enumerate(clients))
    assert unswept.ledger.reads["t"] == 10


async def test_the_end_of_a_page_serves_those_who_need_no_more(pages: Pages, ledger: Gated) -> None:
    ledger.write("t", 25)
    whole, part = await asyncio.gather(pages.after("t", 10), pages.after("t", 17))
    assert (seqs(whole), seqs(part)) == (list(range(11, 21)), [18, 19, 20])
    assert ledger.reads["t"] == 1


async def test_what_was_written_after_a_page_was_read_is_read_anew(pages: Pages, ledger: Gated) -> None:
    ledger.write("t", 3)
    assert seqs(await pages.after("t", 0)) == [1, 2, 3]
    ledger.write("t", 2)
    assert seqs(await pages.after("t", 3)) == [4, 5]
    assert seqs(await pages.after("t", 5)) == []
    ledger.write("t")
    assert seqs(await pages.after("t", 5)) == [6]


async def test_that_nothing_follows_is_never_known_from_an_older_reading(pages: Pages, ledger: Gated) -> None:
    ledger.gate.clear()
    early = asyncio.create_task(pages.after("t", 0))
    await eventually(lambda: ledger.reading == 1)
    late = asyncio.create_task(pages.after("t", 0))
    await asyncio.sleep(0)
    ledger.gate.set()
    assert seqs(await early) == []
    ledger.write("t")
    assert seqs(await late) == [1]


async def test_if_who_reads_leaves_another_one_reads(pages: Pages, ledger: Gated) -> None:
    ledger.write("t", 5)
    ledger.gate.clear()
    tasks = [asyncio.create_task(pages.after("t", 0)) for _ in range(5)]
    await eventually(lambda: ledger.reading == 1)
    tasks[0].cancel()
    tasks[3].cancel()
    await asyncio.sleep(0)
    ledger.gate.set()
    with suppress(asyncio.CancelledError):
        await tasks[0]
    others = await asyncio.gather(tasks[1], tasks[2], tasks[4])
    assert [seqs(events) for events in others] == [[1, 2, 3, 4, 5]] * 3
    assert ledger.reads["t"] == 1


async def test_a_reading_that_fails_fails_for_all_who_waited_and_is_made_again(
    pages: Pages, ledger: Gated
) -> None:
    ledger.write("t", 5)
    ledger.down = True
    failed = await asyncio.gather(*(pages.after("t", 0) for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in failed] == [StoreDown, NotRead, NotRead]
    assert ledger.failures == 1
    ledger.down = False
    assert seqs(await pages.after("t", 0)) == [1, 2, 3, 4, 5]


async def test_what_was_read_is_kept_for_a_second_and_no_more_than_so_many_pages(
    pages: Pages, ledger: Gated
) -> None:
    for number in range(100):
        ledger.write(f"t:{number}", 2)
        await pages.after(f"t:{number}", 0)
    assert len(pages._kept) == 64
    await eventually(lambda: not pages._kept and pages._forgetting is None)


async def test_what_is_older_than_that_is_read_anew_though_it_is_still_there(
    pages: Pages, ledger: Gated
) -> None:
    """What an event is about may have been purged since."""
    ledger.write("t", 2)
    [first, _] = await pages.after("t", 0)
    [page] = pages._kept.values()
    assert (await pages.after("t", 0))[0] is first
    page.stale_at = 0.0
    await pages.after("t", 0)
    assert ledger.reads["t"] == 2
    pages.forget_all()


async def test_a_database_set_back_takes_what_was_read_with_it() -> None:
    async with house() as home:
        home.ledger.write("t", 20)
        live = home.client("t")
        await eventually(lambda: len(live.seqs) == 20)
        home.ledger.restore("t", head=10)
        await eventually(lambda: live.resyncs == [("UNKNOWN_CURSOR", 10)])
        replaying = home.client("t")
        await eventually(lambda: replaying.seqs == list(range(1, 11)))
        home.ledger.write("t", 10)
        await eventually(lambda: replaying.seqs == list(range(1, 21)))
