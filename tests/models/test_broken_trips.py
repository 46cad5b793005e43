"""A trip to the database that is broken off, by whoever is lost or hangs up on it: all that a transaction promises,
wherever that happens."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest
from psycopg.errors import (
    AdminShutdown,
    OperationalError,
)
from psycopg.pq import PipelineStatus, TransactionStatus
from tortoise import connections

from models.agent.agent import Agent
from models.contact.contact import Contact
from models.event import EventRow
from models.organization.organization import Organization
from models.transactions import ids_of, key_of, transaction
from models.trip import Statement
from realtime.events import Hint
from tests.models.attempts import (
    NUMBER,
    TOPIC,
    a_meeting,
    add,
    claim,
    end_whoever_waits,
    nothing_is_left,
    on_it,
    somebody,
    tell,
    waits,
)
from tests.models.line import connected, line_to
from tests.waiting import PATIENCE_SECONDS, until


async def test_whose_connection_ends_before_they_have_begun_has_done_nothing(
    organization: Organization, published: list[Hint], database_url: str
) -> None:
    key = key_of("one")

    async def begin() -> None:
        async with transaction(locks=[key], asking=[Statement(NUMBER, ["1"])]):
            raise AssertionError("It has not begun.")

    async with connected(database_url), somebody(database_url) as other:
        await other.execute("SELECT pg_advisory_xact_lock(%s)", [key])
        beginning = asyncio.create_task(begin())
        await end_whoever_waits(other)
        with pytest.raises(AdminShutdown):
            await beginning
        await nothing_is_left(published)


async def test_whose_connection_ends_while_they_write_has_written_nothing(
    organization: Organization, published: list[Hint], database_url: str
) -> None:
    async with connected(database_url), somebody(database_url) as other:
        await other.execute("INSERT INTO feed (organization_id, topic, head, floor) VALUES (%s, %s, 0, 0)",
            [organization.id, TOPIC])  # fmt: skip
        ending = asyncio.create_task(end_whoever_waits(other))
        with pytest.raises(AdminShutdown):
            async with transaction() as tx:
                await add(tx, organization)
                tell(organization)
        await ending
        assert not tx.is_whole
        await nothing_is_left(published)


async def test_whose_connection_ends_while_they_commit_does_not_know_what_is_there(
    organization: Organization, anna: Agent, published: list[Hint], database_url: str
) -> None:
    """A commit that waits: for a meeting that somebody has, which it looks for only then."""
    async with connected(database_url), somebody(database_url) as other:
        meeting = await a_meeting(organization)
        await other.execute("SELECT FROM meeting WHERE id = %s FOR UPDATE", [meeting.id])
        ending = asyncio.create_task(end_whoever_waits(other))
        with pytest.raises(AdminShutdown):
            async with transaction() as tx:
                await claim(anna, meeting_id=meeting.id)
                tell(organization)
        await ending
        assert tx.is_whole
    assert published == []


async def test_who_hears_nothing_of_what_was_committed_does_not_know_that_it_is_there(
    organization: Organization, published: list[Hint], database_url: str
) -> None:
    async with line_to(database_url) as line, connected(line.address):
        for _ in range(2):
            line.cut_at = None
            with pytest.raises(OperationalError):
                async with asyncio.timeout(PATIENCE_SECONDS), transaction() as tx:
                    await add(tx, organization)
                    tell(organization)
                    line.cut_at = TOPIC.encode()
            assert tx.is_whole
            line.cut_at = None
            async with asyncio.timeout(PATIENCE_SECONDS), transaction() as tx:
                await tx.rows("SELECT 1")
    assert published == []
    await until(Contact.all().exists)
    assert await Contact.all().count() == await EventRow.all().count() == 2


@pytest.mark.parametrize("number", [1, 3])
async def test_who_hangs_up_anywhere_leaves_a_connection_on_which_everybody_hears_their_own(
    organization: Organization, database_url: str, number: int
) -> None:
    dice, done = Random(number), list[int]()

    async def verb(mine: int) -> None:
        asking = [Statement(NUMBER, [str(mine)]), Statement(b"SELECT pg_sleep(0)")]
        async with transaction(drawing=[ids_of(Contact)], asking=asking) as tx:
            assert tx.answers[0] == [(mine,)]
            assert await tx.connection.run(NUMBER, [str(-mine)]) == [(-mine,)]
            await add(tx, organization, str(mine))
            tell(organization, about=mine)
        done.append(mine)

    async with connected(database_url, number=number):
        for mine in range(0, 480, 8):
            tasks = [asyncio.create_task(verb(mine + one)) for one in range(8)]
            for _ in range(dice.randrange(60)):
                await asyncio.sleep(0)
            await asyncio.sleep(dice.random() * 0.004)
            for task in tasks[: dice.randrange(9)]:
                task.cancel()
            async with asyncio.timeout(PATIENCE_SECONDS):
                outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            assert {type(one) for one in outcomes} <= {type(None), asyncio.CancelledError}
        pool: Any = connections.get("default")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (stats := pool._pool.get_stats())["pool_available"] < stats["pool_size"]:
                await asyncio.sleep(0.01)
        for raw in pool._pool._pool:
            assert raw.pgconn.pipeline_status == PipelineStatus.OFF
            assert raw.pgconn.transaction_status == TransactionStatus.IDLE
    told = {one.ids["conversation"]: one.seq for one in await EventRow.filter(topic=TOPIC)}
    assert sorted(told.values()) == list(range(1, len(told) + 1))
    assert {int(one.name) for one in await Contact.all()} == set(told) >= set(done)


async def test_who_hangs_up_while_they_wait_to_begin_or_to_write_keeps_the_connection(
    organization: Organization, published: list[Hint], database_url: str
) -> None:
    key, processes = key_of("one"), list[int]()

    async def begin() -> None:
        async with transaction(locks=[key], asking=[Statement(NUMBER, ["1"])]):
            raise AssertionError("It has not begun.")

    async def write() -> None:
        async with transaction() as tx:
            processes.append(await on_it(tx))
            await add(tx, organization)
            tell(organization)

    async with connected(database_url), somebody(database_url) as other:
        await other.execute("INSERT INTO feed (organization_id, topic, head, floor) VALUES (%s, %s, 0, 0)",
            [organization.id, TOPIC])  # fmt: skip
        await other.execute("SELECT pg_advisory_xact_lock(%s)", [key])
        for waiting in (write(), begin()):
            task = asyncio.create_task(waiting)
            await until(waits(other))
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await nothing_is_left(published, process=processes[0])
