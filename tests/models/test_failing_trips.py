"""A trip to the database that fails: all that a transaction promises, whichever of its statements does."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from psycopg.errors import (
    DeadlockDetected,
    LockNotAvailable,
)
from tortoise.exceptions import IntegrityError, TransactionManagementError
from tortoise.transactions import in_transaction

from models.agent.agent import Agent
from models.contact.contact import Contact
from models.organization.organization import Organization
from models.transactions import key_of, transaction
from models.trip import Statement
from realtime.events import Hint
from tests.builders import a_contact
from tests.models.attempts import NUMBER, TOPIC, add, claim, nothing_is_left, on_it, somebody, tell, waits
from tests.models.line import connected
from tests.waiting import until


async def test_a_write_that_is_refused_is_not_there(
    organization: Organization, published: list[Hint], database_url: str
) -> None:
    async with connected(database_url):
        with pytest.raises(IntegrityError, match="organization_slug_key"):
            async with transaction() as tx:
                process = await on_it(tx)
                await tx.add(Organization(slug=organization.slug, name="Twin", time_zone="UTC"))
                tell(organization)
        assert not tx.is_whole
        await nothing_is_left(published, process=process)


async def test_a_value_that_cannot_be_sent_is_not_sent(
    organization: Organization, published: list[Hint], database_url: str
) -> None:
    async with connected(database_url):
        with pytest.raises(Exception, match="NUL"):
            async with transaction() as tx:
                process = await on_it(tx)
                await tx.connection.run_each([Statement(NUMBER, ["1"]), Statement(NUMBER, ["\0"])])
        await nothing_is_left(published, process=process)


async def test_who_has_waited_long_enough_gives_way(
    organization: Organization, published: list[Hint], database_url: str
) -> None:
    async with connected(database_url), somebody(database_url) as other:
        await other.execute("INSERT INTO feed (organization_id, topic, head, floor) VALUES (%s, %s, 0, 0)",
            [organization.id, TOPIC])  # fmt: skip
        with pytest.raises(LockNotAvailable):
            async with transaction(patience=timedelta(milliseconds=50)) as tx:
                process = await on_it(tx)
                await add(tx, organization)
                tell(organization)
        assert not tx.is_whole
        await nothing_is_left(published, process=process)


async def test_who_is_in_a_ring_of_those_who_wait_is_told_so(
    organization: Organization, published: list[Hint], database_url: str
) -> None:
    async with connected(database_url), somebody(database_url) as other, somebody(database_url) as watch:
        await other.execute("INSERT INTO feed (organization_id, topic, head, floor) VALUES (%s, %s, 0, 0)",
            [organization.id, TOPIC])  # fmt: skip
        with pytest.raises(DeadlockDetected):
            async with transaction() as tx:
                process = await on_it(tx)
                await tx.lock(key_of("one"))
                waiting = asyncio.create_task(
                    other.execute("SELECT pg_advisory_xact_lock(%s)", [key_of("one")])
                )
                [timeout] = await tx.rows("SHOW deadlock_timeout")
                await until(waits(watch, longer_than=timeout["deadlock_timeout"]))
                tell(organization)
        await waiting
        assert not tx.is_whole
        await nothing_is_left(published, process=process)


async def test_what_the_commit_itself_refuses_is_not_there(
    organization: Organization, anna: Agent, published: list[Hint], database_url: str
) -> None:
    async with connected(database_url):
        with pytest.raises(IntegrityError, match="claim_meeting"):
            async with transaction() as tx:
                process = await on_it(tx)
                await claim(anna, meeting_id=0)
                await add(tx, organization)
                tell(organization)
        assert not tx.is_whole
        await nothing_is_left(published, process=process)


@pytest.mark.parametrize("tells", [True, False])
async def test_what_failed_before_unheeded_is_no_success(
    organization: Organization, published: list[Hint], database_url: str, tells: bool
) -> None:
    async with connected(database_url):
        with pytest.raises(TransactionManagementError):
            async with transaction() as tx:
                process = await on_it(tx)
                await Organization.filter(id=organization.id).update(name="Other")
                with suppress(Exception):
                    await tx.rows("SELECT 1 / 0")
                if tells:
                    tell(organization)
        assert not tx.is_whole
        assert (await Organization.get(id=organization.id)).name == "Acme"
        await nothing_is_left(published, process=process)


async def test_a_savepoint_that_was_left_takes_nothing_with_it(
    organization: Organization, published: list[Hint], database_url: str
) -> None:
    async with connected(database_url):
        async with transaction() as tx:
            await add(tx, organization, "Before")
            with pytest.raises(ZeroDivisionError):
                async with in_transaction():
                    await a_contact(organization, "Inside")
                    raise ZeroDivisionError
            await add(tx, organization, "After")
            tell(organization)
        assert [one.name for one in await Contact.all().order_by("id")] == ["Before", "After"]
        assert published == [Hint(TOPIC, 1)]
