"""Who is there, and who types, over several web processes, of which one is killed; and while Redis is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import psycopg
import pytest

from models.agent.heartbeat import GRACE
from tests.journeys.clients import Line
from tests.journeys.fleet import Fleet, a_fleet
from tests.journeys.storm import booked
from tests.journeys.test_main_job import SAY
from tests.resolvers.queue_documents import PRESENCE
from tests.resolvers.talk_documents import TYPING
from tests.waiting import PATIENCE_SECONDS

INBOX = """subscription { inboxEvents(after: "") { __typename
  ... on PresenceChanged { agent { name presence } } } }"""
TALK = """subscription($id: ID!) { conversationEvents(conversationId: $id, after: "") { __typename
  ... on MessageAdded { message { text } }
  ... on TypingChanged { typing party { ... on Agent { name } ... on Contact { name } } } } }"""
AGENT = "(SELECT id FROM agent WHERE slug = 'anna')"


@pytest.fixture(scope="module")
async def fleet(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> AsyncIterator[Fleet]:
    async with a_fleet(tmp_path_factory.mktemp("fleet"), postgres_url, webs=2) as fleet:
        yield fleet


@pytest.fixture(autouse=True)
async def whole(fleet: Fleet) -> None:
    await fleet.whole()


async def ask(fleet: Fleet, sql: str) -> Any:
    """The one value."""
    async with await psycopg.AsyncConnection.connect(fleet.database, autocommit=True) as connection:
        [(value,)] = await (await connection.execute(sql)).fetchall()
        return value


async def events(fleet: Fleet) -> tuple[Any, Any]:
    """How much there is in all feeds."""
    return await ask(fleet, "SELECT count(*) FROM event"), await ask(fleet, "SELECT sum(head) FROM feed")


async def alive_until(fleet: Fleet) -> Any:
    return await ask(fleet, f"SELECT alive_until FROM agent_heartbeat WHERE agent_id = {AGENT}")


async def presence(fleet: Fleet) -> Any:
    return await ask(fleet, f"SELECT presence FROM agent_presence WHERE agent_id = {AGENT}")


async def becomes(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():
            await asyncio.sleep(0.1)


async def begun(line: Line, query: str, **variables: Any) -> None:
    await line.follow(query, **variables)
    assert (await line.next())["__typename"] == "Resync"


async def hears(line: Line, presence: str) -> None:
    """That Anna is that now, as the one change that there is."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        event = await line.until("PresenceChanged")
    assert event["agent"] == {"name": "Anna", "presence": presence}


async def test_whose_process_is_killed_is_gone_after_a_minute_and_back_when_they_are(fleet: Fleet) -> None:
    anna, ben = await fleet.agent("anna", web=1), await fleet.agent("ben")
    before = await events(fleet)
    async with ben.line() as bens:
        await begun(bens, INBOX)
        async with anna.line() as annas:
            await begun(annas, INBOX)
            await anna.take(PRESENCE, presence="ONLINE")
            await hears(bens, "ONLINE")
            assert await fleet.webs[1].kill() == -9
        last = await alive_until(fleet)
        assert await presence(fleet) == "ONLINE"
        assert await ask(fleet, "SELECT now()") < last - GRACE  # it had no time to let them go
        assert await alive_until(fleet) == last
        # The minute passes; a process that has just begun looks for the first time after half of one.
        await ask(fleet, f"UPDATE agent_heartbeat SET alive_until = now() WHERE agent_id = {AGENT} RETURNING 1")

        async def is_gone() -> bool:
            return bool(await presence(fleet) == "OFFLINE")

        await becomes(is_gone)
        await hears(bens, "OFFLINE")
        async with fleet.at(anna, 0).line() as annas:
            await begun(annas, INBOX)
            await hears(bens, "ONLINE")
            await anna_leaves(fleet)
            await hears(bens, "OFFLINE")
    assert await events(fleet) == before


async def anna_leaves(fleet: Fleet) -> None:
    await (await fleet.agent("anna")).take(PRESENCE, presence="OFFLINE")


async def test_a_window_at_another_process_keeps_whose_process_is_killed(fleet: Fleet) -> None:
    here, there = await fleet.agent("anna"), await fleet.agent("anna", web=1)
    await here.take(PRESENCE, presence="ONLINE")
    async with here.line() as staying, there.line() as dying:
        for line in (staying, dying):
            await begun(line, INBOX)
        assert await fleet.webs[1].kill() == -9
        last = await alive_until(fleet)

        async def is_told_again() -> bool:
            return bool(await alive_until(fleet) > last)

        await becomes(is_told_again)
    await anna_leaves(fleet)


async def test_that_somebody_types_is_heard_at_another_process_and_not_while_redis_is_away(
    fleet: Fleet,
) -> None:
    guest, conversation = await booked(fleet, 3)
    anna = await fleet.agent("anna", web=1)
    typed = {"conversationId": conversation, "typing": True}
    async with guest.line() as graces:
        await begun(graces, TALK, id=conversation)
        before = await events(fleet)
        await anna.take(TYPING, input=typed)
        assert await graces.next() == {
            "__typename": "TypingChanged",
            "typing": True,
            "party": {"name": "Anna"},
        }
        fleet.redis.stop()
        for typing in (False, True, False):
            await anna.take(TYPING, input={**typed, "typing": typing})
        await anna.take(PRESENCE, presence="AWAY")
        assert await events(fleet) == before
        await anna.take(SAY, input={"conversationId": conversation, "text": "Hello"})
        assert (await graces.next())["__typename"] == "MessageAdded"
        await fleet.whole()

        async def is_heard_again() -> bool:
            await anna.take(TYPING, input=typed)
            await anna.take(TYPING, input={**typed, "typing": False})
            try:
                async with asyncio.timeout(1):
                    return bool((await graces.next())["__typename"] == "TypingChanged")
            except TimeoutError:
                return False

        await becomes(is_heard_again)
    await anna_leaves(fleet)
