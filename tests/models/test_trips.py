"""Trips to the database of several statements: all that a transaction promises, wherever one of them ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg.errors import (
    AdminShutdown,
    DeadlockDetected,
    FeatureNotSupported,
    LockNotAvailable,
    OperationalError,
)
from psycopg.pq import PipelineStatus, TransactionStatus
from tortoise import connections
from tortoise.exceptions import IntegrityError, TransactionManagementError
from tortoise.transactions import in_transaction

from errors import NotFound
from models.agent.agent import Agent
from models.claim import Claim
from models.connection import ask
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.event import EventRow
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.transactions import Transaction, ids_of, key_of, outlet, transaction
from models.trip import Statement
from models.words import Channel, ConversationStatus, MeetingType
from realtime.events import Announcement, EventKind, Hint, announce
from tests.builders import MONDAY, a_contact
from tests.models.line import connected, line_to
from tests.trips import trips
from tests.waiting import PATIENCE_SECONDS, until

TOPIC = "conversation:1"
NUMBER = b"SELECT $1::text::bigint"


@pytest.fixture
async def published(organization: Organization) -> AsyncIterator[list[Hint]]:
    heard: list[Hint] = []

    async def hear(hints: Sequence[Hint]) -> None:
        heard.extend(hints)

    outlet.publish = hear
    yield heard


@asynccontextmanager
async def somebody(database_url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """Somebody else, in a transaction that comes to nothing."""
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        yield other
        await other.rollback()


def waits(other: psycopg.AsyncConnection[Any], *, longer_than: str = "0") -> Any:
    """Whether there is somebody who waits for a lock: the number of their process."""
    sql = """SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
        AND clock_timestamp() - query_start > %s::interval"""

    async def asked() -> int | None:
        found = await (await other.execute(sql, [longer_than])).fetchone()
        return int(found[0]) if found else None

    return asked


async def end_whoever_waits(other: psycopg.AsyncConnection[Any]) -> None:
    await until(waits(other))
    await other.execute("SELECT pg_terminate_backend(%s)", [await waits(other)()])


def tell(organization: Organization, topic: str = TOPIC, *, about: int = 1) -> None:
    announce(Announcement(organization.id, topic, EventKind.CONVERSATION_CHANGED, {"conversation": about}))


async def add(tx: Transaction, organization: Organization, name: str = "Grace") -> Contact:
    return await tx.add(Contact(organization_id=organization.id, name=name))


async def claim(agent: Agent, *, meeting_id: int) -> None:
    """The claim's meeting is looked for as the transaction commits."""
    ends_at = MONDAY + timedelta(minutes=30)
    own = {"organization_id": agent.organization_id, "agent_id": agent.id, "meeting_id": meeting_id}
    await Claim.create(**own, starts_at=MONDAY, ends_at=ends_at)


async def a_meeting(organization: Organization) -> Meeting:
    guest = await a_contact(organization)
    now, own = MONDAY, {"organization_id": organization.id}
    talk = await Conversation.create(
        **own, number=1, channel=Channel.MEETING, status=ConversationStatus.OPEN, contact=guest, created_at=now,
        last_message_at=now,
    )  # fmt: skip
    return await Meeting.create(
        **own, title="Tea", meeting_type=MeetingType.PHONE, start=now, end=now + timedelta(minutes=30),
        guest_time_zone="Europe/Rome", guest=guest, conversation=talk,
    )  # fmt: skip


async def on_it(tx: Transaction) -> int:
    """The database's process of a transaction's connection."""
    return int((await tx.rows("SELECT pg_backend_pid() AS process"))[0]["process"])


async def nothing_is_left(published: list[Hint], *, process: int | None = None) -> None:
    """Of a transaction that failed nothing is there or was told, and whoever comes next is as well off as ever: on the
    same connection, if that was not lost."""
    async with asyncio.timeout(PATIENCE_SECONDS), transaction() as tx:
        assert process in (None, await on_it(tx))
        assert await tx.connection.run(NUMBER, ["7"]) == [(7,)]
        raw = tx.connection._connection
        assert raw.pgconn.pipeline_status == PipelineStatus.OFF
    assert raw.pgconn.transaction_status == TransactionStatus.IDLE
    assert await EventRow.all().count() == await Contact.all().count() == 0
    assert published == []


# ── What there is in a trip ──


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


# ── What fails ──


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


# ── Who is lost ──


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


# ── Who hangs up ──


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
