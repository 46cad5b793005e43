"""Forms with files, as browsers send them and as nobody should, and what comes back."""

from collections.abc import AsyncIterable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from tests.web.graphql.uploading import ANNA, KEEP, Desk

NOTES = b"BEGIN:VCALENDAR\r\n"
LARGE = bytes(range(256)) * 10_000
"""2.56 MB: more than is kept in memory, and bytes of every kind."""

OPERATION = orjson.dumps({"query": KEEP, "variables": {"file": None}})
MAP = b'{"0": ["variables.file"]}'

DESCRIPTORS = Path("/proc/self/fd")

Part = tuple[str, bytes, str | None]


def form(query: str = KEEP, variables: Any = None, **files: tuple[str, bytes]) -> aiohttp.FormData:
    """A form as a browser sends it: each file by its name, with its path and its content."""
    data = aiohttp.FormData(quote_fields=False)
    data.add_field(
        "operations", orjson.dumps({"query": query, "variables": variables or {"file": None}}).decode()
    )
    data.add_field("map", orjson.dumps({name: [path] for name, (path, _) in files.items()}).decode())
    for name, (_, content) in files.items():
        data.add_field(name, BytesIO(content), filename=f"{name}.ics", content_type="text/calendar")
    return data


def body(*parts: Part, boundary: bytes = b"x", end: bytes = b"--\r\n") -> bytes:
    """A form of any parts, each a name, a content and perhaps a file's name."""
    lines = []
    for name, content, filename in parts:
        file = f'; filename="{filename}"'.encode() if filename is not None else b""
        lines += [b"--", boundary, b'\r\nContent-Disposition: form-data; name="', name.encode(), b'"', file]
        lines += [b"\r\n\r\n", content, b"\r\n"]
    return b"".join((*lines, b"--", boundary, end))


def usual(operations: bytes = OPERATION, places: bytes = MAP, content: bytes = NOTES) -> tuple[Part, ...]:
    """The parts of a form that is in order."""
    return ("operations", operations, None), ("map", places, None), ("0", content, "notes.ics")


async def posted(
    client: aiohttp.ClientSession, desk: Desk, data: Any, **headers: str
) -> tuple[int, dict[str, Any]]:
    """Status and body of the response to what Anna posts."""
    if isinstance(data, bytes | AsyncIterable):
        headers = {"content_type": "multipart/form-data; boundary=x", **headers}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = BytesIO(data) if isinstance(data, bytes) else data
    async with client.post(desk.http, data=sent, headers={**ANNA, **named}) as response:
        return response.status, orjson.loads(await response.read())


def message(answer: tuple[int, dict[str, Any]]) -> str:
    """What a refusal says; it must be one, with the code of a bad request and no data."""
    [error] = answer[1]["errors"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}
    assert list(answer[1]) == ["errors"]
    return str(error["message"])


def temporary_files() -> int:
    """How many files without a name this process holds open. Skips where a process cannot ask."""
    if not DESCRIPTORS.is_dir():
        pytest.skip(f"needs {DESCRIPTORS}, which lists the files that a process holds open")
    count = 0
    for descriptor in DESCRIPTORS.iterdir():
        # Others are closed meanwhile, such as the one by which this is read.
        with suppress(FileNotFoundError):
            count += str(descriptor.readlink()).endswith("(deleted)")
    return count
