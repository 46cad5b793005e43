"""The queue of the run's database, and the tools that jobs get in tests: a mailer and calendars in memory."""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Any

import pytest
from procrastinate.exceptions import AlreadyEnqueued
from tortoise import connections

from jobs.tools import Tools, equip
from jobs.worker import drain, open_queue
from models.actor import Public
from models.agent.agent import Agent
from models.availability.target import Named, find_target
from models.channel.credentials import Credentials
from models.contact.details import GuestDetails
from models.keyring import Keyring
from models.meeting.booking import book
from models.meeting.meeting import Meeting
from models.meeting.wish import Wish
from models.queue import queue
from models.words import MeetingProvider
from providers.calendars.fake import FakeCalendar
from providers.fetching import LOOPBACK_TOO, Fetcher, FetchLimits
from providers.mail.fake import FakeMailer
from providers.meetings.fake import FakeCalls
from providers.messaging.fake import FakeMessages
from tests.builders import Clock

GRACE = GuestDetails(
    name="Grace Guest", email="grace@guests.example", phone=None, locale="en", time_zone="Europe/London"
)


@dataclass(slots=True)
class Shelf:
    """Calendars in memory, each at its URL, and how often each was opened."""

    calendars: dict[str, FakeCalendar] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)

    def __call__(self, url: str, *, zone: tzinfo, owner: str) -> FakeCalendar:
        self.opened.append(url)
        return self.calendars[url]


@dataclass(frozen=True, slots=True)
class Jobs:
    """The queue as tests look at it."""

    async def run(self) -> None:
        """Run what is due until nothing is."""
        await drain()

    async def run_periodic(self, task: str) -> None:
        """Run a periodic task, and what else is due. The worker of an earlier run may have queued it already."""
        with suppress(AlreadyEnqueued):
            await queue.configure_task(task, allow_unknown=False).defer_async(timestamp=0)
        await drain()

    async def hurry(self) -> None:
        """Let the time come for everything that waits, and run it."""
        await self._rows("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
        await drain()

    async def waiting(self, *tasks: str) -> list[dict[str, Any]]:
        """The jobs of these tasks that are still to be run."""
        return await self._rows(
            "SELECT * FROM procrastinate_jobs WHERE status = 'todo' AND task_name = ANY(%s) ORDER BY id",
            list(tasks),
        )

    async def forget(self, task: str) -> None:
        """Have the jobs of this task that are still to be run be lost."""
        await self._rows("DELETE FROM procrastinate_jobs WHERE status = 'todo' AND task_name = %s", task)

    async def failed(self) -> list[dict[str, Any]]:
        return await self._rows("SELECT * FROM procrastinate_jobs WHERE status = 'failed'")

    async def _rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await connections.get("default").execute_query_dict(sql, list(values))
        return rows


@pytest.fixture(scope="session")
async def opened_queue(open_database: str, database_url: str) -> AsyncIterator[None]:
    async with open_queue(database_url):
        yield


@pytest.fixture
def jobs(db: None, opened_queue: None, tools: Tools) -> Jobs:
    return Jobs()


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@dataclass(slots=True)
class Desk:
    """One account at a provider of calls, in memory, and with what it was opened."""

    calls: FakeCalls = field(default_factory=FakeCalls)
    opened: list[tuple[MeetingProvider, str, str | None]] = field(default_factory=list)

    def __call__(self, provider: MeetingProvider, *, account: str, secret: str | None) -> FakeCalls:
        self.opened.append((provider, account, secret))
        return self.calls


@pytest.fixture
def desk() -> Desk:
    return Desk()


@dataclass(slots=True)
class Post:
    """One account at a provider of messages, in memory, and with what it was opened."""

    messages: FakeMessages = field(default_factory=FakeMessages)
    opened: list[Credentials] = field(default_factory=list)

    def __call__(self, credentials: Credentials) -> FakeMessages:
        self.opened.append(credentials)
        return self.messages


@pytest.fixture
def post_office() -> Post:
    return Post()


@pytest.fixture
def tools(
    mailer: FakeMailer, shelf: Shelf, desk: Desk, post_office: Post, keys: Keyring, clock: Clock
) -> Tools:
    tools = Tools(
        mailer=mailer,
        open_feed=shelf,
        open_calls=desk,
        open_messages=post_office,
        post=Fetcher(addresses=LOOPBACK_TOO, limits=FetchLimits(seconds=0.5)).post,
        keys=keys,
        public_url="https://desk.example",
        now=clock,
    )
    equip(tools)
    return tools


async def books(
    agent: Agent,
    start: datetime,
    *,
    now: datetime,
    guest: GuestDetails = GRACE,
    named: Mapping[str, Any] = MappingProxyType({}),
) -> Meeting:
    """The guest books the agent from the public page; `named` is what else they name."""
    target = await find_target(Named(agent_id=agent.id, **named), actor=Public(), now=now)
    return await book(Wish(target=target, start=start, guest=guest), actor=Public(), now=now)
