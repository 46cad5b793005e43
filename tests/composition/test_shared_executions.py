"""Who follows the same on whatever lines is told by one execution."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientSession

from models.agent.agent import Agent
from models.words import Role
from realtime.events import conversation_topic
from realtime.feed import Event
from realtime.transport.rendering import Rendering
from resolvers import ids
from resolvers.context import World
from tests.builders import an_agent
from tests.composition.callers import Booked, SignIn
from tests.composition.lines import line
from tests.composition.test_streams import event, following, say
from tests.resolvers.documents import CONVERSATION_EVENTS
from tests.resolvers.feeds.test_shared_live import SHARED
from tests.waiting import until


@dataclass
class Overheard:
    """The events of a topic, the very ones that are told to all who follow it in this process."""

    events: list[Event] = field(default_factory=list)

    @property
    def executions(self) -> list[int]:
        """How many there were for each."""
        return [sum(isinstance(one, Rendering) for one in event.renderings.values()) for event in self.events]


@asynccontextmanager
async def overhearing(world: World, booked: Booked) -> AsyncIterator[Overheard]:
    """Once all who follow are live."""
    overheard = Overheard()
    topic = conversation_topic(ids.decode(booked.conversation, "Conversation"))

    async def listen() -> None:
        async with aclosing(world.hub.subscribe(topic, after=None, accept=lambda event: True)) as items:
            async for item in items:
                if isinstance(item, Event):
                    overheard.events.append(item)

    async def are_live() -> bool:
        return 1 < world.hub.live == world.hub.subscribers

    listening = asyncio.create_task(listen())
    try:
        await until(are_live)
        yield overheard
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def test_a_socket_and_a_stream_share_an_execution(
    browser: ClientSession, address: str, world: World, anna: Agent, sign_in: SignIn, booked: Booked
) -> None:
    token, this = await sign_in(anna), {"id": booked.conversation}
    async with following(address, token, CONVERSATION_EVENTS, **this) as stream, line(address, token) as socket:
        await socket.follow(CONVERSATION_EVENTS, **this)
        async with overhearing(world, booked) as overheard:
            for text in ("One", "Two"):
                await say(browser, booked, text)
                heard = await event(stream)
                assert heard["message"]["text"] == text
                assert heard == await socket.event()
        assert overheard.executions == [1, 1]


async def test_each_socket_is_told_under_its_own_operations_id(
    browser: ClientSession, address: str, world: World, anna: Agent, sign_in: SignIn, booked: Booked
) -> None:
    """Three have the same one, one has two others."""
    async with AsyncExitStack() as stack:
        lines = []
        for name in ("Chief", "Deputy", "Third", "Fourth"):
            agent = await an_agent(await anna.organization, name, role=Role.SUPERVISOR)
            lines.append(await stack.enter_async_context(line(address, await sign_in(agent))))
        wanted = [[await one.follow(SHARED, id=booked.conversation)] for one in lines]
        await lines[3].complete(wanted[3].pop())
        wanted[3] += [await lines[3].follow(SHARED, id=booked.conversation) for _ in range(2)]
        assert wanted == [["1"], ["1"], ["1"], ["2", "3"]]
        async with overhearing(world, booked) as overheard:
            await say(browser, booked, "Hello")
            told = [[await one.receive() for _ in of_one] for one, of_one in zip(lines, wanted, strict=True)]
        assert overheard.executions == [1]
    assert [sorted(one["id"] for one in of_one) for of_one in told] == wanted
    payloads = [one["payload"] for of_one in told for one in of_one]
    assert all(one == payloads[0] for one in payloads)
    assert payloads[0]["data"]["conversationEvents"]["message"]["text"] == "Hello"
