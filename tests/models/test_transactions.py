"""The transaction of a verb: whole or not at all, and nothing lost to cancellation."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from tortoise import connections

from errors import NotFound
from models.event import EventRow
from models.organization.organization import Organization
from models.transactions import ids_of, key_of, outlet, transaction
from realtime.events import MOST_FACTS, Announcement, EventKind, Hint, announce
from realtime.feed import told_by
from realtime.store import DatabaseStore
from tests.resolvers.statements import statements
from tests.waiting import PATIENCE_SECONDS


def statistics() -> dict[str, int]:
    pool: Any = connections.get("default")
    return dict(pool._pool.get_stats())


def something(organization: Organization, topic: str = "conversation:1", *, about: int = 1) -> Announcement:
    return Announcement(organization.id, topic, EventKind.CONVERSATION_CHANGED, {"conversation": about})


async def test_a_task_cancelled_at_any_moment_gives_its_connection_back(organization: Organization) -> None:
    random = Random(7)

    async def verb() -> None:
        async with transaction() as tx:
            await tx.rows("SELECT 1")

    for _ in range(150):
        tasks = [asyncio.create_task(verb()) for _ in range(12)]
        await asyncio.sleep(random.random() * 0.006)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while statistics()["pool_available"] != statistics()["pool_size"]:
            await asyncio.sleep(0.01)
    await verb()


async def test_hints_are_published_after_commit_once_and_with_the_newest_seq(
    organization: Organization, published: list[Hint]
) -> None:
    async with transaction():
        announce(something(organization), something(organization, "inbox:2"), something(organization, about=2))
        assert published == []
    assert published == [Hint("conversation:1", 2), Hint("inbox:2", 1)]


async def test_what_comes_along_with_a_hint_is_what_its_topics_rows_say(
    organization: Organization, published: list[Hint]
) -> None:
    for topics in (("a", "b", "a"), ("a",), ("b", "b", "b")):
        async with transaction():
            for about, topic in enumerate(topics):
                announce(something(organization, topic, about=about))
    for topic in ("a", "b"):
        rows = await DatabaseStore().read(topic, after=0, limit=100)
        assert [one for hint in published if hint.topic == topic for one in told_by(hint)] == rows


async def test_of_many_events_none_comes_along(organization: Organization, published: list[Hint]) -> None:
    async with transaction():
        announce(*(something(organization, about=about) for about in range(MOST_FACTS + 1)))
    [hint] = published
    assert (hint.seq, hint.facts) == (MOST_FACTS + 1, ())


async def test_a_verb_inside_another_joins_its_transaction(
    organization: Organization, published: list[Hint]
) -> None:
    async with transaction():
        async with transaction():
            announce(something(organization))
        assert published == []
        assert await EventRow.all().count() == 0
    assert published == [Hint("conversation:1", 1)]


async def test_what_is_undone_is_neither_kept_nor_published(
    organization: Organization, published: list[Hint]
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            await Organization.filter(id=organization.id).update(name="Other")
            announce(something(organization))
            raise ZeroDivisionError
    assert published == []
    assert await EventRow.all().count() == 0
    assert (await Organization.get(id=organization.id)).name == "Acme"


async def test_a_bus_that_fails_does_not_fail_what_is_committed(organization: Organization) -> None:
    async def fail(hints: Sequence[Hint]) -> None:
        raise ConnectionError("no bus")

    outlet.publish = fail
    async with transaction():
        announce(something(organization))
    assert await EventRow.all().count() == 1


async def test_seqs_are_dense_and_in_order_under_writers_that_share_topics_in_every_order(
    organization: Organization,
) -> None:
    topics = ["inbox:1", "inbox:2", "inbox:3"]

    async def write(number: int) -> None:
        async with transaction():
            announce(*(something(organization, topic) for topic in Random(number).sample(topics, 3)))

    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*map(write, range(60)))
    for topic in topics:
        seqs: list[Any] = await EventRow.filter(topic=topic).order_by("seq").values_list("seq", flat=True)
        assert list(seqs) == list(range(1, 61))


async def test_what_a_transaction_draws_as_it_begins_is_given_out_first_and_in_order(db: None) -> None:
    sequence = ids_of(EventRow)
    async with transaction(drawing=[sequence, ids_of(Organization), sequence]) as tx:
        with statements() as sent:
            first, second = await tx.draw(sequence), await tx.draw(sequence)
        assert sent == []
        assert await tx.draw(sequence) == second + 1 == first + 2


WAITING = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
WAITING += " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_lock_is_held_until_the_transaction_ends(db: None, at_once: bool) -> None:
    key, order, locked = key_of("guest", 1, "Grace"), list[str](), asyncio.Event()
    locks = [key] if at_once else []

    async def first() -> None:
        async with transaction(locks=locks) as tx:
            await tx.lock(key)
            locked.set()
            while not await tx.rows(WAITING):
                await asyncio.sleep(0.01)
            order.append("first")

    async def second() -> None:
        await locked.wait()
        async with transaction(locks=locks) as tx:
            await tx.lock(key)
            order.append("second")

    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(first(), second())
    assert order == ["first", "second"]


PREPARED = "SELECT pg_backend_pid() AS process, count(*) AS number FROM pg_prepared_statements"


async def test_a_refusal_undoes_everything_but_what_is_prepared(organization: Organization) -> None:
    with pytest.raises(NotFound):
        async with transaction() as tx:
            await tx.draw(ids_of(EventRow))
            await Organization.filter(id=organization.id).update(name="Other")
            [before] = await tx.rows(PREPARED)
            raise NotFound("refused")
    assert (await Organization.get(id=organization.id)).name == "Acme"
    after = None
    async with asyncio.timeout(PATIENCE_SECONDS):
        while after is None or after["process"] != before["process"]:
            async with transaction() as tx:
                [after] = await tx.rows(PREPARED)
    assert after["number"] >= before["number"] > 0


def test_nothing_is_announced_outside_a_transaction() -> None:
    with pytest.raises(RuntimeError):
        announce(Announcement(1, "inbox:1", EventKind.CONVERSATION_CHANGED, {}))


async def test_what_is_announced_again_is_told_once_and_last(organization: Organization) -> None:
    async with transaction():
        announce(something(organization), something(organization, about=2))
        announce(something(organization))
    async with transaction():
        announce(something(organization))
    rows = await EventRow.filter(topic="conversation:1").order_by("seq")
    assert [row.ids["conversation"] for row in rows] == [2, 1, 1]
    assert [row.seq for row in rows] == [1, 2, 3]
