"""What nobody decided in time is written down, and everyone is told, once."""

from __future__ import annotations

from datetime import timedelta

from structlog.testing import capture_logs
from tortoise import connections

from models.agent.agent import Agent
from models.meeting.meeting import Meeting, MeetingChange
from models.words import MeetingChangeKind
from providers.mail.fake import FakeMailer
from tests.builders import MONDAY, Clock
from tests.jobs.conftest import Jobs, books
from tests.models.meeting.life import DEADLINE, guests_confirm, to_be_accepted
from tests.models.meeting.teams import booked

NINE = MONDAY + timedelta(hours=1)
HALF_HOUR = timedelta(minutes=30)
TASK = "meetings.expire_due"
REFUSE = """
CREATE FUNCTION refuse_expiry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
CREATE TRIGGER refuse_expiry BEFORE UPDATE ON meeting FOR EACH ROW WHEN (NEW.id = {id}) EXECUTE FUNCTION refuse_expiry()
"""


async def expired() -> int:
    return await MeetingChange.filter(kind=MeetingChangeKind.EXPIRED).count()


async def test_after_the_deadline_a_worker_writes_it_down_and_tells_the_guest_once(
    anna: Agent, jobs: Jobs, clock: Clock, mailer: FakeMailer
) -> None:
    await guests_confirm(anna)
    await books(anna, NINE, now=clock())
    await jobs.run()
    before = len(mailer.outbox)
    clock.now = DEADLINE - timedelta(seconds=1)
    await jobs.run_periodic(TASK)
    assert (await expired(), len(mailer.outbox)) == (0, before)
    clock.now = DEADLINE
    for _ in range(2):
        await jobs.run_periodic(TASK)
    assert (await Meeting.get()).status == "EXPIRED"
    assert await expired() == 1
    assert [letter.to.address for letter in mailer.outbox[before:]] == ["grace@guests.example"]


async def test_of_a_request_that_nobody_accepted_guest_and_agent_are_told(
    anna: Agent, jobs: Jobs, clock: Clock, mailer: FakeMailer
) -> None:
    await booked(await to_be_accepted(anna))
    await jobs.run()
    before = len(mailer.outbox)
    clock.now = NINE
    await jobs.run_periodic(TASK)
    told = sorted(letter.to.address for letter in mailer.outbox[before:])
    assert told == ["anna@acme.example", "grace@guests.example"]


async def test_one_that_cannot_be_written_down_keeps_no_other_from_it(
    anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    await guests_confirm(anna)
    first = await books(anna, NINE, now=clock())
    await books(anna, NINE + HALF_HOUR, now=clock())
    connection = connections.get("default")
    await connection.execute_script(REFUSE.format(id=first.id))
    clock.now = DEADLINE
    try:
        with capture_logs() as logs:
            await jobs.run_periodic(TASK)
    finally:
        await connection.execute_script("DROP FUNCTION refuse_expiry CASCADE")
    assert [log["meeting_id"] for log in logs if log["event"] == "meeting.not_expired"] == [first.id]
    assert await expired() == 1
    await jobs.run_periodic(TASK)
    assert await expired() == 2
