"""GraphQL over HTTP: which requests are taken, and with what status and type the others are sent back."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import orjson
import pytest
from structlog.testing import capture_logs

from tests.realtime.transport.serving import Served, serving
from web.graphql import BodyLimits

JSON = "application/json"
NEW = "application/graphql-response+json"
HELLO = b'{"query":"{ hello }"}'

Answer = tuple[int, str, Any]


async def answered(asked: Any) -> Answer:
    """Status, content type and body of a response."""
    async with asked as response:
        return response.status, response.content_type, orjson.loads(await response.read())


async def post(client: aiohttp.ClientSession, served: Served, body: Any, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    return await answered(client.post(served.http, data=data, headers={"content-type": JSON, **named}))


async def test_a_query_is_answered_with_its_data(client: aiohttp.ClientSession, served: Served) -> None:
    query = {
        "query": "query Q($n: String!) { hello(name: $n) }",
        "variables": {"n": "Anna"},
        "operationName": "Q",
    }
    assert await post(client, served, query) == (200, JSON, {"data": {"hello": "hello Anna"}})


async def test_a_response_is_utf8_and_is_not_to_be_stored(
    client: aiohttp.ClientSession, served: Served
) -> None:
    async with client.post(served.http, json={"query": '{ hello(name: "🏊") }'}) as response:
        assert response.headers["content-type"] == "application/json; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        assert await response.text() == '{"data":{"hello":"hello 🏊"}}'


async def test_a_mutation_is_carried_out_by_post(client: aiohttp.ClientSession, served: Served) -> None:
    served.watch.renamed.clear()
    answer = await post(client, served, {"query": 'mutation { rename(name: "Ben") }'})
    assert answer == (200, JSON, {"data": {"rename": "Ben"}})
    assert served.watch.renamed == ["Ben"]


async def test_a_query_may_come_by_get(client: aiohttp.ClientSession, served: Served) -> None:
    parameters = {"query": "query ($n: Int!) { number(n: $n) }", "variables": '{"n": 7}', "operationName": ""}
    assert await answered(client.get(served.http, params=parameters)) == (200, JSON, {"data": {"number": 7}})


async def test_a_mutation_never_comes_by_get(client: aiohttp.ClientSession, served: Served) -> None:
    served.watch.renamed.clear()
    parameters = {"query": 'query A { hello } mutation B { rename(name: "Mallory") }', "operationName": "B"}
    async with client.get(served.http, params=parameters) as response:
        assert response.status == 405
        assert response.headers["allow"] == "POST"
    assert served.watch.renamed == []


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (NEW, NEW),
        (f"{NEW}, {JSON};q=0.9", NEW),
        (f"{JSON};q=0.5, {NEW}", NEW),
        (f"{JSON}, {NEW}", JSON),
        (f"{NEW};charset=utf-8, */*;q=0.1", NEW),
        (f"text/html, {JSON}", JSON),
        ("APPLICATION/JSON", JSON),
    ],
)
async def test_the_response_has_the_type_that_is_liked_best(
    client: aiohttp.ClientSession, served: Served, accept: str, chosen: str
) -> None:
    status, media_type, body = await post(client, served, HELLO, accept=accept)
    assert (status, media_type, body) == (200, chosen, {"data": {"hello": "hello world"}})


@pytest.mark.parametrize("accept", ["text/html", "application/xml, image/*", f"{JSON};q=0", f"*/*, {JSON};q=0"])
async def test_a_client_that_reads_neither_type_is_told_so(
    client: aiohttp.ClientSession, served: Served, accept: str
) -> None:
    assert (await post(client, served, HELLO, accept=accept))[0] == 406


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is not JSON"),
        (b"{", "The body is not JSON"),
        (b'{"query":"{ hello }"}}', "The body is not JSON"),
        (b'{"query":"\xff"}', "The body is not JSON"),
        (b"null", "The body must be a JSON object."),
        (b"7", "The body must be a JSON object."),
        (b'"{ hello }"', "The body must be a JSON object."),
        (b"[]", "One operation a request: batches are not served."),
        (b"[" + HELLO + b"]", "One operation a request: batches are not served."),
        (b"{}", "The parameter query must be given, as a string."),
        (b'{"query":null}', "The parameter query must be given, as a string."),
        (b'{"query":["{ hello }"]}', "The parameter query must be given, as a string."),
        (b'{"query":"{ hello }","variables":[]}', "The parameter variables must be an object."),
        (b'{"query":"{ hello }","variables":"{}"}', "The parameter variables must be an object."),
        (b'{"query":"{ hello }","operationName":1}', "The parameter operationName must be a string."),
        (b'{"query":"{ hello }","extensions":false}', "The parameter extensions must be an object."),
    ],
)
@pytest.mark.parametrize("accept", [JSON, NEW])
async def test_what_is_no_graphql_request_is_sent_back(
    client: aiohttp.ClientSession, served: Served, body: bytes, message: str, accept: str
) -> None:
    status, media_type, answer = await post(client, served, body, accept=accept)
    assert (status, media_type) == (400, accept)
    assert answer["errors"][0]["message"].startswith(message)
    assert answer["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    assert "data" not in answer


@pytest.mark.parametrize("parameters", [{}, {"query": ""}, {"query": "{ hello }", "variables": "{"}])
async def test_a_get_that_is_no_graphql_request_is_sent_back(
    client: aiohttp.ClientSession, served: Served, parameters: dict[str, str]
) -> None:
    assert (await answered(client.get(served.http, params=parameters)))[0] == 400


@pytest.mark.parametrize(
    "query",
    [
        "{",
        "{ nope }",
        "query A { hello } query B { hello }",
        "query ($n: Int!) { number(n: $n) }",
        "{ " + "hello " * 30 + "}",
    ],
)
async def test_a_request_that_cannot_run_says_so_by_status_to_those_who_read_it(
    client: aiohttp.ClientSession, served: Served, query: str
) -> None:
    new_status, _, new = await post(client, served, {"query": query}, accept=NEW)
    old_status, _, old = await post(client, served, {"query": query}, accept=JSON)
    assert (new_status, old_status) == (400, 200)
    assert new == old
    assert list(old) == ["errors"]


async def test_an_unknown_operation_name_is_a_bad_request(
    client: aiohttp.ClientSession, served: Served
) -> None:
    status, _, body = await post(
        client, served, {"query": "query A { hello }", "operationName": "B"}, accept=NEW
    )
    assert status == 400
    assert body["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize("query", ["{ faulty }", "{ required }", "{ signedIn }"])
async def test_an_operation_that_ran_is_a_200_whatever_its_fields_say(
    client: aiohttp.ClientSession, served: Served, query: str
) -> None:
    status, _, body = await post(client, served, {"query": query}, accept=NEW)
    assert status == 200
    assert sorted(body) == ["data", "errors"]


@pytest.mark.parametrize("accept", [JSON, NEW])
@pytest.mark.parametrize(
    ("token", "status", "code"), [("wrong", 401, "UNAUTHENTICATED"), ("later", 503, "UNAVAILABLE")]
)
async def test_a_caller_who_is_not_let_in_is_told_by_status(
    client: aiohttp.ClientSession, served: Served, accept: str, token: str, status: int, code: str
) -> None:
    served.watch.renamed.clear()
    mutation = {"query": 'mutation { rename(name: "Mallory") }'}
    answer = await post(client, served, mutation, accept=accept, authorization=token)
    assert answer[0] == status
    assert answer[2]["errors"][0]["extensions"] == {"code": code}
    assert served.watch.renamed == []


async def test_a_fault_in_the_sign_in_is_masked(client: aiohttp.ClientSession, served: Served) -> None:
    with capture_logs() as logs:
        status, _, body = await post(client, served, HELLO, authorization="faulty")
    assert status == 500
    assert body["errors"][0]["message"] == "Internal error"
    assert body["errors"][0]["extensions"]["correlationId"] == logs[0]["correlation_id"]


async def test_subscriptions_are_not_served_over_http(client: aiohttp.ClientSession, served: Served) -> None:
    query = "subscription { count(to: 3) }"
    assert (await post(client, served, {"query": query}))[0] == 400
    assert (await answered(client.get(served.http, params={"query": query})))[0] == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
async def test_other_methods_are_not_allowed(
    client: aiohttp.ClientSession, served: Served, method: str
) -> None:
    async with client.request(method, served.http, params={"query": "{ hello }"}) as response:
        assert response.status == 405
        assert response.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=iso-8859-1",
    ],
)
async def test_other_content_is_not_taken(
    client: aiohttp.ClientSession, served: Served, content_type: str
) -> None:
    assert (await post(client, served, HELLO, content_type=content_type))[0] == 415


async def test_compressed_content_is_not_taken(client: aiohttp.ClientSession, served: Served) -> None:
    asked = client.post(served.http, json={"query": "{ hello }"}, compress="gzip")
    assert (await answered(asked))[0] == 415


async def test_a_body_may_be_as_large_as_the_limit_and_no_larger(
    client: aiohttp.ClientSession, served: Served
) -> None:
    assert (await post(client, served, HELLO.ljust(10_000)))[0] == 200
    assert (await post(client, served, HELLO.ljust(10_001)))[0] == 413


async def test_a_body_of_untold_length_is_not_read_beyond_the_limit(
    client: aiohttp.ClientSession, served: Served
) -> None:
    async def endless() -> AsyncGenerator[bytes, None]:
        for _ in range(100):
            yield b" " * 1_000

    asked = client.post(served.http, data=endless(), headers={"content-type": JSON})
    assert (await answered(asked))[0] == 413


async def test_a_body_that_does_not_come_is_not_waited_for(client: aiohttp.ClientSession) -> None:
    never = asyncio.Event()

    async def halting() -> AsyncGenerator[bytes, None]:
        yield b"{"
        await never.wait()

    async with serving(body_limits=BodyLimits(body_seconds=0.1)) as hurried:
        asked = client.post(hurried.http, data=halting(), headers={"content-type": JSON})
        assert (await answered(asked))[0] == 408
