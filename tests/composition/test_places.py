"""How much each caller may have open in one process, and that what has ended is counted no longer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from composition.site import site
from models.agent.agent import Agent
from realtime.transport import CallerLimits
from resolvers.context import World
from tests.composition.callers import VIEWER, Booked, SignIn
from tests.composition.lines import Line, closing, line
from tests.resolvers.documents import CONVERSATION_EVENTS, INBOX_EVENTS
from tests.serving import serving
from web.health import Health

LIMITS = CallerLimits(connections=2, subscriptions=3, public=1)
TRY_AGAIN_LATER = 1013


@pytest.fixture
async def narrow(world: World, healthy: Health) -> AsyncIterator[str]:
    async with serving(site(world, health=healthy, with_explorer=False, limits=LIMITS)) as address:
        yield address


async def refused(line: Line, query: str = INBOX_EVENTS) -> bool:
    await line.send(query)
    message = await line.receive()
    return message["type"] == "error" and "RATE_LIMITED" in str(message["payload"])


async def test_one_connection_too_many_is_told_to_come_later_and_others_go_on(
    narrow: str, anna: Agent, ben: Agent, sign_in: SignIn
) -> None:
    at_work, at_home = await sign_in(anna), await sign_in(anna)
    async with line(narrow, at_work) as one, line(narrow, at_home) as two:
        end = await closing(narrow, at_work)
        assert (end.code, end.reason) == (TRY_AGAIN_LATER, "Too many connections: at most 2 at once.")
        for each in (one, two):
            assert (await each.ask(VIEWER))["agent"] == {"name": "Anna"}
        async with line(narrow, await sign_in(ben)) as his:
            assert (await his.ask(VIEWER))["agent"] == {"name": "Ben"}


async def test_a_connection_that_has_ended_makes_room_however_it_ended(
    narrow: str, anna: Agent, sign_in: SignIn
) -> None:
    token = await sign_in(anna)
    for number in range(10):
        async with line(narrow, token, patiently=True) as first, line(narrow, token, patiently=True) as second:
            await first.follow(INBOX_EVENTS)
            await second.send("{ nothing }")
            if number % 2:
                first.vanish()
                second.vanish()


async def test_the_public_has_room_of_its_own(narrow: str, booked: Booked) -> None:
    async with line(narrow):
        assert (await closing(narrow, None)).code == TRY_AGAIN_LATER
        async with line(narrow, booked.token) as grace:
            assert (await grace.ask(VIEWER))["guest"] == {"name": "Grace Guest"}


async def test_one_subscription_too_many_is_refused_over_all_connections_of_a_caller(
    narrow: str, anna: Agent, ben: Agent, booked: Booked, sign_in: SignIn
) -> None:
    token = await sign_in(anna)
    async with line(narrow, token) as one, line(narrow, token) as two, line(narrow, booked.token) as grace:
        for each in (one, one, two):
            await each.follow(INBOX_EVENTS)
        assert await refused(one)
        assert await refused(two)
        assert (await two.ask(VIEWER))["agent"] == {"name": "Anna"}
        await grace.follow(CONVERSATION_EVENTS, id=booked.conversation)


async def test_a_subscription_that_has_ended_makes_room_however_it_ended(
    narrow: str, booked: Booked, anna: Agent, ben: Agent, sign_in: SignIn
) -> None:
    token = await sign_in(ben)
    async with AsyncExitStack() as stack:
        his = await stack.enter_async_context(line(narrow, token, patiently=True))
        for _ in range(5):
            # Not his to follow: it ends with an error at its start.
            await his.send(CONVERSATION_EVENTS, id=booked.conversation)
            assert "NOT_FOUND" in str(await his.receive())
        for _ in range(5):
            ids = [await his.follow(INBOX_EVENTS) for _ in range(LIMITS.subscriptions)]
            for operation_id in ids:
                await his.complete(operation_id)
            await his.ask(VIEWER)
        for _ in range(LIMITS.subscriptions):
            await his.follow(INBOX_EVENTS)
        his.vanish()
        back = await stack.enter_async_context(line(narrow, token, patiently=True))
        for _ in range(LIMITS.subscriptions):
            await back.follow(INBOX_EVENTS)
        assert await refused(back)
