"""A worker sends what was to be sent later, when it is time, and forgets it long afterwards."""

from __future__ import annotations

from datetime import timedelta

from models.agent.agent import Agent
from models.conversation.message import Message
from models.conversation.posting import Draft
from models.conversation.scheduled import ScheduledMessage
from models.conversation.scheduling import SEND, schedule
from tests.builders import MONDAY, Clock, acting
from tests.jobs.conftest import Jobs, books

NINE = MONDAY + timedelta(hours=1)
DUE = MONDAY + timedelta(hours=5)


async def waits(anna: Agent, clock: Clock) -> None:
    meeting = await books(anna, NINE, now=clock())
    conversation = await meeting.conversation
    await schedule(conversation, Draft(text="Hello"), send_at=DUE, actor=acting(anna), now=clock())


async def sent() -> int:
    return await Message.filter(text="Hello").count()


async def test_its_own_job_sends_it(anna: Agent, jobs: Jobs, clock: Clock) -> None:
    await waits(anna, clock)
    await jobs.run()
    [job] = await jobs.waiting(SEND)
    assert (job["scheduled_at"], await sent()) == (DUE, 0)
    clock.now = DUE
    await jobs.hurry()
    assert await sent() == 1


async def test_where_that_is_lost_it_is_sent_within_a_minute_and_once(
    anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    await waits(anna, clock)
    await jobs.forget(SEND)
    clock.now = DUE - timedelta(seconds=1)
    await jobs.run_periodic("conversations.sweep")
    assert await sent() == 0
    clock.now = DUE
    for _ in range(2):
        await jobs.run_periodic("conversations.sweep")
    assert await sent() == 1


async def test_what_was_sent_is_forgotten_after_a_month_and_what_waits_is_not(
    anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    await waits(anna, clock)
    await jobs.forget(SEND)
    await jobs.run_periodic("records.trim")
    assert await ScheduledMessage.all().count() == 1
    clock.now = DUE
    await jobs.run_periodic("conversations.sweep")
    clock.advance(days=29)
    await jobs.run_periodic("records.trim")
    assert await ScheduledMessage.all().count() == 1
    clock.advance(days=2)
    await jobs.run_periodic("records.trim")
    assert await ScheduledMessage.all().count() == 0
    assert await sent() == 1
