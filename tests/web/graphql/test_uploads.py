"""Files beside an operation: who may send them, how they reach its variables, and that none stays open."""

from hashlib import sha256
from typing import Any

import aiohttp
import orjson
import pytest
import websockets

from tests.realtime.transport.serving import greet, receive, send
from tests.waiting import PATIENCE_SECONDS
from tests.web.graphql.forms import LARGE, NOTES, OPERATION, body, form, posted, temporary_files, usual
from tests.web.graphql.uploading import ANNA, KEEP, Desk

NEW = "application/graphql-response+json"
JSON = "application/json"


async def test_a_file_reaches_its_variable_with_its_name_and_type(
    client: aiohttp.ClientSession, desk: Desk
) -> None:
    status, answer = await posted(client, desk, form(anna=("variables.file", NOTES)))
    assert status == 200
    assert answer["data"]["keep"] == {
        "name": "anna.ics",
        "type": "text/calendar",
        "size": len(NOTES),
        "digest": sha256(NOTES).hexdigest(),
    }


async def test_a_large_file_arrives_as_it_was_and_is_closed_afterwards(
    client: aiohttp.ClientSession, desk: Desk
) -> None:
    before = temporary_files()
    _, answer = await posted(client, desk, form(large=("variables.file", LARGE)))
    assert answer["data"]["keep"]["digest"] == sha256(LARGE).hexdigest()
    [file] = desk.taken
    assert file.file.closed
    assert temporary_files() == before


async def test_files_are_put_into_lists_within_inputs(client: aiohttp.ClientSession, desk: Desk) -> None:
    query = "mutation($parcel: Parcel!) { keepAll(parcel: $parcel) { name size } }"
    data = form(
        query,
        {"parcel": {"files": [None, None, None]}},
        b=("variables.parcel.files.2", b"22"),
        a=("variables.parcel.files.0", b"1"),
    )
    _, answer = await posted(client, desk, data)
    assert answer["data"]["keepAll"] == [{"name": "a.ics", "size": 1}, {"name": "b.ics", "size": 2}]
    assert all(file.file.closed for file in desk.taken)


async def test_a_form_without_files_is_an_operation_like_any_other(
    client: aiohttp.ClientSession, desk: Desk
) -> None:
    operations = orjson.dumps({"query": "{ hello }"})
    data = body(("operations", operations, None), ("map", b"{}", None))
    assert await posted(client, desk, data) == (200, {"data": {"hello": "hello world"}})


async def test_parts_may_come_in_any_order(client: aiohttp.ClientSession, desk: Desk) -> None:
    status, answer = await posted(client, desk, body(*reversed(usual())))
    assert (status, answer["data"]["keep"]["size"]) == (200, len(NOTES))


async def test_operations_may_come_as_a_blob(client: aiohttp.ClientSession, desk: Desk) -> None:
    _, places, file = usual()
    status, answer = await posted(client, desk, body(("operations", OPERATION, "blob"), places, file))
    assert (status, answer["data"]["keep"]["size"]) == (200, len(NOTES))


async def test_a_files_name_may_be_in_any_language_and_its_content_may_be_nothing(
    client: aiohttp.ClientSession, desk: Desk
) -> None:
    operations, places, _ = usual()
    _, answer = await posted(client, desk, body(operations, places, ("0", b"", "फाइल 🏊.ics")))
    assert (answer["data"]["keep"]["name"], answer["data"]["keep"]["size"]) == ("फाइल 🏊.ics", 0)


async def test_a_file_that_looks_like_its_boundary_arrives_as_it_was(
    client: aiohttp.ClientSession, desk: Desk
) -> None:
    content = b"\r\n--\r\n--y\r\n-x--\r\n--xy\r\n" * 20_000
    _, answer = await posted(client, desk, body(*usual(content=content)))
    assert answer["data"]["keep"]["digest"] == sha256(content).hexdigest()


@pytest.mark.parametrize("accept", [JSON, NEW])
@pytest.mark.parametrize("headers", [{}, {"authorization": "mallory"}, {"cookie": "session=anna"}])
async def test_of_a_stranger_not_a_byte_is_read(
    client: aiohttp.ClientSession, desk: Desk, headers: dict[str, str], accept: str
) -> None:
    data = form(large=("variables.file", LARGE))
    async with client.post(desk.http, data=data, headers={**headers, "accept": accept}) as response:
        answer = orjson.loads(await response.read())
    assert (response.status, response.headers["www-authenticate"]) == (401, "Bearer")
    assert answer["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    assert (desk.reads, desk.taken) == (0, [])


async def test_a_file_is_closed_when_its_field_fails(client: aiohttp.ClientSession, desk: Desk) -> None:
    query = "mutation($file: Upload!) { drop(file: $file) }"
    status, answer = await posted(client, desk, form(query, a=("variables.file", LARGE)))
    assert (status, answer["errors"][0]["message"]) == (200, "Internal error")
    assert [file.file.closed for file in desk.taken] == [True]


@pytest.mark.parametrize(("accept", "status"), [(JSON, 200), (NEW, 400)])
@pytest.mark.parametrize(
    "query",
    ["mutation($file: Upload!) { nope(file: $file) }", "query($file: String) { hello(name: $file) }", "{"],
)
async def test_an_operation_that_cannot_run_gets_no_file(
    client: aiohttp.ClientSession, desk: Desk, query: str, accept: str, status: int
) -> None:
    refused = await posted(client, desk, form(query, a=("variables.file", NOTES)), accept=accept)
    assert refused[0] == status
    assert refused[1]["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    assert desk.taken == []


LITERALS = [
    {"query": 'mutation { keep(file: "notes.ics") { size } }'},
    {"query": 'mutation { keep(file: {name: "notes.ics"}) { size } }'},
    {"query": KEEP, "variables": {"file": "notes.ics"}},
    {"query": KEEP, "variables": {"file": {"filename": "notes.ics", "file": "notes"}}},
    {"query": KEEP, "variables": {"file": None}},
    {"query": KEEP},
]


@pytest.mark.parametrize("operation", LITERALS)
async def test_a_value_is_not_taken_for_a_file(
    client: aiohttp.ClientSession, desk: Desk, operation: dict[str, Any]
) -> None:
    async with client.post(desk.http, json=operation, headers={**ANNA, "accept": NEW}) as response:
        answer = orjson.loads(await response.read())
    assert response.status == 400
    assert answer["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    assert desk.taken == []


@pytest.mark.parametrize("operation", LITERALS)
async def test_no_file_comes_over_a_web_socket(desk: Desk, operation: dict[str, Any]) -> None:
    protocol = websockets.Subprotocol("graphql-transport-ws")
    async with websockets.connect(desk.ws, subprotocols=[protocol], open_timeout=PATIENCE_SECONDS) as ws:
        await greet(ws)
        await send(ws, type="subscribe", id="1", payload=operation)
        answer = await receive(ws)
    assert (answer["type"], answer["payload"][0]["extensions"]) == ("error", {"code": "BAD_REQUEST"})
    assert desk.taken == []
