"""The site's addresses, as browsers on this and on other sites meet them."""

import asyncio

import pytest
import websockets
from aiohttp import ClientSession
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from composition.site import site
from models.agent.agent import Agent
from models.agent.session import ACCESS_LIFETIME, Session, hash_password
from models.keyring import Keyring
from resolvers.context import World
from tests.builders import Clock
from tests.composition.lines import line
from tests.serving import serving
from tests.waiting import PATIENCE_SECONDS
from web.health import Health

ELSEWHERE = "https://shop.example"
QUESTION = {"query": "{ __typename }"}


async def test_a_widget_on_another_site_may_ask_but_sends_no_cookies(browser: ClientSession) -> None:
    wish = {
        "Origin": ELSEWHERE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    async with browser.options("/graphql", headers=wish) as answer:
        assert answer.status == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    async with browser.post("/graphql", json=QUESTION, headers={"Origin": ELSEWHERE}) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert await answer.json(content_type=None) == {"data": {"__typename": "Query"}}


async def test_other_sites_do_not_read_anything_else(browser: ClientSession) -> None:
    for path in ("/", "/healthz", "/readyz"):
        async with browser.get(path, headers={"Origin": ELSEWHERE}) as answer:
            assert answer.status == 200
            assert "Access-Control-Allow-Origin" not in answer.headers


async def test_the_explorer_is_for_development_only(
    browser: ClientSession, world: World, healthy: Health
) -> None:
    async with browser.get("/explorer") as answer:
        assert answer.status == 404
    async with browser.get("/", allow_redirects=False) as answer:
        assert answer.status == 200
    async with (
        serving(site(world, health=healthy, with_explorer=True)) as address,
        ClientSession(address) as developer,
        developer.get("/") as answer,
    ):
        assert answer.status == 200
        assert answer.url.path == "/explorer"


async def test_a_request_tries_one_password_and_no_more(
    browser: ClientSession, address: str, anna: Agent
) -> None:
    attempt = (
        'signIn(input: {organization: "acme", email: "anna@acme.example", password: "%d"}) { accessToken }'
    )
    once = {"query": f"mutation {{ {attempt % 0} }}"}
    often = {"query": f"mutation {{ {' '.join(f'a{n}: {attempt % n}' for n in range(2))} }}"}
    async with browser.post("/graphql", json=once) as answer:
        assert await answer.json(content_type=None) == {"data": {"signIn": {"accessToken": None}}}
    async with browser.post("/graphql", json=often) as answer:
        [error] = (await answer.json(content_type=None))["errors"]
    assert error["extensions"]["code"] == "TOO_COMPLEX"
    async with line(address) as anybody:
        await anybody.send(often["query"])
        [error] = (await anybody.receive())["payload"]
    assert error["extensions"]["code"] == "TOO_COMPLEX"


@pytest.mark.parametrize(
    "attempt",
    [
        'setPassword(input: {token: "set_%d", password: "tall green ladder"}) { ok }',
        'requestPasswordReset(input: {organization: "acme", email: "anna%d@acme.example"}) { sent }',
    ],
)
async def test_nor_does_it_choose_or_ask_for_more_than_one_password(
    browser: ClientSession, attempt: str
) -> None:
    once, twice = f"mutation {{ {attempt % 0} }}", f"mutation {{ {attempt % 0} again: {attempt % 1} }}"
    async with browser.post("/graphql", json={"query": once}) as answer:
        assert "errors" not in await answer.json(content_type=None)
    async with browser.post("/graphql", json={"query": twice}) as answer:
        [error] = (await answer.json(content_type=None))["errors"]
    assert error["extensions"]["code"] == "TOO_COMPLEX"


async def test_a_wrong_token_is_refused_both_ways(browser: ClientSession, address: str) -> None:
    async with browser.post("/graphql", json=QUESTION, headers={"Authorization": "Bearer forged"}) as answer:
        assert answer.status == 401
    for payload in ('{"authorization": "Bearer forged"}', '{"authorization": 7}'):
        assert (await closed(address, payload)).code == 4403


async def test_a_socket_ends_with_the_token_that_opened_it(
    browser: ClientSession, address: str, anna: Agent, keys: Keyring, clock: Clock
) -> None:
    await Agent.filter(id=anna.id).update(password_hash=await hash_password("frontdesk"))
    tokens = await Session.sign_in("acme", anna.email, "frontdesk", keys=keys, now=clock())
    clock.advance(seconds=ACCESS_LIFETIME.total_seconds() - 1)
    end = await closed(address, f'{{"authorization": "Bearer {tokens.access_token}"}}')
    assert end.code == 4403
    assert "expired" in end.reason


async def closed(address: str, payload: str) -> websockets.frames.Close:
    """How the server closes the socket of somebody who says this and waits."""
    url = address.replace("http", "ws", 1) + "/graphql"
    async with connect(
        url, subprotocols=[Subprotocol("graphql-transport-ws")], open_timeout=PATIENCE_SECONDS
    ) as socket:
        await socket.send(f'{{"type": "connection_init", "payload": {payload}}}')
        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(websockets.ConnectionClosed) as end:
                while True:
                    await socket.recv()
    assert end.value.rcvd is not None
    return end.value.rcvd
