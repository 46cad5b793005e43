"""The job that purges: for every organization that wants it, when its day begins, whatever becomes of the worker."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import psycopg
from structlog.testing import capture_logs

from models.agent.agent import Agent
from models.audit.entry import AuditEntry
from models.contact.contact import Contact
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from tests.builders import Clock, an_agent, an_organization
from tests.jobs.conftest import Jobs, books
from tests.models.retention.nights import LAST_DAY, TEN, counts, purging
from tests.waiting import lock_waits, until

ROOT = Path(__file__).parents[2]


async def test_a_worker_purges_when_the_day_begins(
    anna: Agent, organization: Organization, jobs: Jobs, clock: Clock
) -> None:
    await purging(organization)
    await books(anna, TEN, now=clock())
    clock.now = LAST_DAY
    await jobs.run_periodic("meetings.purge")
    assert await Meeting.all().count() == 1
    clock.advance(minutes=1)
    await jobs.run_periodic("meetings.purge")
    assert (await Meeting.all().count(), await Contact.all().count()) == (0, 0)


async def test_it_is_midnight_for_each_organization_by_itself(
    anna: Agent, organization: Organization, jobs: Jobs, clock: Clock
) -> None:
    tokyo = await an_organization("tokyo")
    await Organization.filter(id=tokyo.id).update(time_zone="Asia/Tokyo")
    await books(anna, TEN, now=clock())
    theirs = await books(await an_agent(tokyo, "Yuki"), TEN, now=clock())
    for one in (organization, tokyo):
        await purging(one)
    clock.now = LAST_DAY - timedelta(hours=6)
    await jobs.run_periodic("meetings.purge")
    assert not await Meeting.filter(id=theirs.id).exists()
    assert await Meeting.all().count() == 1


async def test_an_organization_that_cannot_be_purged_holds_up_no_other(
    anna: Agent, organization: Organization, jobs: Jobs, clock: Clock
) -> None:
    other = await an_organization("other")
    await books(anna, TEN, now=clock())
    await books(await an_agent(other, "Olga"), TEN, now=clock())
    for one in (organization, other):
        await purging(one)
    await Organization.filter(id=organization.id).update(time_zone="Nowhere/Atlantis")
    clock.now = LAST_DAY + timedelta(hours=3)
    with capture_logs() as log:
        await jobs.run_periodic("meetings.purge")
    failed = [line["organization_id"] for line in log if line["event"] == "meetings.not_purged"]
    assert failed == [organization.id]
    assert [one.organization_id for one in await Meeting.all()] == [organization.id]


async def test_a_worker_that_is_killed_in_between_leaves_the_rest_to_the_next(
    anna: Agent, organization: Organization, jobs: Jobs, clock: Clock, database_url: str
) -> None:
    await purging(organization)
    meeting = await books(anna, TEN, now=clock())
    clock.now = LAST_DAY + timedelta(minutes=1)
    command = (sys.executable, "-m", "tests.jobs.purging_worker", database_url, clock().isoformat())
    # First between a step's statements, then between two steps: when the meeting is gone, and its guest not yet.
    for table, id in (("conversation", meeting.conversation_id), ("contact", meeting.guest_id)):
        async with await psycopg.AsyncConnection.connect(database_url) as other:
            await other.execute(f'SELECT FROM "{table}" WHERE id = %s FOR UPDATE', [id])
            worker = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
            await until(lock_waits)
            worker.kill()
            await worker.wait()
    assert await Contact.all().count() == 1
    await jobs.run_periodic("meetings.purge")
    await jobs.run_periodic("meetings.purge")
    assert (await Meeting.all().count(), await Contact.all().count()) == (0, 0)
    assert [row[3] for row in await counts(organization)] == [1]
    [entry] = await AuditEntry.filter(action="purgeOutdatedMeetings")
    assert (entry.detail["meetings"], entry.detail["contacts"]) == (1, 1)
