"""A hint that never comes costs seconds, and never an event."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from models.actor import Public
from models.agent.agent import Agent
from models.availability.target import Named, find_target
from models.contact.details import GuestDetails
from models.conversation.message import Message
from models.meeting.booking import book
from models.meeting.meeting import Meeting
from models.meeting.wish import Wish
from realtime.bus import Bus, MemoryBus, RedisBus
from realtime.events import conversation_topic
from realtime.feed import Event
from realtime.hub import Hub, Item
from realtime.store import DatabaseStore
from tests.builders import MONDAY
from tests.waiting import PATIENCE_SECONDS

WRITER = Path(__file__).with_name("dying_writer.py")


@pytest.fixture(params=["memory", "redis"])
async def hub(request: pytest.FixtureRequest, db: None) -> AsyncIterator[Hub]:
    """A web process's hub, whose bus works but will not be told."""
    bus: Bus = MemoryBus()
    if request.param == "redis":
        bus = RedisBus(request.getfixturevalue("redis_url"))
    hub = Hub(bus, DatabaseStore())
    await bus.start()
    await hub.start()
    yield hub
    await hub.stop()
    await bus.stop()


@pytest.fixture
async def meeting(anna: Agent) -> Meeting:
    target = await find_target(Named(agent_id=anna.id), actor=Public(), now=MONDAY)
    guest = GuestDetails(
        name="Grace", email="grace@guests.example", phone=None, locale=None, time_zone="Europe/Rome"
    )
    start = MONDAY.replace(hour=9)
    return await book(Wish(target=target, start=start, guest=guest), actor=Public(), now=MONDAY)


async def test_a_writer_killed_between_commit_and_publishing_loses_nothing(
    hub: Hub, meeting: Meeting, anna: Agent, database_url: str
) -> None:
    topic = conversation_topic(meeting.conversation_id)
    async with aclosing(hub.subscribe(topic, after=0, accept=lambda event: True)) as heard:
        await _until(
            heard, lambda event: event.kind == "MEETING_CHANGED"
        )  # what booking wrote; from now on live
        heard_it = asyncio.create_task(_until(heard, lambda event: event.kind == "MESSAGE_ADDED"))
        assert await _send_and_die(database_url, anna, meeting, "Are you there?") == -signal.SIGKILL
        async with asyncio.timeout(PATIENCE_SECONDS):
            event = await heard_it
    message = await Message.get(id=event.payload["message"])
    assert message.text == "Are you there?"


async def _until(heard: AsyncIterator[Item], wanted: Callable[[Event], bool]) -> Event:
    async for item in heard:
        if isinstance(item, Event) and wanted(item):
            return item
    raise AssertionError("the subscription ended")


async def _send_and_die(database_url: str, agent: Agent, meeting: Meeting, text: str) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, WRITER, database_url, str(agent.id), str(meeting.conversation_id), text
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await process.wait()
