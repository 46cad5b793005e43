"""What clients leave behind in a process that serves: nothing, once they are gone; and little, while they stall."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count, pairwise
from statistics import mode
from types import MappingProxyType

import orjson
import psycopg
import pytest
from redis.asyncio import Redis

from benchmarks.lines import Line, connect
from resolvers import ids
from tests.journeys.clients import Person
from tests.journeys.fleet import Fleet, a_fleet
from tests.journeys.herd import prolong
from tests.journeys.installation import Probed
from tests.journeys.readers import HEAR, HEAR_INBOX
from tests.journeys.storm import booked
from tests.journeys.test_main_job import SAY
from tests.waiting import PATIENCE_SECONDS

STALLED = 5
LOOKS, FLEETING = 50, ("generators", "tasks")
QUEUE, PAGE = 500, 100
HOURS = count()
HEAR_WORDS = """subscription($id: ID!, $after: String) { conversationEvents(conversationId: $id, after: $after) {
  __typename ... on MessageAdded { cursor message { text } } ... on Resync { cursor reason } } }"""


@pytest.fixture(scope="module")
async def fleet(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> AsyncIterator[Fleet]:
    async with a_fleet(tmp_path_factory.mktemp("probed"), postgres_url, webs=1, kind=Probed) as fleet:
        yield fleet


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation in which one long message is told of again and again."""

    fleet: Fleet
    guest: Person
    conversation: str
    message: int

    @property
    def topic(self) -> str:
        return f"conversation:{ids.decode(self.conversation, 'Conversation')}"

    async def again(self, times: int) -> int:
        about = {"message": self.message}
        return await prolong(self.fleet.database, self.topic, events=times, kind="MESSAGE_ADDED", **about)

    @asynccontextmanager
    async def followed(self, heard: list[bytes]) -> AsyncIterator[Line]:
        """From now on, for as long as the block runs."""
        variables = {"id": self.conversation, "after": ""}
        line = await connect(
            self.fleet.webs[0].port, HEAR_WORDS, variables, token=self.guest.token, hear=heard.append
        )
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not heard:
                    await asyncio.sleep(0.01)
            yield line
        finally:
            await line.leave()

    def places(self, heard: list[bytes]) -> list[tuple[str | None, int]]:
        """The seq of each event, and the reason of each Resync with the seq that it names."""
        events = [orjson.loads(frame)["payload"]["data"]["conversationEvents"] for frame in heard]
        cursors = self.fleet.cursors
        seqs = [cursors.read(event["cursor"], topic=self.topic) or 0 for event in events]
        return [(event.get("reason"), seq) for event, seq in zip(events, seqs, strict=True)]

    async def census(self) -> dict[str, int]:
        [web] = self.fleet.webs
        assert isinstance(web, Probed)
        return await web.census()

    async def holds(self, *, most: Mapping[str, int] = MappingProxyType({}), **wanted: int) -> dict[str, int]:
        """Wait until the process holds as many of these, and at `most` so many of others; its census by then."""
        census = await self.census()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not wanted.items() <= census.items() or any(census[kind] > most[kind] for kind in most):
                await asyncio.sleep(0.05)
                census = await self.census()
        return census

    async def rests(self) -> dict[str, int]:
        """The census of a process that nobody asks for anything. Some of what it holds comes and goes by itself, or is
        still on its way out: of that, as many as there are most of the time."""
        before = await self.holds(subscribers=0, events=0)
        looks = []
        for _ in range(LOOKS):
            looks.append(await self.census())
            await asyncio.sleep(0.02)
        return before | {kind: mode(look[kind] for look in looks) for kind in FLEETING}


@pytest.fixture
async def told(fleet: Fleet) -> Told:
    guest, conversation = await booked(fleet, next(HOURS))
    said = await guest.take(SAY, input={"conversationId": conversation, "text": "long " * 1_600})
    return Told(fleet, guest, conversation, ids.decode(said["message"]["id"], "Message"))


