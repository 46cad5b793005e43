"""What requests see that come at the same time, and what becomes of the others when one of them goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg
import pytest
from tortoise import connections

from errors import NotFound
from models.agent.agent import Agent
from models.availability.memory import Kept
from models.availability.sight import Looks, Sight, look, looks
from models.changes import time_of
from models.connection import Connection
from models.transactions import transaction
from tests.builders import an_agent
from tests.waiting import PATIENCE_SECONDS

NOBODYS = frozenset({"time:0"})


class Counted(Looks):
    """It counts the looks that have been taken."""

    number = 0

    async def _look(self, connection: Connection) -> frozenset[str]:
        own = await super()._look(connection)
        self.number += 1
        return own


def counted() -> Counted:
    return Counted(looks().client)


@asynccontextmanager
async def held_up(url: str) -> AsyncIterator[None]:
    """For as long as the block runs, looks take."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute("LOCK TABLE schedule_change")
        yield


async def waiting(number: int) -> None:
    """Until so many wait for the log."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(await _waiting()) < number:
            await asyncio.sleep(0.01)


async def _waiting() -> list[int]:
    rows = await connections.get("default").execute_query_dict(
        "SELECT pid FROM pg_locks WHERE relation = 'schedule_change'::regclass AND NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return [row["pid"] for row in rows]


# ── Looks ──


async def test_who_comes_while_a_look_is_on_its_way_is_served_by_the_next_one_all_together(
    anna: Agent, database_url: str
) -> None:
    looks = counted()

    async def look() -> int:
        await looks.outside()
        return looks.number

    async with held_up(database_url):
        first = asyncio.create_task(look())
        await waiting(1)
        later = [asyncio.create_task(look()) for _ in range(50)]
        await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await asyncio.gather(first, *later) == [1] + [2] * 50


async def test_whose_request_is_cancelled_while_they_look_for_all_leaves_the_others_unharmed(
    anna: Agent, database_url: str
) -> None:
    looks = counted()
    async with held_up(database_url):
        first = asyncio.create_task(looks.outside())
        second = asyncio.create_task(looks.outside())
        await waiting(1)
        later = [asyncio.create_task(looks.outside()) for _ in range(3)]
        await asyncio.sleep(0)
        first.cancel()
        later[1].cancel()
    async with asyncio.timeout(PATIENCE_SECONDS):
        outcomes = await asyncio.gather(first, second, *later, return_exceptions=True)
    gone = [isinstance(one, asyncio.CancelledError) for one in outcomes]
    assert gone == [True, False, False, True, False]
    assert looks.number == 2


async def test_a_look_that_fails_is_nobodys_who_comes_later(anna: Agent, database_url: str) -> None:
    looks = counted()
    async with held_up(database_url):
        first = [asyncio.create_task(looks.outside()) for _ in range(2)]
        await waiting(1)
        later = asyncio.create_task(looks.outside())
        for pid in await _waiting():
            await connections.get("default").execute_query_dict("SELECT pg_terminate_backend(%s)", [pid])
        outcomes = await asyncio.gather(*first, return_exceptions=True)
    assert all(isinstance(one, psycopg.OperationalError) for one in outcomes)
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert isinstance(await later, Sight)


# ── Reading ──


class Shelf:
    """Something to be read, which takes until it is let go."""

    def __init__(self) -> None:
        self.readings = 0
        self.open = asyncio.Event()

    async def read(self) -> Kept[int]:
        self.readings += 1
        number = self.readings
        await self.open.wait()
        return Kept(number, NOBODYS)


async def started(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0)


async def test_what_many_ask_for_at_once_is_read_once(anna: Agent) -> None:
    sight, shelf = await counted().outside(), Shelf()
    asked = [asyncio.create_task(sight.recall("key", shelf.read)) for _ in range(20)]
    await started(lambda: shelf.readings > 0)
    shelf.open.set()
    assert await asyncio.gather(*asked) == [1] * 20
    assert await sight.recall("key", shelf.read) == 1


async def test_who_reads_for_others_may_go_away(anna: Agent) -> None:
    sight, shelf = await counted().outside(), Shelf()
    first = asyncio.create_task(sight.recall("key", shelf.read))
    others = [asyncio.create_task(sight.recall("key", shelf.read)) for _ in range(3)]
    await started(lambda: shelf.readings == 1)
    first.cancel()
    await started(lambda: shelf.readings == 2)
    shelf.open.set()
    assert await asyncio.gather(*others) == [2, 2, 2]


async def test_who_sees_a_change_does_not_take_what_was_being_read_before_it(
    organization: object, anna: Agent
) -> None:
    looks, shelf = counted(), Shelf()
    topic = frozenset({time_of(anna.id)})

    async def read() -> Kept[int]:
        return Kept((await shelf.read()).value, topic)

    before = await looks.outside()
    first = asyncio.create_task(before.recall("key", read))
    await started(lambda: shelf.readings == 1)
    await Agent.filter(id=anna.id).update(week=[])
    after = await looks.outside()
    second = asyncio.create_task(after.recall("key", read))
    shelf.open.set()
    assert [await first, await second] == [1, 2]
    assert await (await looks.outside()).recall("key", read) == 2


async def test_what_was_found_before_a_change_is_never_kept_after_it(anna: Agent) -> None:
    """It may have been worked out of what was true before, however late it is read."""
    looks = counted()
    before = await looks.outside()
    await Agent.filter(id=anna.id).update(week=[])
    await looks.outside()

    async def read() -> Kept[str]:
        return Kept("of old rows", frozenset({time_of(anna.id)}))

    assert await before.recall("key", read) == "of old rows"
    assert looks.memory.get("key") is None


async def test_what_cannot_be_read_fails_for_each_who_asks(anna: Agent) -> None:
    sight = await counted().outside()

    async def fail() -> Kept[int]:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    outcomes = await asyncio.gather(*(sight.recall("key", fail) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in outcomes] == [ZeroDivisionError] * 3
    assert not sight.memory.readings


# ── Inside a transaction ──


async def value_of(sight: Sight, agent: Agent, read: Callable[[], Awaitable[str]]) -> str:
    async def kept() -> Kept[str]:
        return Kept(await read(), frozenset({time_of(agent.id)}))

    return await sight.recall("week", kept)


async def week_of(agent: Agent) -> str:
    return str((await Agent.get(id=agent.id)).week)


async def test_a_transaction_sees_its_own_changes_and_nobody_else_does(anna: Agent) -> None:
    usual = await value_of(await look(), anna, lambda: week_of(anna))
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            assert await value_of(await look(), anna, lambda: week_of(anna)) == usual
            await Agent.filter(id=anna.id).update(week=[])
            assert await value_of(await look(), anna, lambda: week_of(anna)) == "[]"
            assert looks().memory.get("week") is not None
            raise ZeroDivisionError
    assert await value_of(await look(), anna, lambda: week_of(anna)) == usual
    async with transaction():
        await Agent.filter(id=anna.id).update(week=[])
    assert await value_of(await look(), anna, lambda: week_of(anna)) == "[]"


async def test_what_a_transaction_has_not_changed_it_takes_from_what_is_kept_and_keeps(
    organization: object, anna: Agent
) -> None:
    async with transaction():
        await an_agent(await anna.organization, "Ben")
        read = await value_of(await look(), anna, lambda: week_of(anna))

        async def never() -> str:
            raise AssertionError("it is kept")

        assert await value_of(await look(), anna, never) == read
    assert await value_of(await look(), anna, never) == read


async def test_a_transaction_waits_for_nobodys_reading(anna: Agent) -> None:
    """Else ten of them could have all the connections that those need whom they wait for."""
    shelf = Shelf()
    sight = await look()
    outside = asyncio.create_task(sight.recall("key", shelf.read))
    await started(lambda: shelf.readings == 1)

    async def at_once() -> Kept[int]:
        return Kept(7, NOBODYS)

    async with transaction(), asyncio.timeout(PATIENCE_SECONDS):
        assert await (await look()).recall("key", at_once) == 7
    shelf.open.set()
    await outside


async def test_as_many_transactions_as_there_are_connections_look_without_another(anna: Agent) -> None:
    async def inside() -> None:
        async with transaction():
            await asyncio.sleep(0.01)
            await look()

    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*(inside() for _ in range(40)), *(look() for _ in range(40)))


async def test_who_waited_for_a_reading_that_failed_read_all_at_once(db: None) -> None:
    sight, begun, all_begun = await look(), 0, asyncio.Event()

    async def read() -> Kept[str]:
        nonlocal begun
        begun += 1
        if begun == 1:
            await asyncio.sleep(0)
        else:
            all_begun.set() if begun == 5 else None
            await all_begun.wait()
        raise NotFound("There is no such.")

    async with asyncio.timeout(PATIENCE_SECONDS):
        found = await asyncio.gather(*(sight.recall("one", read) for _ in range(5)), return_exceptions=True)
    assert [type(one) for one in found] == [NotFound] * 5
    assert sight.memory.readings == {}
