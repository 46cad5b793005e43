"""Meetings whose time is over are taken for held, by whatever worker looks first, and nobody is written to."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from tortoise import connections
from tortoise.transactions import in_transaction

from jobs.meetings import complete
from models.agent.agent import Agent
from models.conversation.message import Message
from models.keyring import Keyring
from models.meeting.ending import ENDED
from models.meeting.meeting import Meeting, MeetingChange
from models.organization.organization import Organization
from models.webhook.changing import create_webhook
from models.webhook.webhook import WebhookDelivery
from models.words import DeliveryState, MeetingChangeKind, Role, WebhookEvent
from providers.fetching import LOOPBACK_TOO
from providers.mail.fake import FakeMailer
from tests.builders import MONDAY, Clock, acting, an_agent
from tests.jobs.conftest import Jobs, books
from tests.jobs.receiver import receiving

NINE = MONDAY + timedelta(hours=1)
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
async def meetings(anna: Agent, jobs: Jobs, clock: Clock) -> list[Meeting]:
    """At nine, half past nine, and so on."""
    booked = [await books(anna, NINE + n * HALF_HOUR, now=clock()) for n in range(6)]
    await jobs.run()
    return booked


async def statuses() -> list[str]:
    return [one.status.value for one in await Meeting.all().order_by("start")]


async def completions() -> int:
    return await MeetingChange.filter(kind=MeetingChangeKind.COMPLETED).count()


async def test_meetings_are_completed_when_their_time_is_over(
    meetings: list[Meeting], jobs: Jobs, clock: Clock
) -> None:
    clock.now = NINE + 2 * HALF_HOUR
    await jobs.run_periodic("meetings.complete")
    assert await statuses() == ["COMPLETED"] * 2 + ["SCHEDULED"] * 4
    assert await completions() == 2


async def test_nobody_is_written_to(
    meetings: list[Meeting], jobs: Jobs, clock: Clock, mailer: FakeMailer
) -> None:
    letters, messages = len(mailer.outbox), await Message.all().count()
    clock.now = NINE + 6 * HALF_HOUR
    await jobs.run_periodic("meetings.complete")
    assert await completions() == 6
    assert (len(mailer.outbox), await Message.all().count()) == (letters, messages)


async def test_webhooks_are_told_of_it_once(
    anna: Agent, organization: Organization, jobs: Jobs, keys: Keyring, clock: Clock
) -> None:
    ada = await an_agent(organization, "Ada", role=Role.ADMINISTRATOR)
    await books(anna, NINE, now=clock())
    await jobs.run()
    async with receiving() as receiver:
        await create_webhook(
            actor=acting(ada),
            keys=keys,
            addresses=LOOPBACK_TOO,
            url=receiver.url,
            events=[WebhookEvent.MEETING_COMPLETED],
        )
        clock.now = NINE + HALF_HOUR
        for _ in range(2):
            await jobs.run_periodic("meetings.complete")
    [delivery] = await WebhookDelivery.all()
    assert (delivery.event, delivery.state) == (WebhookEvent.MEETING_COMPLETED, DeliveryState.DONE)


async def test_two_workers_at_once_complete_each_meeting_once(meetings: list[Meeting], clock: Clock) -> None:
    clock.now = NINE + 6 * HALF_HOUR
    await asyncio.gather(*(complete(timestamp=0) for _ in range(4)))
    assert await statuses() == ["COMPLETED"] * 6
    assert await completions() == 6


async def test_one_that_cannot_be_completed_holds_up_no_other(
    meetings: list[Meeting], jobs: Jobs, clock: Clock
) -> None:
    clock.now = NINE + 6 * HALF_HOUR
    broken = meetings[0]
    await connections.get("default").execute_script(
        f"CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;"
        f" CREATE TRIGGER broken BEFORE UPDATE ON meeting FOR EACH ROW WHEN (OLD.id = {broken.id})"
        f" EXECUTE FUNCTION broken()"
    )
    try:
        with capture_logs() as logs:
            await jobs.run_periodic("meetings.complete")
    finally:
        await connections.get("default").execute_script("DROP FUNCTION broken CASCADE")
    assert await statuses() == ["SCHEDULED"] + ["COMPLETED"] * 5
    assert {log["meeting_id"] for log in logs if log["event"] == "meeting.not_completed"} == {broken.id}
    await jobs.run_periodic("meetings.complete")
    assert await completions() == 6


async def test_what_is_to_be_completed_is_found_by_an_index(meetings: list[Meeting], clock: Clock) -> None:
    async with in_transaction() as connection:
        await connection.execute_script("SET LOCAL enable_seqscan = off")
        plan = await connection.execute_query_dict(f"EXPLAIN {ENDED}", [clock(), 9])
    assert "meeting_to_end" in str(plan)
