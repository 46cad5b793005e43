"""Subscriptions over HTTP, as those hear them who cannot open WebSockets: the same feeds, rights and limits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from tortoise.expressions import F

from composition.site import site
from models.agent.agent import Agent
from models.agent.key import create_api_key, revoke_api_key
from models.agent.session import ACCESS_LIFETIME
from models.meeting.meeting import Meeting
from models.words import Role
from realtime.transport import CallerLimits
from resolvers.context import World
from tests.builders import Clock, acting
from tests.composition.callers import Booked, SignIn, post
from tests.composition.lines import line
from tests.realtime.transport.event_client import EndOfStream, Stream, asking, sending
from tests.resolvers.documents import CONVERSATION_EVENTS, INBOX_EVENTS, SEND
from tests.serving import serving
from tests.waiting import until
from web.health import Health

SIGN_OUT = "mutation { signOut { ok } }"
COMPLETE = ("complete", None)


@asynccontextmanager
async def following(address: str, token: str | None, query: str, **variables: Any) -> AsyncIterator[Stream]:
    """An event stream of whoever holds the token, which has begun."""
    bearer = f"Bearer {token}" if token else None
    async with asking(address, query, token=bearer, **{"after": "", **variables}) as stream:
        assert stream.status == 200
        if "after" not in variables:
            assert (await event(stream))["__typename"] == "Resync"
        yield stream


async def event(stream: Stream) -> dict[str, Any]:
    name, outcome = await stream.event()
    assert name == "next"
    assert "errors" not in outcome, outcome
    [told] = outcome["data"].values()
    return dict(told)


async def shown_out(stream: Stream) -> str:
    """What the client is told in the end."""
    name, outcome = await stream.event()
    assert name == "next"
    assert outcome["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    assert await stream.events() == [COMPLETE]
    return str(outcome["errors"][0]["message"])


async def say(browser: ClientSession, booked: Booked, text: str) -> None:
    given = {"conversationId": booked.conversation, "text": text}
    await post(browser, SEND, token=booked.token, input=given)


async def test_a_stream_brings_what_a_socket_brings_and_goes_on_from_a_cursor(
    browser: ClientSession, address: str, world: World, anna: Agent, sign_in: SignIn, booked: Booked
) -> None:
    token, this = await sign_in(anna), {"id": booked.conversation}
    async with following(address, token, CONVERSATION_EVENTS, **this) as stream, line(address, token) as socket:
        await socket.follow(CONVERSATION_EVENTS, **this)
        await say(browser, booked, "One")
        heard = await event(stream)
        assert heard["message"]["text"] == "One"
        assert heard == await socket.event()
    await until(nobody_follows(world))
    for text in ("Two", "Three"):
        await say(browser, booked, text)
    async with following(address, token, CONVERSATION_EVENTS, after=heard["cursor"], **this) as stream:
        assert [(await event(stream))["message"]["text"] for _ in range(2)] == ["Two", "Three"]
    await until(nobody_follows(world))


def nobody_follows(world: World) -> Callable[[], Awaitable[bool]]:
    async def nobody() -> bool:
        return world.hub.subscribers == 0

    return nobody


async def test_what_one_may_not_follow_is_refused_as_an_event(
    address: str, ben: Agent, sign_in: SignIn, booked: Booked
) -> None:
    wish = {"id": booked.conversation, "after": ""}
    async with asking(address, CONVERSATION_EVENTS, token=f"Bearer {await sign_in(ben)}", **wish) as stream:
        refused, end = await stream.events()
        assert "NOT_FOUND" in str(refused)
        assert end == COMPLETE


async def test_who_shows_no_good_token_gets_no_stream(address: str) -> None:
    async with asking(address, INBOX_EVENTS, token="Bearer forged") as stream:
        assert (stream.status, stream.headers["www-authenticate"]) == (401, "Bearer")


async def test_who_signs_out_hears_no_more_and_others_go_on(
    browser: ClientSession, address: str, anna: Agent, sign_in: SignIn, booked: Booked
) -> None:
    token, other = await sign_in(anna), await sign_in(anna)
    this = {"id": booked.conversation}
    async with (
        following(address, token, CONVERSATION_EVENTS, **this) as ended,
        following(address, other, CONVERSATION_EVENTS, **this) as goes_on,
    ):
        await post(browser, SIGN_OUT, token=token)
        assert await shown_out(ended) == "The session has ended: sign in again."
        await say(browser, booked, "Hello?")
        assert (await event(goes_on))["message"]["text"] == "Hello?"


async def test_a_stream_ends_with_the_token_that_opened_it(
    address: str, anna: Agent, sign_in: SignIn, clock: Clock
) -> None:
    token = await sign_in(anna)
    clock.advance(seconds=ACCESS_LIFETIME.total_seconds() - 1)
    async with following(address, token, INBOX_EVENTS) as stream:
        assert "expired" in await shown_out(stream)


async def test_another_role_ends_what_was_begun_under_the_old_one(
    address: str, ben: Agent, sign_in: SignIn, booked: Booked
) -> None:
    await Agent.filter(id=ben.id).update(role=Role.SUPERVISOR)
    async with following(address, await sign_in(ben), CONVERSATION_EVENTS, id=booked.conversation) as stream:
        await Agent.filter(id=ben.id).update(role=Role.AGENT)
        assert await shown_out(stream) == "Your role has changed: connect again."


async def test_a_key_that_is_revoked_and_a_link_that_is_renewed_end_their_streams(
    address: str, ben: Agent, booked: Booked, clock: Clock
) -> None:
    await Agent.filter(id=ben.id).update(role=Role.ADMINISTRATOR)
    admin = acting(await Agent.get(id=ben.id))
    soon = clock() + timedelta(hours=1)
    made = await create_api_key(actor=admin, name="Site", role=Role.SUPERVISOR, expires_at=soon, now=clock())
    this = {"id": booked.conversation}
    async with (
        following(address, made.key, CONVERSATION_EVENTS, **this) as its,
        following(address, booked.token, CONVERSATION_EVENTS, **this) as graces,
    ):
        await revoke_api_key(made.row.id, actor=admin, now=clock())
        assert await shown_out(its) == "The API key is not valid."
        await Meeting.all().update(link_key=F("link_key") + 1)
        assert await shown_out(graces) == "The manage link is not valid."


@pytest.fixture
async def narrow(world: World, healthy: Health) -> AsyncIterator[str]:
    limits = CallerLimits(connections=3, subscriptions=2, public=1)
    async with serving(site(world, health=healthy, with_explorer=False, limits=limits)) as address:
        yield address


async def test_streams_and_sockets_of_a_caller_are_counted_together(
    narrow: str, anna: Agent, ben: Agent, sign_in: SignIn
) -> None:
    token = await sign_in(anna)
    async with following(narrow, token, INBOX_EVENTS), line(narrow, token) as socket:
        await socket.follow(INBOX_EVENTS)
        async with asking(narrow, INBOX_EVENTS, token=f"Bearer {token}") as third:
            assert third.status == 200
            refused, end = await third.events()
            assert refused[1]["errors"][0]["extensions"] == {"code": "RATE_LIMITED"}
            assert end == COMPLETE
        async with line(narrow, token), asking(narrow, INBOX_EVENTS, token=f"Bearer {token}") as fourth:
            assert fourth.status == 429
            assert (await fourth.body())["errors"][0]["extensions"] == {"code": "RATE_LIMITED"}
        async with following(narrow, await sign_in(ben), INBOX_EVENTS):
            pass


async def test_streams_that_end_make_room_however_they_end(
    narrow: str, world: World, anna: Agent, sign_in: SignIn, booked: Booked
) -> None:
    token = await sign_in(anna)
    for _ in range(5):
        async with following(narrow, token, INBOX_EVENTS), following(narrow, token, INBOX_EVENTS):
            pass  # both are cut off
        await until(nobody_follows(world))
        async with asking(
            narrow, CONVERSATION_EVENTS, token=f"Bearer {token}", id="nonsense", after=""
        ) as wrong:
            assert "RATE_LIMITED" not in str(await wrong.events())


async def test_a_widget_on_another_site_may_follow(
    browser: ClientSession, address: str, booked: Booked
) -> None:
    elsewhere = {"origin": "https://shop.example"}
    wish = {
        "Origin": elsewhere["origin"],
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    async with browser.options("/graphql", headers=wish) as answer:
        assert answer.status == 200
    async with sending(address, "GET", parameters="?query={__typename}", headers=elsewhere) as stream:
        assert stream.headers["access-control-allow-origin"] == "*"
    body = b'{"query":"subscription { inboxEvents { __typename } }"}'
    async with sending(address, "POST", body, headers=elsewhere) as stream:
        assert stream.headers["access-control-allow-origin"] == "*"
        assert "UNAUTHENTICATED" in str(await stream.events())


async def test_a_stream_ends_without_complete_when_the_process_leaves(
    world: World, healthy: Health, anna: Agent, sign_in: SignIn
) -> None:
    app = site(world, health=healthy, with_explorer=False)
    token = await sign_in(anna)
    async with serving(app) as address:
        connected = following(address, token, INBOX_EVENTS)
        stream = await connected.__aenter__()
    with pytest.raises(EndOfStream) as end:
        await stream.event()
    assert end.value.cleanly
    await connected.__aexit__(None, None, None)