async def test_clients_that_stop_reading_hold_little_of_a_hundred_thousand_events_and_are_dropped(
    told: Told,
) -> None:
    before = await told.rests()
    events, bytes_held, subscribers = 0, 0, STALLED
    async with AsyncExitStack() as stack:
        for _ in range(STALLED):
            (await stack.enter_async_context(told.followed([]))).pause()
        await told.again(100_000)
        while subscribers:
            await asyncio.sleep(0.2)  # to take a census is work, too
            census = await told.holds()
            events = max(events, census["events"])
            bytes_held = max(bytes_held, census["bytes"] - before["bytes"])
            subscribers = census["subscribers"]
        after = await told.holds(subscribers=0, events=0, most={"generators": before["generators"]})
    assert PAGE < events <= QUEUE + 5 * PAGE  # they are the same for all who follow one conversation
    assert bytes_held < 20_000_000 + STALLED * 2_000_000, bytes_held
    assert after["files"] <= before["files"] + 5


async def test_a_slow_client_is_told_so_and_goes_on_from_there_with_each_event(told: Told) -> None:
    heard: list[bytes] = []
    async with told.followed(heard) as line:
        line.pause()
        await told.again(1_500)
        await told.holds(lost=1)
        line.resume()
        head = await told.again(1)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while told.places(heard)[-1][1] != head:
                await asyncio.sleep(0.05)
    began, *places = told.places(heard)
    assert began == ("UNKNOWN_CURSOR", head - 1_501)
    assert "TOO_SLOW" in {reason for reason, _ in places}
    for (_, before), (reason, seq) in pairwise([began, *places]):
        assert seq > before if reason == "TOO_SLOW" else seq == before + 1


async def test_a_thousand_who_come_subscribe_and_vanish_leave_nothing_behind(told: Told) -> None:
    fleet, dice = told.fleet, random.Random(6)
    anna = await fleet.agent("anna")
    asked = [
        (told.guest, HEAR, {"id": told.conversation}),
        (anna, HEAR_INBOX, {}),
        (anna, HEAR, {"id": told.conversation}),
    ]

    async def come_and_vanish() -> None:
        person, query, variables = dice.choice(asked)
        heard: list[bytes] = []
        variables = {**variables, "after": dice.choice(["", fleet.cursors.mint(told.topic, 0)])}
        line = await connect(fleet.webs[0].port, query, variables, token=person.token, hear=heard.append)
        stage, turns = dice.randrange(3), dice.randrange(30)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (stage == 0 or (stage == 1 and line.is_open) or heard):
                assert not line.is_gone, line.farewell
                await asyncio.sleep(0.001)
        for _ in range(turns):
            await asyncio.sleep(0)
        await line.leave()

    async def many(times: int) -> None:
        for _ in range(times // 25):
            await asyncio.gather(*(come_and_vanish() for _ in range(25)))

    logged = fleet.webs[0].output()
    await many(200)  # the pool of connections is as large as it gets
    async with Redis.from_url(fleet.redis.url) as admin:
        before, rows = await told.rests(), await _rows(fleet.database)
        await many(1_000)
        after = await told.holds(subscribers=0, events=0, most={kind: before[kind] for kind in FLEETING})
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await admin.pubsub_channels():
                await asyncio.sleep(0.02)
    assert after["files"] < before["files"] + 10  # the pool of connections breathes
    assert await _rows(fleet.database) == rows
    assert "[error" not in fleet.webs[0].output().removeprefix(logged)


async def _rows(database: str) -> dict[str, int]:
    """How many rows there are in each table of ours."""
    async with await psycopg.AsyncConnection.connect(database) as connection:
        tables = await connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'procrastinate%'"
        )
        rows = {}
        for (name,) in await tables.fetchall():
            counted = await connection.execute(f"SELECT count(*) FROM {name}")
            rows[name] = (await counted.fetchall())[0][0]
        return rows
