"""Workers begin, end, are killed and lose their database, and no job is lost or done twice for it."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo
from structlog.testing import capture_logs
from tortoise import connections

from jobs.recovery import MOST_ATTEMPTS, recover
from jobs.tools import Tools, equip
from jobs.worker import is_worker_seen, open_queue, run_worker
from models.agent.agent import Agent
from models.meeting.meeting import Meeting
from providers.mail.fake import FakeMailer
from providers.mail.letter import Letter
from tests.builders import MONDAY, Clock
from tests.jobs.conftest import Jobs, books
from tests.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
BOTH = ["anna@acme.example", "grace@guests.example"]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def working(*, grace_seconds: float = 10) -> AsyncIterator[None]:
    """A worker in this process, stopped at the end of the block."""
    task = asyncio.create_task(run_worker(grace_seconds=grace_seconds))
    try:
        await until(is_worker_seen)
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def meeting(anna: Agent, jobs: Jobs, clock: Clock) -> Meeting:
    return await books(anna, MONDAY + timedelta(hours=2), now=clock())


def readers(mailer: FakeMailer) -> list[str]:
    return sorted(letter.to.address for letter in mailer.outbox)


async def test_a_worker_takes_what_is_queued_while_it_runs_and_signs_off_when_it_stops(
    anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    assert not await is_worker_seen()

    async def both_sent() -> bool:
        return len(mailer.outbox) == 2

    async with working():
        await books(anna, MONDAY + timedelta(hours=2), now=clock())
        await until(both_sent)
    assert readers(mailer) == BOTH
    assert not await is_worker_seen()


async def test_a_job_that_is_not_done_within_the_grace_goes_back_to_the_queue(
    meeting: Meeting, jobs: Jobs, tools: Tools, mailer: FakeMailer
) -> None:
    begun: list[Letter] = []

    class SlowMailer:
        async def send(self, letter: Letter) -> None:
            begun.append(letter)
            await asyncio.Event().wait()

    async def both_begun() -> bool:
        return len(begun) == 2

    equip(replace(tools, mailer=SlowMailer()))
    async with working(grace_seconds=0.05):
        await until(both_begun)
    assert len(await jobs.waiting("mail.deliver")) == 2
    equip(tools)
    await jobs.run()
    assert readers(mailer) == BOTH


async def test_what_a_killed_worker_was_doing_is_done_by_another_once(
    meeting: Meeting, jobs: Jobs, mailer: FakeMailer, database_url: str
) -> None:
    command = (sys.executable, "-m", "tests.jobs.stuck_worker", database_url)
    killed = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE)
    try:
        assert killed.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            for _ in BOTH:
                while b"sending" not in await killed.stdout.readline():
                    assert killed.returncode is None
    finally:
        killed.kill()
        await killed.communicate()
    await jobs.run()
    assert mailer.outbox == []
    with capture_logs() as log:
        await recover(silent_seconds=0)
    recovered = [line["task"] for line in log if line["event"] == "job.recovered"]
    assert recovered.count("mail.deliver") == 2
    await jobs.run()
    assert readers(mailer) == BOTH


async def test_the_jobs_of_a_worker_that_is_heard_of_are_left_alone(
    meeting: Meeting, jobs: Jobs, tools: Tools
) -> None:
    begun: list[Letter] = []
    finish = asyncio.Event()

    class SlowMailer(FakeMailer):
        async def send(self, letter: Letter) -> None:
            begun.append(letter)
            await finish.wait()
            await super().send(letter)

    mailer = SlowMailer()
    equip(replace(tools, mailer=mailer))

    async def both_begun() -> bool:
        return len(begun) == 2

    async def both_sent() -> bool:
        return len(mailer.outbox) == 2

    async with working():
        await until(both_begun)
        await recover()
        assert await jobs.waiting("mail.deliver") == []
        finish.set()
        await until(both_sent)
    assert readers(mailer) == BOTH


async def test_a_job_that_takes_its_workers_with_it_is_given_up_in_the_end(jobs: Jobs) -> None:
    await connections.get("default").execute_query_dict(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts)"
        " VALUES ('default', 'mail.deliver', 'doing', %s)",
        [MOST_ATTEMPTS],
    )
    await recover()
    assert len(await jobs.failed()) == 1


async def test_a_worker_whose_connections_are_cut_goes_on(
    anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock, database_url: str
) -> None:
    async def both_sent() -> bool:
        return len(mailer.outbox) == 2

    async with open_queue(make_conninfo(database_url, application_name="doomed")), working():
        cut = await connections.get("default").execute_query_dict(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doomed'"
        )
        assert cut
        await books(anna, MONDAY + timedelta(hours=2), now=clock())
        await until(both_sent)
    assert readers(mailer) == BOTH
