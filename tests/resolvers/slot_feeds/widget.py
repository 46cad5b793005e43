"""What shows slots: it fetches them once, and then puts the days that it is told of in place of those that it has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from models.changes import hint_at_schedules
from models.organization.organization import Organization
from models.transactions import transaction
from realtime.transport import Rejected
from tests.resolvers.conftest import Client, Feed
from tests.waiting import PATIENCE_SECONDS

SLOTS = """query($input: SlotsInput!) { slots(input: $input) {
  cursor days { date slots { start end agentCount seatsLeft } } } }"""
FOLLOW = """subscription($input: SlotsInput!, $after: String) { slotEvents(input: $input, after: $after) {
  cursor days { date slots { start end agentCount seatsLeft } } } }"""
A_WEEK = {"link": "acme/anna", "from": "2027-03-01", "to": "2027-03-05", "timeZone": "Europe/Rome"}

Days = dict[str, list[dict[str, Any]]]


@dataclass(slots=True)
class Ticks:
    """The seconds by which events are kept apart."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


class Listening:
    """A feed of which every event is taken as soon as there is one."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._heard: asyncio.Queue[dict[str, Any] | Rejected] = asyncio.Queue()
        self._task = asyncio.create_task(self._listen())

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            heard = await self._heard.get()
        assert not isinstance(heard, Rejected), heard
        return heard

    async def refusal(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            heard = await self._heard.get()
        assert isinstance(heard, Rejected), heard
        return dict(heard.errors[0]["extensions"])

    async def end(self) -> None:
        """Whatever was heard was looked at."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        assert self._heard.empty()

    async def _listen(self) -> None:
        try:
            async for event in self._feed:
                self._heard.put_nowait(event)
        except Rejected as rejected:
            self._heard.put_nowait(rejected)


@dataclass(slots=True)
class Widget:
    """What is shown, and the days of the events that it has heard."""

    client: Client
    input: dict[str, Any] = field(default_factory=lambda: dict(A_WEEK))
    days: Days = field(default_factory=dict)
    cursor: str = ""
    heard: list[list[str]] = field(default_factory=list)

    async def fetch(self) -> Widget:
        shown = await self.client.do(SLOTS, input=self.input)
        self.days, self.cursor = by_date(shown["days"]), shown["cursor"]
        return self

    @asynccontextmanager
    async def follows(self) -> AsyncIterator[Listening]:
        """From here on, whatever it is told at once is heard at once."""
        async with self.client.follow(FOLLOW, input=self.input, after="") as feed:
            event = await feed.next()
            self.days, self.cursor = shown(event["days"]), event["cursor"]
            listening = Listening(feed)
            try:
                yield listening
            finally:
                await listening.end()

    @asynccontextmanager
    async def comes_back(self) -> AsyncIterator[Feed]:
        async with self.client.follow(FOLLOW, input=self.input, after=self.cursor) as feed:
            yield feed

    async def hears(self, feed: Feed | Listening) -> list[str]:
        """The next event: the dates that it is about."""
        event = await feed.next()
        told = by_date(event["days"])
        assert all(told[day] != self.days.get(day, []) for day in told), "a day was told that is as it was"
        self.days = {day: slots for day, slots in sorted({**self.days, **told}.items()) if slots}
        self.cursor = event["cursor"]
        self.heard.append(list(told))
        return list(told)

    async def is_right(self) -> bool:
        """Whether it shows what there is."""
        fresh = await self.client.do(SLOTS, input=self.input)
        return by_date(fresh["days"]) == self.days and bool(fresh["cursor"] == self.cursor)


def shown(days: list[dict[str, Any]]) -> Days:
    """Without the days that have none."""
    return {day: slots for day, slots in by_date(days).items() if slots}


def by_date(days: list[dict[str, Any]]) -> Days:
    return {day["date"]: day["slots"] for day in days}


async def hint(slug: str = "acme") -> None:
    """As if something had changed, which it has not."""
    organization = await Organization.get(slug=slug)
    async with transaction():
        hint_at_schedules(organization.id)
