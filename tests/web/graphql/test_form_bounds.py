"""How much of a form is read, and for how long; what was read by then is closed."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import aiohttp
import pytest

from tests.realtime.transport.serving import until
from tests.web.graphql.forms import LARGE, NOTES, body, form, message, posted, temporary_files, usual
from tests.web.graphql.uploading import LIMITS, Desk


@pytest.mark.parametrize("length", [0, 1, 20, 60, 200, -7, -4])
async def test_a_body_that_was_cut_off_is_refused_and_its_file_closed(
    client: aiohttp.ClientSession, desk: Desk, length: int
) -> None:
    before = temporary_files()
    refused = await posted(client, desk, body(*usual(content=LARGE))[:length])
    assert refused[0] == 400
    assert message(refused)
    assert (desk.taken, temporary_files()) == ([], before)


async def test_a_file_may_be_as_large_as_the_limit_and_no_larger(
    client: aiohttp.ClientSession, desk: Desk
) -> None:
    before, most = temporary_files(), b"x" * LIMITS.file_bytes
    _, answer = await posted(client, desk, form(a=("variables.file", most)))
    assert answer["data"]["keep"]["size"] == LIMITS.file_bytes
    refused = await posted(client, desk, form(a=("variables.file", most + b"x")))
    assert refused == (
        200,
        {"data": {"keep": {"name": "a.ics", "type": None, "size": -1, "digest": "ATTACHMENT_TOO_LARGE"}}},
    )
    assert (len(desk.taken), temporary_files()) == (2, before)


async def test_a_large_file_that_comes_before_what_is_asked_for_is_refused_all_the_same(
    client: aiohttp.ClientSession, desk: Desk
) -> None:
    before = temporary_files()
    backwards = body(*reversed(usual(content=b"x" * (LIMITS.file_bytes + 1))))
    refused = await posted(client, desk, backwards)
    assert (refused[0], message(refused)) == (413, "A file may have 3000000 bytes at most.")
    assert (desk.taken, temporary_files()) == ([], before)


@pytest.mark.parametrize("name", ["operations", "map"])
async def test_the_parts_beside_the_files_have_a_limit_too(
    client: aiohttp.ClientSession, desk: Desk, name: str
) -> None:
    parts = [(part[0], part[1].ljust(10_001) if part[0] == name else part[1], part[2]) for part in usual()]
    assert (await posted(client, desk, body(*parts)))[0] == 413
    assert desk.taken == []


async def test_who_sends_far_too_much_is_told_before_it_has_come_and_may_go_on(desk: Desk) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as client:
        status, answer = await posted(client, desk, form(a=("variables.file", b"x" * 40_000_000)))
        assert (status, answer["data"]["keep"]["digest"]) == (200, "ATTACHMENT_TOO_LARGE")
        assert desk.reads < 200
        assert (await posted(client, desk, form(a=("variables.file", NOTES))))[0] == 200


@pytest.mark.parametrize("filler", [b"\r\n" * 5_000, b" " * 10_000])
@pytest.mark.parametrize("start", [b"", b"--x", body(*usual())])
async def test_what_stands_between_the_parts_is_limited_as_well(
    client: aiohttp.ClientSession, desk: Desk, start: bytes, filler: bytes
) -> None:
    async def endless() -> AsyncGenerator[bytes, None]:
        yield start or b"\r\n"
        for _ in range(LIMITS.body_bytes // 10_000 + 1):
            yield filler

    refused = await posted(client, desk, endless())
    assert refused[0] in (400, 413)
    assert message(refused)
    assert desk.taken == []


async def test_a_form_that_does_not_come_is_not_waited_for_and_its_file_closed(
    client: aiohttp.ClientSession, desk: Desk
) -> None:
    before, never = temporary_files(), asyncio.Event()
    desk.limits = replace(LIMITS, seconds=3)

    async def halting() -> AsyncGenerator[bytes, None]:
        yield body(*usual(content=LARGE))[:1_000_000]
        await never.wait()

    assert (await posted(client, desk, halting()))[0] == 408
    assert (desk.taken, temporary_files()) == ([], before)


async def test_the_file_of_a_client_that_goes_away_is_closed(desk: Desk) -> None:
    before, never = temporary_files(), asyncio.Event()
    desk.limits = replace(LIMITS, seconds=3)

    async def halting() -> AsyncGenerator[bytes, None]:
        yield body(*usual(content=LARGE))[:1_000_000]
        await never.wait()

    async with aiohttp.ClientSession() as client:
        asking = asyncio.create_task(posted(client, desk, halting()))
        await until(lambda: temporary_files() > before)
        asking.cancel()
        await asyncio.wait([asking])
    await until(lambda: temporary_files() == before)
    assert desk.taken == []
