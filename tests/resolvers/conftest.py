"""The API without a socket: operations run by the same engine, as whoever a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from models.actor import Actor, Public
from models.agent.agent import Agent
from models.keyring import Keyring
from models.link import ScheduleLink
from models.transactions import outlet
from providers.storage.fake import FakeStore
from realtime.bus import MemoryBus
from realtime.cursors import Cursors
from realtime.hub import Hub
from realtime.store import DatabaseStore
from realtime.transport import Engine, OperationRequest, Outcome, Rejected, Telling
from resolvers.context import Context, World, recognise
from schema.root import schema
from tests.builders import Clock, acting
from tests.resolvers.documents import BOOK, NINE, wish
from tests.resolvers.house import House, a_house
from tests.waiting import PATIENCE_SECONDS

ENGINE = Engine(schema)


@dataclass(frozen=True, slots=True)
class Answer:
    data: dict[str, Any]
    errors: list[dict[str, Any]]

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]


def event_of(outcome: Outcome) -> dict[str, Any]:
    """An event's data; nothing may have gone wrong."""
    shown = orjson.loads(outcome.encode())
    assert "errors" not in shown, shown["errors"]
    [event] = shown["data"].values()
    return dict(event)


class Feed:
    """A subscription; `next` gives its next event's data and fails if there is none in five seconds."""

    def __init__(self, outcomes: Telling) -> None:
        self._outcomes = outcomes

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            outcome = await anext(self._outcomes)
        return event_of(outcome)

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        """Each event's data, however long it takes."""
        async for outcome in self._outcomes:
            yield event_of(outcome)

    async def refusal(self) -> dict[str, Any]:
        """The one error with which the subscription ends, where the next event would be."""
        with pytest.raises(Rejected) as rejected:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await anext(self._outcomes)
        [error] = rejected.value.errors
        return dict(error["extensions"])

    async def close(self) -> None:
        await self._outcomes.aclose()


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who sends operations."""

    world: World
    actor: Actor

    async def run(self, query: str, **variables: Any) -> Answer:
        try:
            prepared = ENGINE.prepare(OperationRequest(query, variables))
        except Rejected as rejected:
            return Answer({}, rejected.errors)
        outcome = await ENGINE.execute(prepared, Context(self.actor, world=self.world))
        shown = orjson.loads(outcome.encode())
        return Answer(shown.get("data") or {}, shown.get("errors") or [])

    async def do(self, query: str, **variables: Any) -> dict[str, Any]:
        """Run one field, which must succeed; what it answers."""
        answer = await self.run(query, **variables)
        assert not answer.errors, answer.errors
        [field] = answer.data.values()
        return dict(field)

    @asynccontextmanager
    async def follow(self, query: str, **variables: Any) -> AsyncIterator[Feed]:
        """Subscribe for as long as the block runs."""
        prepared = ENGINE.prepare(OperationRequest(query, variables))
        feed = Feed(ENGINE.subscribe(prepared, lambda: Context(self.actor, world=self.world)))
        try:
            yield feed
        finally:
            await feed.close()


@pytest.fixture
async def world(db: None, clock: Clock, keys: Keyring) -> AsyncIterator[World]:
    """A process's parts, with a bus in memory, and hints that reach it."""
    bus = MemoryBus()
    hub = Hub(bus, DatabaseStore())
    await bus.start()
    await hub.start()
    outlet.publish = bus.publish
    outlet.mention = bus.publish_ephemeral
    yield World(
        keys=keys,
        cursors=Cursors(keys.key("cursors")),
        hub=hub,
        clock=clock,
        public_url="http://frontdesk.test",
        store=FakeStore(),
    )
    await hub.stop()
    await bus.stop()


@pytest.fixture
def public(world: World) -> Client:
    return Client(world, Public())


@dataclass(frozen=True, slots=True)
class SignIn:
    """Makes clients: of an agent, or of whoever holds a token."""

    world: World

    def agent(self, agent: Agent) -> Client:
        return Client(self.world, acting(agent))

    async def bearer(self, token: str) -> Client:
        return Client(self.world, await recognise(f"Bearer {token}", world=self.world))


@pytest.fixture
def sign_in(world: World) -> SignIn:
    return SignIn(world)


@dataclass(frozen=True, slots=True)
class Talk:
    """A meeting that Grace booked with Anna at nine, and both in its conversation; ids are the API's."""

    meeting: str
    id: str
    token: str
    grace: Client
    anna: Client


async def a_talk(
    sign_in: SignIn, anna: Agent, *, start: str = NINE, link: str = "acme/anna", **changes: Any
) -> Talk:
    """Book as the public does; the guest who comes of it, and the agent."""
    public = Client(sign_in.world, Public())
    booked = await public.do(BOOK, input=wish(start, slots={"link": link}, **changes))
    assert booked["errors"] == []
    meeting, token = booked["meeting"], booked["manageToken"]
    grace = await sign_in.bearer(token)
    return Talk(meeting["id"], meeting["conversation"]["id"], token, grace, sign_in.agent(anna))


@pytest.fixture
async def talk(sign_in: SignIn, anna: Agent, annas_link: ScheduleLink) -> Talk:
    return await a_talk(sign_in, anna)


@pytest.fixture
async def house(talk: Talk, public: Client, sign_in: SignIn, anna: Agent) -> House:
    return await a_house(talk, public, sign_in, anna)
