"""What is cleared away, and that nothing else is."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from tortoise import connections

from jobs.trimming import FEEDS_AT_ONCE, trim_events
from models.agent.agent import Agent
from models.agent.session import SESSION_LIFETIME, Session, hash_password
from models.event import EventRow, Feed
from models.idempotency import IdempotencyKey, Once, earlier_outcome
from models.keyring import Keyring
from models.letter.ordered import OrderedLetter
from models.letter.sent import SentLetter
from models.organization.organization import Organization
from models.transactions import transaction
from realtime.events import Announcement, EventKind, announce
from tests.builders import Clock
from tests.jobs.conftest import Jobs


async def sql(statement: str, *values: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await connections.get("default").execute_query_dict(statement, list(values))
    return rows


async def tell(organization: Organization, topic: str, times: int) -> None:
    async with transaction():
        announce(
            *(
                Announcement(organization.id, topic, EventKind.MESSAGE_ADDED, {"message": number})
                for number in range(times)
            )
        )


async def kept(topic: str) -> tuple[int, int, list[int]]:
    """The topic's floor, its head, and the seqs of its events."""
    feed = await Feed.get(topic=topic)
    return feed.floor, feed.head, [event.seq for event in await EventRow.filter(topic=topic).order_by("seq")]


@pytest.fixture
async def feeds(organization: Organization) -> Organization:
    """Two feeds; the first three events of `old` are eight days old, all of `new` are of now."""
    await tell(organization, "old", 5)
    await tell(organization, "new", 2)
    await sql("UPDATE event SET at = at - interval '8 days' WHERE topic = 'old' AND seq <= 3")
    return organization


async def test_events_older_than_a_week_go_and_the_floor_says_so(feeds: Organization, jobs: Jobs) -> None:
    await jobs.run_periodic("events.trim")
    assert await kept("old") == (3, 5, [4, 5])
    assert await kept("new") == (0, 2, [1, 2])


async def test_seqs_go_on_where_they_were(feeds: Organization, jobs: Jobs) -> None:
    await trim_events()
    await trim_events()
    await tell(feeds, "old", 1)
    assert await kept("old") == (3, 6, [4, 5, 6])


async def test_a_feed_of_old_events_only_keeps_its_head(feeds: Organization, jobs: Jobs) -> None:
    await sql("UPDATE event SET at = at - interval '8 days'")
    await trim_events()
    assert await kept("old") == (5, 5, [])
    await tell(feeds, "old", 1)
    await trim_events()
    assert await kept("old") == (5, 6, [6])


async def test_an_event_stamped_late_by_a_clock_set_back_leaves_no_gap(feeds: Organization) -> None:
    await sql("UPDATE event SET at = now() WHERE topic = 'old' AND seq = 2")
    await trim_events()
    assert await kept("old") == (3, 5, [4, 5])


async def test_a_feed_that_is_being_written_to_is_left_for_the_next_time(
    feeds: Organization, database_url: str
) -> None:
    async with await psycopg.AsyncConnection.connect(database_url) as writer:
        await writer.execute("SELECT FROM feed WHERE topic = 'old' FOR UPDATE")
        await trim_events()
        assert await kept("old") == (0, 5, [1, 2, 3, 4, 5])
    await trim_events()
    assert await kept("old") == (3, 5, [4, 5])


async def test_however_many_feeds_there_are_all_are_trimmed(organization: Organization) -> None:
    many = FEEDS_AT_ONCE + 1
    await sql(
        "INSERT INTO feed (organization_id, topic, head, floor)"
        " SELECT %s, 'topic:' || n, 1, 0 FROM generate_series(1, %s) n",
        organization.id,
        many,
    )
    await sql(
        "INSERT INTO event (organization_id, topic, seq, kind, audience, ids, at)"
        " SELECT %s, 'topic:' || n, 1, 'MESSAGE_ADDED', 'EVERYONE', '{}', now() - interval '8 days'"
        " FROM generate_series(1, %s) n",
        organization.id,
        many,
    )
    await trim_events()
    assert await EventRow.all().count() == 0
    assert await Feed.filter(floor=1).count() == many


async def test_idempotency_keys_are_forgotten_after_two_days(organization: Organization, jobs: Jobs) -> None:
    for key in ("old", "new"):
        async with transaction() as tx:
            await earlier_outcome(tx, Once(organization.id, "public", "book", key, "{}"))
    await sql("UPDATE idempotency_key SET created_at = created_at - interval '49 hours' WHERE key = 'old'")
    await jobs.run_periodic("records.trim")
    assert [one.key for one in await IdempotencyKey.all()] == ["new"]


async def test_sessions_go_a_week_after_they_expired(
    anna: Agent, keys: Keyring, jobs: Jobs, clock: Clock
) -> None:
    await Agent.filter(id=anna.id).update(password_hash=await hash_password("frontdesk"))
    await Session.sign_in("acme", anna.email, "frontdesk", keys=keys, now=clock())
    clock.advance(days=7)
    await Session.sign_in("acme", anna.email, "frontdesk", keys=keys, now=clock())
    clock.now += SESSION_LIFETIME + timedelta(minutes=1)
    await jobs.run_periodic("records.trim")
    assert await Session.all().count() == 1


async def test_sent_letters_are_forgotten_after_a_month(organization: Organization, jobs: Jobs) -> None:
    for name in ("old", "new"):
        await SentLetter.note(f"{name}@acme.example", organization_id=organization.id)
    await sql("UPDATE sent_letter SET sent_at = sent_at - interval '31 days' WHERE message_id LIKE 'old%%'")
    await jobs.run_periodic("records.trim")
    assert [one.message_id for one in await SentLetter.all()] == ["new@acme.example"]


async def test_letters_that_could_never_be_sent_are_forgotten_after_a_month(
    organization: Organization, jobs: Jobs, clock: Clock
) -> None:
    for key, days in (("old", 31), ("new", 29)):
        ordered_at = clock() - timedelta(days=days)
        await OrderedLetter.create(organization=organization, key=key, sealed=b"", ordered_at=ordered_at)
    await jobs.run_periodic("records.trim")
    assert [one.key for one in await OrderedLetter.all()] == ["new"]


async def test_done_jobs_go_after_a_day_and_failed_ones_after_a_week(jobs: Jobs) -> None:
    ages = {"succeeded": (23, 25), "failed": (25, 169), "todo": (200,), "doing": (200,)}
    for status, hours in ages.items():
        for age in hours:
            await sql(
                "WITH job AS (INSERT INTO procrastinate_jobs (queue_name, task_name, status, lock, scheduled_at)"
                " VALUES ('elsewhere', %s, %s, %s, now() + interval '1 day') RETURNING id)"
                " SELECT FROM job",
                f"{status} {age}", status, f"{status} {age}",
            )  # fmt: skip
            await sql(
                "INSERT INTO procrastinate_events (job_id, type, at)"
                " SELECT id, 'deferred', now() - make_interval(hours => %s)"
                " FROM procrastinate_jobs WHERE task_name = %s",
                age, f"{status} {age}",
            )  # fmt: skip
    await sql(
        "DELETE FROM procrastinate_events USING procrastinate_jobs job"
        " WHERE job.id = job_id AND job.queue_name = 'elsewhere' AND at > now() - interval '1 hour'"
    )
    await jobs.run_periodic("jobs.forget")
    left = await sql("SELECT task_name FROM procrastinate_jobs WHERE queue_name = 'elsewhere' ORDER BY 1")
    assert [row["task_name"] for row in left] == ["doing 200", "failed 25", "succeeded 23", "todo 200"]
