"""Workers that remind at once, and are killed on their way: everyone is reminded once all the same."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from models.agent.agent import Agent
from models.meeting.meeting import Meeting
from models.meeting.reminding import Reminder, remind
from tests.builders import Clock
from tests.jobs.conftest import Jobs, books
from tests.jobs.test_reminders import DAY, HOUR, START, times
from tests.waiting import lock_waits, until

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def meeting(anna: Agent, jobs: Jobs, clock: Clock) -> Meeting:
    return await books(anna, START, now=clock())


async def test_of_workers_that_remind_at_the_same_moment_one_does(
    meeting: Meeting, jobs: Jobs, clock: Clock
) -> None:
    clock.now = START - DAY
    reminded = await asyncio.gather(*(remind(meeting.id, now=clock()) for _ in range(8)))
    assert sorted(reminded) == [False] * 7 + [True]
    assert len(await times(meeting)) == 1


async def a_worker(database_url: str, moment: datetime, *how: str) -> Process:
    command = (sys.executable, "-m", "tests.jobs.reminding_worker", database_url, moment.isoformat(), *how)
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT)


async def test_a_meeting_that_is_being_cancelled_is_not_reminded_of(
    meeting: Meeting, jobs: Jobs, clock: Clock, database_url: str
) -> None:
    clock.now = START - DAY
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute("UPDATE meeting SET status = 'CANCELLED' WHERE id = %s", [meeting.id])
        reminding = asyncio.create_task(remind(meeting.id, now=clock()))
        await until(lock_waits)
        await other.commit()
    assert not await reminding
    assert await times(meeting) == []


async def test_what_a_worker_did_not_commit_before_it_was_killed_is_done_by_the_next_once(
    meeting: Meeting, jobs: Jobs, clock: Clock, database_url: str
) -> None:
    clock.now = START - DAY
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute("SELECT FROM conversation WHERE id = %s FOR UPDATE", [meeting.conversation_id])
        worker = await a_worker(database_url, clock())
        await until(lock_waits)  # the reminder is written, and what is said in the conversation not yet
        worker.kill()
        await worker.wait()
    assert await times(meeting) == []
    await jobs.run_periodic("meetings.remind")
    await jobs.run_periodic("meetings.remind")
    assert await times(meeting) == [clock()]


async def test_what_a_worker_committed_before_it_was_killed_is_not_done_again(
    meeting: Meeting, jobs: Jobs, clock: Clock, database_url: str
) -> None:
    await jobs.run()
    clock.now = START - DAY
    worker = await a_worker(database_url, clock(), "dying")
    assert await worker.wait() == -signal.SIGKILL
    assert len(await jobs.waiting("mail.tell_of_change")) == 1
    await jobs.run_periodic("meetings.remind")
    assert await times(meeting) == [clock()]


async def test_of_two_workers_at_once_one_is_killed_and_everyone_is_reminded_once(
    anna: Agent, jobs: Jobs, clock: Clock, database_url: str
) -> None:
    booked = [await books(anna, START + n * HOUR / 2, now=clock()) for n in range(14)]
    clock.now = START + 7 * HOUR - DAY
    doomed, other = await asyncio.gather(a_worker(database_url, clock()), a_worker(database_url, clock()))
    await until(Reminder.all().exists)
    doomed.kill()
    await doomed.wait()
    assert await other.wait() == 0
    await jobs.run_periodic("meetings.remind")
    assert [await times(one) for one in booked] == [[clock()]] * len(booked)
