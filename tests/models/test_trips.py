"""Trips to the database of several statements: what there is in one, and what stays prepared."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from psycopg.errors import (
    FeatureNotSupported,
)

from errors import NotFound
from models.connection import ask
from models.contact.contact import Contact
from models.event import EventRow
from models.organization.organization import Organization
from models.transactions import ids_of, key_of, transaction
from models.trip import Statement
from realtime.events import Hint
from tests.models.attempts import NUMBER, add, nothing_is_left, on_it, somebody, tell, waits
from tests.models.line import connected
from tests.trips import trips
from tests.waiting import until


async def test_a_verb_that_knows_what_it_needs_takes_two_trips(
    organization: Organization, database_url: str
) -> None:
    async with connected(database_url):
        for _ in range(2):  # as they are when all is prepared
            with trips() as made:
                statements = [Statement(NUMBER, ["1"]), Statement(NUMBER, ["2"])]
                async with transaction(
                    drawing=[ids_of(Contact)], locks=[key_of("one")], asking=statements
                ) as tx:
                    assert tx.answers == [[(1,)], [(2,)]]
                    await add(tx, organization)
                    tell(organization)
        assert len(made) == 2
        assert await Contact.all().count() == await EventRow.all().count() == 2


async def test_what_changes_nothing_more_ends_as_well(organization: Organization, database_url: str) -> None:
    async with connected(database_url):
        async with transaction() as tx:
            await tx.rows("UPDATE organization SET name = 'Other' WHERE id = %s", organization.id)
        async with transaction():
            pass
        async with transaction() as tx:
            assert await tx.rows("SELECT name FROM organization") == [{"name": "Other"}]


async def test_what_is_asked_first_is_asked_with_the_locks_held(
    organization: Organization, database_url: str
) -> None:
    """Each statement of a trip sees what was committed before it begins."""
    key, asking = key_of("one"), [Statement(b"SELECT name FROM organization")]
    async with somebody(database_url) as other:
        await other.execute("SELECT pg_advisory_xact_lock(%s)", [key])
        await other.execute("UPDATE organization SET name = 'Other'")

        async def look() -> list[Any]:
            async with transaction(locks=[key], asking=asking) as tx:
                return list(tx.answers[0])

        looking = asyncio.create_task(look())
        await until(waits(other))
        await other.commit()
    assert await looking == [("Other",)]


async def test_who_has_patience_for_a_moment_takes_what_is_free_and_asks_all_the_same(
    organization: Organization, database_url: str
) -> None:
    free, taken, patience = key_of("free"), key_of("taken"), timedelta(milliseconds=50)
    async with somebody(database_url) as other:
        await other.execute("SELECT pg_advisory_xact_lock(%s)", [taken])
        asking = [Statement(NUMBER, ["1"])]
        async with transaction(locks=[free, taken], patience=patience, asking=asking) as tx:
            assert (tx.has_locked([free]), tx.has_locked([taken])) == (True, False)
            assert tx.answers == [[(1,)]]
            assert await tx.rows("SHOW lock_timeout") == [{"lock_timeout": "50ms"}]
    async with transaction() as tx:
        assert await tx.rows("SHOW lock_timeout") == [{"lock_timeout": "0"}]


async def test_what_comes_after_a_statement_that_failed_is_asked_anew(
    organization: Organization, published: list[Hint], database_url: str
) -> None:
    wrong, later = Statement(b"SELECT 1 / $1::text::int", ["0"]), Statement(b"SELECT $1::text", ["later"])
    async with connected(database_url):
        with pytest.raises(NotFound):
            async with transaction() as tx:
                process = await on_it(tx)
                try:
                    await tx.connection.run_each([wrong, later])
                except Exception as error:
                    raise NotFound("refused") from error
        async with transaction() as tx:
            assert await tx.connection.run_each([later, later]) == [[("later",)], [("later",)]]
        await nothing_is_left(published, process=process)


async def test_what_was_not_reached_is_not_taken_for_prepared_though_a_cursor_had_asked_it(
    organization: Organization, database_url: str
) -> None:
    wrong, same = Statement(b"SELECT 1 / $1::text::int", ["0"]), "SELECT 41 AS number"
    async with connected(database_url):
        with pytest.raises(NotFound):
            async with transaction() as tx:
                await tx.rows(same)
                try:
                    await tx.connection.run_each([wrong, Statement(same.encode())])
                except Exception as error:
                    raise NotFound("refused") from error
        async with transaction() as tx:
            assert await tx.connection.run(same.encode(), []) == [(41,)]
            assert await tx.rows(same) == [{"number": 41}]


async def test_what_failed_as_it_was_first_done_is_prepared_once(
    organization: Organization, database_url: str
) -> None:
    async with connected(database_url):
        for _ in range(3):
            with pytest.raises(NotFound):
                async with transaction() as tx:
                    try:
                        await tx.connection.run(b"SELECT 1 / $1::text::int", ["0"])
                    except Exception as error:
                        raise NotFound("refused") from error
        async with transaction() as tx:
            named = await tx.rows(
                "SELECT name FROM pg_prepared_statements WHERE statement LIKE 'SELECT 1 / %%'"
            )
        assert len(named) == 1


async def test_what_was_prepared_before_a_column_had_another_type_fails_but_once(
    organization: Organization, database_url: str
) -> None:
    sql = b"SELECT number FROM changing WHERE $1::text IS NOT NULL"
    async with connected(database_url), somebody(database_url) as other:
        await other.execute("CREATE TABLE changing AS SELECT 1 AS number")
        await other.commit()
        assert await ask(sql, ["1"]) == [(1,)]
        await other.execute("ALTER TABLE changing ALTER number TYPE text")
        await other.commit()
        with pytest.raises(FeatureNotSupported):
            await ask(sql, ["1"])
        assert await ask(sql, ["1"]) == [("1",)]
        await other.execute("DROP TABLE changing")
        await other.commit()
