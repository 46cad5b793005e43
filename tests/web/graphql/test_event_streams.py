"""GraphQL over SSE, as npm graphql-sse's client hears it, and beside what its server makes of the same requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.realtime.transport.event_client import EndOfStream, Stream, sending
from tests.realtime.transport.node import folder_with, node
from tests.realtime.transport.serving import Served, serving, until
from tests.waiting import PATIENCE_SECONDS
from tests.web.graphql.odd_requests import CUT_OFF, REQUESTS, Heard, OddRequest

HERE = Path(__file__).parent
ODDITIES = [pytest.param(request, id=request.name) for request in REQUESTS]


@pytest.fixture(scope="module")
async def reference() -> AsyncGenerator[str, None]:
    async with node(HERE / "reference_sse.cjs", folder_with("graphql", "graphql-sse")) as process:
        assert process.stdout is not None
        port = int(await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS))
        yield f"http://127.0.0.1:{port}/graphql"


@pytest.mark.parametrize("odd", ODDITIES)
async def test_an_odd_request_is_answered_as_it_should_be(served: Served, odd: OddRequest) -> None:
    assert await heard(served.http, odd) == list(odd.heard)


@pytest.mark.parametrize("odd", ODDITIES)
async def test_the_reference_answers_alike_or_the_reason_is_given(reference: str, odd: OddRequest) -> None:
    expected = odd.heard if odd.reference is None else odd.reference
    assert await heard(reference, odd) == list(expected)
    assert (odd.reference is None) == (odd.reason == "")


@pytest.mark.parametrize(("authorization", "status"), [("wrong", 401), ("later", 503), ("faulty", 500)])
async def test_who_is_not_let_in_is_told_so_by_the_status(
    served: Served, authorization: str, status: int
) -> None:
    for query in ("{ hello }", "subscription { silence }"):
        body = orjson.dumps({"query": query})
        async with sending(served.http, "POST", body, token=authorization) as stream:
            assert stream.status == status
            assert stream.headers["content-type"].startswith("application/json")
            assert "secret" not in str(await stream.body())
    await until(lambda: not served.streams)


async def test_the_reference_client_hears_what_it_asks_for(served: Served) -> None:
    said = await client(
        served.http,
        query={"query": "query($name: String!) { hello(name: $name) }", "variables": {"name": "Anna"}},
        mutation={"query": 'mutation { rename(name: "Ben") }'},
        subscription={"query": "subscription { count(to: 3) }"},
        caller={"query": "{ caller }", "authorization": "Anna"},
        invalid={"query": "{ nope }"},
        forbidden={"query": "subscription { forbidden }"},
        breaking={"query": "subscription { breaks }"},
        stranger={"query": "subscription { silence }", "authorization": "wrong"},
        leaving={"query": "subscription { silence }", "leaveAfter": 1},
    )
    done = ["complete"]
    assert said["query"] == [["next", {"data": {"hello": "hello Anna"}}], done]
    assert said["mutation"] == [["next", {"data": {"rename": "Ben"}}], done]
    assert said["subscription"] == [*(["next", {"data": {"count": n}}] for n in range(3)), done]
    assert said["caller"] == [["next", {"data": {"caller": "Anna"}}], done]
    for name, code in (("invalid", "BAD_REQUEST"), ("forbidden", "FORBIDDEN")):
        assert [codes(result) for _, *result in said[name]] == [[code], []]
    assert [codes(result) for _, *result in said["breaking"]] == [[], ["INTERNAL"], []]
    assert said["stranger"] == [["error", 401]]
    assert said["leaving"] == [["next", {"data": {"silence": 0}}], done]
    await until(lambda: not served.streams and not served.watch.open_streams)


async def test_the_reference_client_comes_back_when_the_server_shows_it_out_of_a_process() -> None:
    async with serving() as served:
        wish = {"query": "subscription { silence }", "leaveAfter": 3}
        said = asyncio.create_task(client(served.http, wish=wish))
        for _ in range(2):
            await until(lambda: served.watch.open_streams)
            served.streams[0].leave()
            await until(lambda: not served.watch.open_streams)
        assert (await said)["wish"] == [*[["next", {"data": {"silence": 0}}]] * 3, ["complete"]]


async def client(address: str, **operations: dict[str, Any]) -> dict[str, list[list[Any]]]:
    """What npm graphql-sse's client says of each operation."""
    folder = folder_with("graphql", "graphql-sse")
    said: dict[str, list[list[Any]]] = {name: [] for name in operations}
    asked = orjson.dumps(operations).decode()
    async with node(HERE / "sse_client.cjs", folder, address, asked) as process:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for line in process.stdout:
                name, *heard = orjson.loads(line)
                said[name].append(heard)
    return said


def codes(result: list[Any]) -> list[str]:
    errors = result[0].get("errors", []) if result else []
    return [error["extensions"]["code"] for error in errors]


async def heard(address: str, odd: OddRequest) -> list[Heard]:
    async with sending(
        address,
        odd.method,
        odd.body,
        accept=odd.accept,
        content_type=odd.content_type,
        parameters=odd.parameters,
        headers=odd.headers,
    ) as stream:
        if not stream.headers.get("content-type", "").startswith("text/event-stream"):
            return [stream.status]
        return [stream.status, *await told(stream)]


async def told(stream: Stream) -> list[Heard]:
    events: list[Heard] = []
    try:
        while True:
            name, data = await stream.event()
            if name == "complete":
                events.append((name,))
            else:
                events.append(("errors" if "errors" in data else "next", data.get("data")))
    except EndOfStream as end:
        return events if end.cleanly else [*events, CUT_OFF]
