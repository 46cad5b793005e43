"""Forms that are no operation with files: each is sent back with its reason, and no file reaches a field."""

import aiohttp
import orjson
import pytest

from tests.web.graphql.forms import MAP, NOTES, OPERATION, Part, body, form, message, posted, usual
from tests.web.graphql.uploading import KEEP, Desk


@pytest.mark.parametrize("name", ["operations", "map"])
async def test_a_part_that_is_missing_is_named(client: aiohttp.ClientSession, desk: Desk, name: str) -> None:
    refused = await posted(client, desk, body(*(part for part in usual() if part[0] != name)))
    assert (refused[0], message(refused)) == (400, f"The part {name} must be given.")


@pytest.mark.parametrize(
    ("operations", "said"),
    [
        (b"", "The part operations is not JSON"),
        (b"{", "The part operations is not JSON"),
        (b'{"query": "\xff"}', "The part operations is not JSON"),
        (b"[" * 5_000, "The part operations is not JSON"),
        (b"null", "The part operations must be a JSON object."),
        (b"[]", "One operation a request: batches are not served."),
        (b"[" + OPERATION + b"]", "One operation a request: batches are not served."),
        (b"{}", "The parameter query must be given, as a string."),
        (b'{"query": "{ hello }", "variables": []}', "The parameter variables must be an object."),
    ],
)
async def test_operations_that_are_none_are_refused(
    client: aiohttp.ClientSession, desk: Desk, operations: bytes, said: str
) -> None:
    refused = await posted(client, desk, body(*usual(operations)))
    assert refused[0] == 400
    assert message(refused).startswith(said)
    assert desk.taken == []


@pytest.mark.parametrize(
    "places",
    [
        b"",
        b"null",
        b"7",
        b"[]",
        b'["variables.file"]',
        b'{"0": "variables.file"}',
        b'{"0": []}',
        b'{"0": [null]}',
        b'{"0": [["variables.file"]]}',
        b'{"0": ["variables.file", "variables.file"]}',
        b"{}",
        b'{"1": ["variables.file"]}',
        b'{"0": ["variables.file"], "1": ["variables.file"]}',
        b'{"\xff": ["variables.file"]}',
        b'{"0": ["\\ud800"]}',
    ],
)
async def test_a_map_that_does_not_fit_the_files_is_refused(
    client: aiohttp.ClientSession, desk: Desk, places: bytes
) -> None:
    refused = await posted(client, desk, body(*usual(places=places)))
    assert refused[0] == 400
    assert "map" in message(refused)
    assert desk.taken == []


@pytest.mark.parametrize(
    "path",
    [
        *("", ".", "variables", "variables.", ".file", "file", "query", "operationName", "0.variables.file"),
        *("variables.nope", "variables.file.name", "variables.text", "variables.text.0", "variables.object"),
        *("variables.list.1", "variables.list.-1", "variables.list.00", "variables.list.x", "variables.list."),
        *("variables.list.٠", "variables.list." + "9" * 5_000, "variables.list.length", "variables..file"),
        *("variables.__proto__", "variables.__class__", "variables.constructor.prototype", "__proto__.file"),
        *("variables.file.__class__", "variables" + ".file" * 500, "extensions.file"),
    ],
)
async def test_a_path_that_does_not_lead_to_a_null_in_the_variables_is_refused(
    client: aiohttp.ClientSession, desk: Desk, path: str
) -> None:
    variables = {"file": None, "text": "text", "object": {"file": None}, "list": [None]}
    operations = {"query": KEEP, "operationName": None, "variables": variables, "extensions": {"file": None}}
    data = body(*usual(orjson.dumps(operations), orjson.dumps({"0": [path]})))
    refused = await posted(client, desk, data)
    assert refused[0] == 400
    assert message(refused).startswith("The map's path “")
    assert desk.taken == []


async def test_no_path_leads_into_variables_that_are_not_there(
    client: aiohttp.ClientSession, desk: Desk
) -> None:
    operations = orjson.dumps({"query": KEEP})
    for path in ("variables.file", "variables"):
        refused = await posted(client, desk, body(*usual(operations, orjson.dumps({"0": [path]}))))
        assert refused[0] == 400
        assert message(refused).startswith("The map's path")


async def test_two_files_have_no_place_in_common(client: aiohttp.ClientSession, desk: Desk) -> None:
    refused = await posted(client, desk, form(a=("variables.file", b"1"), b=("variables.file", b"2")))
    assert refused[0] == 400
    assert message(refused) == "The map's path “variables.file” must lead to a null in the variables."
    assert desk.taken == []


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([*usual(), ("0", NOTES, "again.ics")], 400),
        ([*usual(), ("map", MAP, None)], 400),
        ([*usual(), ("operations", OPERATION, "blob")], 400),
        ([*usual(), ("more", b"text", None)], 400),
        ([*usual(), ("", NOTES, "nameless.ics")], 400),
        ([*usual(), ("1", NOTES, "1.ics")], 400),
        ([*usual(), ("1", NOTES, "1.ics"), ("2", NOTES, "2.ics")], 413),
        ([(str(number), b"", None) for number in range(20_000)], 400),
        ([(str(number), b"", "file") for number in range(20_000)], 413),
        ([], 400),
    ],
)
async def test_other_parts_than_those_that_belong_are_refused(
    client: aiohttp.ClientSession, desk: Desk, parts: list[Part], status: int
) -> None:
    refused = await posted(client, desk, body(*parts))
    assert refused[0] == status
    assert message(refused)
    assert desk.taken == []


@pytest.mark.parametrize(
    "disposition",
    [
        b"",
        b"Content-Disposition: form-data\r\n",
        b'Content-Disposition: attachment; name="0"; filename="0"\r\n',
        b'Content-Disposition: form-data; name="\xff"; filename="0"\r\n',
        b'Content-Disposition: form-data; name="0"; filename="\xff"\r\n',
        b"Content-Disposition form-data\r\n",
        b": nameless\r\n",
        b"Content-Disposition: form-data; name=0; filename=" + b"0" * 10_000 + b"\r\n",
        b"Much: ado\r\n" * 100,
    ],
)
async def test_parts_with_odd_headers_are_refused(
    client: aiohttp.ClientSession, desk: Desk, disposition: bytes
) -> None:
    operations, places, _ = usual()
    data = body(operations, places, end=b"\r\n") + disposition + b"\r\n" + NOTES + b"\r\n--x--\r\n"
    refused = await posted(client, desk, data)
    assert refused[0] == 400
    assert message(refused)
    assert desk.taken == []


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        ('multipart/form-data; boundary=""', 400),
        ("multipart/form-data; boundary=y", 400),
        ("multipart/form-data; boundary=" + "x" * 71, 400),
        ("multipart/form-data; boundary=x; charset=utf-16", 415),
        ("multipart/form-data; boundary=x; charset = idna", 415),
        ("multipart/form-data; boundary=x; charset=hex", 415),
        ("multipart/mixed; boundary=x", 415),
        ("multipart/form-data, multipart/form-data; boundary=x", 415),
        ("application/x-www-form-urlencoded", 415),
    ],
)
async def test_content_of_another_type_or_boundary_is_refused(
    client: aiohttp.ClientSession, desk: Desk, content_type: str, status: int
) -> None:
    refused = await posted(client, desk, body(*usual()), content_type=content_type)
    assert refused[0] == status
    assert message(refused)
    assert desk.taken == []


async def test_compressed_forms_are_refused(client: aiohttp.ClientSession, desk: Desk) -> None:
    assert (await posted(client, desk, body(*usual()), content_encoding="gzip"))[0] == 415
