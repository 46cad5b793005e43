"""While it is purged, guests book, people write, others purge: nothing breaks, and nothing is counted twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from models.agent.agent import Agent
from models.audit.entry import AuditEntry
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.retention.purge import Purge
from models.retention.purging import purge_step
from tests.builders import Clock
from tests.jobs.conftest import GRACE, books
from tests.models.retention.nights import DAY, HOUR, LAST_DAY, MINUTE, TEN, counts, purge, purging
from tests.waiting import lock_waits, until

MIDNIGHT = LAST_DAY + MINUTE


@asynccontextmanager
async def holding(
    database_url: str, table: str, id: int
) -> AsyncIterator[psycopg.AsyncConnection[tuple[object, ...]]]:
    """Another connection, which holds a row until the block ends."""
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute(f'SELECT FROM "{table}" WHERE id = %s FOR UPDATE', [id])
        yield other


async def test_a_guest_who_books_while_they_would_be_forgotten_is_kept(
    anna: Agent, organization: Organization, clock: Clock, database_url: str
) -> None:
    await purging(organization)
    first = await books(anna, TEN, now=clock())
    assert await purge_step(organization.id, now=MIDNIGHT)
    assert (await Purge.get()).waiting == [first.guest_id]
    async with holding(database_url, "agent", anna.id):
        booking = asyncio.create_task(books(anna, MIDNIGHT + 10 * HOUR, now=MIDNIGHT))
        await until(lock_waits)  # the guest is recognised, and has no meeting yet
        purging_now = asyncio.create_task(purge(organization, now=MIDNIGHT))

        async def both_wait() -> bool:
            return await lock_waits() == 2

        await until(both_wait)
    second, _ = await asyncio.gather(booking, purging_now)
    assert [one.id for one in await Contact.all()] == [first.guest_id] == [second.guest_id]


async def test_a_guest_who_books_just_after_they_were_forgotten_is_a_new_one(
    anna: Agent, organization: Organization, clock: Clock, database_url: str
) -> None:
    await purging(organization)
    first = await books(anna, TEN, now=clock())
    assert await purge_step(organization.id, now=MIDNIGHT)
    async with holding(database_url, "contact", first.guest_id):
        purging_now = asyncio.create_task(purge(organization, now=MIDNIGHT))
        await until(lock_waits)
        booking = asyncio.create_task(books(anna, MIDNIGHT + 10 * HOUR, now=MIDNIGHT))

        async def both_wait() -> bool:
            return await lock_waits() == 2

        await until(both_wait)
    second, _ = await asyncio.gather(booking, purging_now)
    assert [one.id for one in await Contact.all()] == [second.guest_id] != [first.guest_id]


async def test_many_guests_book_while_all_of_them_would_be_forgotten(
    anna: Agent, organization: Organization, clock: Clock
) -> None:
    await purging(organization)
    guests = [
        GuestDetails(name=f"Guest {n}", email=f"{n}@guests.example", phone=None, locale=None, time_zone="UTC")
        for n in range(12)
    ]
    for n, one in enumerate(guests):
        await books(anna, TEN + n * HOUR / 2, now=clock(), guest=one)
    again = [
        books(anna, MIDNIGHT + 9 * HOUR + n * HOUR / 2, now=MIDNIGHT, guest=one) for n, one in enumerate(guests)
    ]
    await asyncio.gather(*again, purge(organization, now=MIDNIGHT), purge(organization, now=MIDNIGHT))
    await purge(organization, now=MIDNIGHT)
    meetings = await Meeting.all().order_by("start").prefetch_related("guest")
    assert [one.guest.name for one in meetings] == [one.name for one in guests]
    assert sum(row[3] for row in await counts(organization)) == len(guests)
    assert await Contact.all().count() == len(guests)


async def test_what_is_written_while_a_conversation_would_be_deleted_keeps_it(
    anna: Agent, organization: Organization, clock: Clock, database_url: str
) -> None:
    await purging(organization)
    meeting = await books(anna, TEN, now=clock())
    async with holding(database_url, "conversation", meeting.conversation_id) as writer:
        purging_now = asyncio.create_task(purge(organization, now=MIDNIGHT))
        await until(lock_waits)
        await writer.execute(
            "INSERT INTO message (organization_id, conversation_id, seq, kind, direction, text, at, redacted)"
            " VALUES (%s, %s, 99, 'TEXT', 'INBOUND', 'One more thing', %s, false)",
            [organization.id, meeting.conversation_id, MIDNIGHT],
        )
        await writer.commit()
        await purging_now
    assert [one.text for one in await Message.all()] == ["One more thing"]
    assert [one.id for one in await Conversation.all()] == [meeting.conversation_id]
    assert [one.id for one in await Contact.all()] == [meeting.guest_id]


async def test_a_meeting_that_somebody_is_changing_waits_for_the_next_night(
    anna: Agent, organization: Organization, clock: Clock, database_url: str
) -> None:
    await purging(organization)
    meeting = await books(anna, TEN, now=clock())
    async with holding(database_url, "meeting", meeting.id):
        await purge(organization, now=MIDNIGHT)
    assert await Meeting.all().count() == 1
    await purge(organization, now=MIDNIGHT + DAY)
    assert await Meeting.all().count() == 0


async def test_workers_that_purge_at_once_count_everything_once(
    anna: Agent, organization: Organization, clock: Clock
) -> None:
    await purging(organization)
    for n in range(6):
        await books(anna, TEN + n * HOUR / 2, now=clock(), guest=GRACE)
    await asyncio.gather(*(purge(organization, now=MIDNIGHT) for _ in range(6)))
    await purge(organization, now=MIDNIGHT)
    [(*_, meetings, guests, minutes)] = await counts(organization)
    assert (meetings, guests, minutes) == (6, 6, 180)
    [entry] = await AuditEntry.filter(action="purgeOutdatedMeetings")
    assert (entry.detail["meetings"], entry.detail["contacts"]) == (6, 1)


async def test_what_was_begun_is_done_to_its_end_though_it_is_switched_off(
    anna: Agent, organization: Organization, clock: Clock
) -> None:
    await purging(organization)
    await books(anna, TEN, now=clock())
    assert await purge_step(organization.id, now=MIDNIGHT)
    await Organization.filter(id=organization.id).update(stored_settings={})
    await purge(organization, now=MIDNIGHT)
    assert (await Contact.all().count(), await Purge.all().count()) == (0, 0)
