"""Each subscriber sees every event that it may see, once and in order: while clients are cut at random, connections of
Redis are killed, Redis is away and comes back, a web process is killed and others take its clients, and several write
at once through several processes."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator

import psycopg
import pytest
from redis.asyncio import Redis

from resolvers import ids
from tests.journeys.clients import Line, Person
from tests.journeys.fleet import Fleet, a_fleet
from tests.journeys.herd import Returning, allow_files, coming, prolong, resident_bytes
from tests.journeys.readers import HEAR, faults
from tests.journeys.storm import Storm, booked
from tests.journeys.test_main_job import HISTORY, SAY
from tests.waiting import PATIENCE_SECONDS

CLIENTS = 1_000
SIGN_OUT = "mutation { signOut { ok } }"
MASK = "mutation($input: UpdateSettingsInput!) { updateSettings(input: $input) { errors { code } } }"
WHO = """subscription($id: ID!, $after: String) { conversationEvents(conversationId: $id, after: $after) {
  __typename ... on MessageAdded { message { author { ... on Contact { email } } } } } }"""


@pytest.fixture(scope="module")
async def fleet(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> AsyncIterator[Fleet]:
    allow_files(4 * CLIENTS)
    async with a_fleet(tmp_path_factory.mktemp("fleet"), postgres_url, webs=3) as fleet:
        yield fleet


async def _density(database: str) -> list[tuple[str, int, int, int]]:
    """Topics whose seqs are not dense from 1 to their head."""
    async with await psycopg.AsyncConnection.connect(database) as connection:
        rows = await connection.execute(
            "SELECT f.topic, f.head, count(DISTINCT e.seq), count(e.seq) FROM feed f LEFT JOIN event e"
            " ON e.topic = f.topic AND e.seq BETWEEN 1 AND f.head GROUP BY f.topic, f.head"
            " HAVING count(e.seq) <> f.head OR count(DISTINCT e.seq) <> f.head"
        )
        return await rows.fetchall()


async def test_through_every_fault_each_reader_has_each_event_once_and_in_order(
    fleet: Fleet,
) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201 - pytest shows it where the test fails
    storm = Storm(fleet, random.Random(seed))
    await storm.gather()
    async with storm.raging(), Redis.from_url(fleet.redis.url) as admin:
        for _ in range(4):
            await storm.more(15)
            await admin.client_kill_filter(_type="pubsub")
        fleet.redis.stop()
        await storm.more(30)
        await storm.all_read()
        await fleet.redis.start()
        await storm.more(20)
        assert await fleet.webs[1].kill() == -9
        await storm.more(30)
        await fleet.webs[1].start()
        await storm.more(20)
    for reader, events in await storm.owed():
        assert faults(events, reader.received) == []
        assert len(events) > 30
    assert [reader.resyncs for reader in storm.readers] == [[]] * len(storm.readers)
    assert await _density(fleet.database) == []
    assert sum(reader.lines for reader in storm.readers) > 3 * len(storm.readers)


async def test_without_redis_everything_goes_on_and_with_it_again_all_is_live_by_itself(
    fleet: Fleet,
) -> None:
    guest, conversation = await booked(fleet, 5)
    anna = await fleet.agent("anna", web=1)
    async with fleet.at(guest, 2).line() as line:
        await line.follow(HEAR, id=conversation, after="")
        assert (await line.next())["__typename"] == "Resync"
        fleet.redis.stop()
        for web in range(3):
            await becomes(fleet, web, (200, "degraded"))
        seconds = [await heard_after(line, anna, conversation) for _ in range(3)]
        assert min(seconds) < 5, seconds
        assert (await guest.do(HISTORY, id=conversation))["messages"]["edges"]
        await fleet.redis.start()
        for web in range(3):
            await becomes(fleet, web, (200, "ready"))
        # By the sweep alone each would take two seconds, as it is written right after one.
        assert sum([await heard_after(line, anna, conversation) for _ in range(10)]) < 10


async def becomes(fleet: Fleet, web: int, state: tuple[int, str]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await fleet.readiness(web) != state:
            await asyncio.sleep(0.02)


async def heard_after(line: Line, writer: Person, conversation: str) -> float:
    """The seconds from when a message was taken to when it is heard."""
    await writer.take(SAY, input={"conversationId": conversation, "text": "Hello"})
    began = time.monotonic()
    await line.until("MessageAdded")
    return time.monotonic() - began


async def test_a_thousand_who_come_back_together_all_get_all_and_others_are_answered_meanwhile(
    fleet: Fleet,
) -> None:
    guest, conversation = await booked(fleet, 6)
    topic = f"conversation:{ids.decode(conversation, 'Conversation')}"
    head = await prolong(fleet.database, topic, events=110)
    clients = [Returning(guest.token, conversation, topic, fleet.cursors) for _ in range(CLIENTS)]
    web, answers, held = fleet.webs[0], 0, 0
    before = resident_bytes(web.process)
    async with coming(clients, web.port, after=2), asyncio.timeout(PATIENCE_SECONDS):
        while not all(client.received[-1:] == [head] for client in clients):
            assert (await guest.do(HISTORY, id=conversation))["messages"]["edges"]
            answers += 1
            held = max(held, resident_bytes(web.process) - before)
    assert {tuple(client.received) for client in clients} == {tuple(range(3, head + 1))}
    assert answers > 0
    assert held < CLIENTS * 90_000, (
        held
    )  # a third of it is what an idle one costs; a page of its own would be more


async def test_what_ends_one_may_do_is_felt_at_every_process_within_a_second(
    fleet: Fleet,
) -> None:
    """Nothing happens in what they follow; and who stays is not disturbed."""
    _, conversation = await booked(fleet, 7)
    key = ids.decode(conversation, "Conversation")
    await change(
        fleet, "UPDATE conversation SET service_id = (SELECT id FROM service WHERE name = 'Support')", key
    )
    await change(fleet, "UPDATE agent SET role = 'SUPERVISOR' WHERE slug = 'ben'")
    chandra, ben, anna = [await fleet.agent(name) for name in ("chandra", "ben", "anna")]
    ways = [
        (
            chandra,
            "DELETE FROM service_member USING agent WHERE agent.id = agent_id AND slug = 'chandra'",
            "FORBIDDEN",
        ),
        (
            ben,
            "UPDATE agent SET role = 'AGENT' WHERE slug = 'ben'",
            "4403 Your role has changed: connect again.",
        ),
        (anna, SIGN_OUT, "4403 The session has ended: sign in again."),
    ]
    seconds = []
    async with fleet.at(await fleet.agent("anna"), 1).line() as staying:
        await staying.follow(HEAR, id=conversation, after="")
        for person, ending, expected in ways:
            async with fleet.at(person, 2).line() as line:
                await line.follow(HEAR, id=conversation, after="")
                assert (await line.next())["__typename"] == "Resync"
                await (person.do(SIGN_OUT) if ending is SIGN_OUT else change(fleet, ending))
                began = time.monotonic()
                assert await line.end() == expected
                seconds.append(time.monotonic() - began)
        assert (await staying.next())["__typename"] == "Resync"
        await (await fleet.agent("anna")).take(SAY, input={"conversationId": conversation, "text": "Hello"})
        assert (await staying.next())["__typename"] == "MessageAdded"
    assert min(seconds) < 1, seconds


async def test_a_mask_that_is_put_on_at_one_process_holds_for_what_is_followed_at_another(
    fleet: Fleet,
) -> None:
    guest, conversation = await booked(fleet, 4)
    admin, anna = await fleet.agent("admin"), await fleet.agent("anna")
    async with fleet.at(anna, 2).line() as line:
        await line.follow(WHO, id=conversation, after="")
        addresses = []
        for masked in ([], ["AGENT"], []):
            await admin.take(MASK, input={"settings": {"maskContactsFrom": masked}})
            await guest.take(SAY, input={"conversationId": conversation, "text": "It is me"})
            addresses.append((await line.until("MessageAdded"))["message"]["author"]["email"])
    plain, hidden, again = addresses
    assert plain == again and plain.endswith("@guests.example")
    assert hidden == "g•••@•••"


async def change(fleet: Fleet, sql: str, conversation: int | None = None) -> None:
    """As another process might have changed it."""
    async with await psycopg.AsyncConnection.connect(fleet.database, autocommit=True) as connection:
        await connection.execute(sql + (f" WHERE id = {conversation}" if conversation else ""))
