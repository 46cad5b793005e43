"""What clients are told of errors, by either way in; and what they are never told."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import aiohttp
import orjson
import pytest
from structlog.testing import capture_logs

from realtime.transport import Outcome
from tests.realtime.transport.serving import Served, greet, receive, subscribe

Ask = Callable[..., Awaitable[Any]]


@pytest.fixture(params=["http", "websocket"])
async def ask(request: pytest.FixtureRequest, served: Served) -> AsyncGenerator[Ask, None]:
    """Ask for a query's response, over each transport: its errors, or its data and errors."""

    async def over_http(query: str, **variables: Any) -> Any:
        async with session.post(served.http, json={"query": query, "variables": variables}) as response:
            return orjson.loads(await response.read())

    async def over_websocket(query: str, **variables: Any) -> Any:
        await subscribe(ws, "1", query, **variables)
        message = await receive(ws)
        if message["type"] == "error":
            return {"errors": message["payload"]}
        assert await receive(ws) == {"id": "1", "type": "complete"}
        return message["payload"]

    async with aiohttp.ClientSession() as session, served.connect() as ws:
        await greet(ws)
        yield over_http if request.param == "http" else over_websocket


async def test_an_unexpected_error_is_masked_and_logged_once_under_its_id(ask: Ask) -> None:
    with capture_logs() as logs:
        response = await ask("{ faulty hello }")
    assert response["data"] == {"faulty": None, "hello": "hello world"}
    [error] = response["errors"]
    correlation_id = error["extensions"].pop("correlationId")
    assert error == {
        "message": "Internal error",
        "locations": [{"line": 1, "column": 3}],
        "path": ["faulty"],
        "extensions": {"code": "INTERNAL"},
    }
    [entry] = logs
    assert (entry["correlation_id"], entry["log_level"]) == (correlation_id, "error")
    assert str(entry["exc_info"]) == "secret of a resolver"
    assert entry["exc_info"].__traceback__ is not None


async def test_a_null_where_none_may_be_is_our_fault_and_masked(ask: Ask) -> None:
    response = await ask("{ required }")
    assert response["data"] is None
    assert response["errors"][0]["message"] == "Internal error"
    assert response["errors"][0]["extensions"]["code"] == "INTERNAL"


async def test_each_unexpected_error_has_an_id_of_its_own(ask: Ask) -> None:
    response = await ask("{ a: faulty b: faulty }")
    assert len({error["extensions"]["correlationId"] for error in response["errors"]}) == 2


async def test_a_request_error_keeps_its_code_and_message(ask: Ask) -> None:
    with capture_logs() as logs:
        [error] = (await ask("{ signedIn }"))["errors"]
    assert (error["message"], error["extensions"]) == ("Sign in first.", {"code": "UNAUTHENTICATED"})
    assert logs == []


async def test_a_refusal_astray_in_a_query_is_a_bad_request_with_its_code(ask: Ask) -> None:
    [error] = (await ask("{ refused }"))["errors"]
    assert error["message"] == "No such month."
    assert error["extensions"] == {"code": "BAD_REQUEST", "refusal": "INVALID", "field": ["input", "month"]}


async def test_a_denied_permission_is_forbidden(ask: Ask) -> None:
    response = await ask("{ private }")
    assert response["data"] == {"private": None}
    assert response["errors"][0]["message"] == "Not for you"
    assert response["errors"][0]["extensions"] == {"code": "FORBIDDEN"}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{", {}),
        ("", {}),
        ("{ nope }", {}),
        ("{ hello(nope: 1) }", {}),
        ('{ number(n: "one") }', {}),
        ("query ($n: Int!) { number(n: $n) }", {}),
        ("query ($n: Int!) { number(n: $n) }", {"n": "one"}),
        ("query ($n: Int!) { number(n: $n) }", {"n": 2**31}),
        ("query A { hello } query B { hello }", {}),
        ("fragment F on Query { hello }", {}),
    ],
)
async def test_a_request_that_cannot_be_meant_is_a_bad_request_without_data(
    ask: Ask, query: str, variables: dict[str, Any]
) -> None:
    with capture_logs() as logs:
        response = await ask(query, **variables)
    assert list(response) == ["errors"]
    assert {error["extensions"]["code"] for error in response["errors"]} == {"BAD_REQUEST"}
    assert logs == []


async def test_an_argument_that_turns_out_null_is_a_bad_request(ask: Ask) -> None:
    response = await ask('query ($name: String = "x") { hello(name: $name) }', name=None)
    assert response["data"] is None
    assert response["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


async def test_an_error_in_the_midst_of_a_stream_is_masked(served: Served) -> None:
    async with served.connect() as ws:
        await greet(ws)
        with capture_logs() as logs:
            await subscribe(ws, "1", "subscription { breaks }")
            assert (await receive(ws))["payload"] == {"data": {"breaks": 0}}
            broken = await receive(ws)
    assert (broken["type"], broken["id"]) == ("error", "1")
    assert broken["payload"][0]["message"] == "Internal error"
    assert broken["payload"][0]["extensions"]["correlationId"] == logs[0]["correlation_id"]


async def test_an_error_in_the_resolver_of_an_event_is_masked(served: Served) -> None:
    async with served.connect() as ws:
        await greet(ws)
        with capture_logs() as logs:
            await subscribe(ws, "1", "subscription { items { name faulty } }")
            event = (await receive(ws))["payload"]
        assert event["data"] == {"items": {"name": "one", "faulty": None}}
        assert event["errors"][0]["message"] == "Internal error"
        assert len(logs) == 1
        assert (await receive(ws))["type"] == "complete"


@pytest.mark.parametrize("field", ["forbidden", "refused"])
async def test_a_stream_that_is_forbidden_says_so_and_ends(served: Served, field: str) -> None:
    async with served.connect() as ws:
        await greet(ws)
        await subscribe(ws, "1", f"subscription {{ {field} }}")
        answer = await receive(ws)
        payload = answer["payload"] if answer["type"] == "error" else answer["payload"]["errors"]
        assert (payload[0]["message"], payload[0]["extensions"]) == ("Not yours.", {"code": "FORBIDDEN"})


def test_data_that_json_cannot_hold_is_our_fault_and_masked() -> None:
    with capture_logs() as logs:
        encoded = orjson.loads(Outcome({"thing": object()}, []).encode())
    assert encoded["data"] is None
    assert encoded["errors"][0]["extensions"]["correlationId"] == logs[0]["correlation_id"]
