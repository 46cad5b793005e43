"""What every place for files does."""

from __future__ import annotations

import asyncio

import pytest

from providers.storage.protocol import PIECE, NoSuchObject, ObjectStore
from tests.providers.storage.conftest import content, read

KEY = "7/3f/3fa9"
LARGE = bytes(range(256)) * 5_000
NO_KEYS = [
    "",
    "/",
    "/etc/passwd",
    "../x",
    "a/../b",
    "a//b",
    "a/",
    "A",
    "a.b",
    "a b",
    "a\n",
    "ü",
    "a" * 65,
    "x/" * 8 + "x",
]


async def test_what_is_put_is_there_as_it_was(store: ObjectStore) -> None:
    for one in (b"x", LARGE):
        await store.put(KEY, content(one))
        assert await read(store, KEY) == one


async def test_a_file_is_put_from_its_beginning_wherever_it_was_read_to(store: ObjectStore) -> None:
    given = content(b"whole")
    given.file.read(3)
    await store.put(KEY, given)
    assert await read(store, KEY) == b"whole"


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, None), (0, 10), (5, 6), (PIECE - 1, PIECE + 1), (1_000_000, None), (10, 9_999_999)],
)
async def test_a_part_is_given_where_a_part_is_asked_for(
    store: ObjectStore, start: int, end: int | None
) -> None:
    await store.put(KEY, content(LARGE))
    assert await read(store, KEY, start=start, end=end) == LARGE[start:end]


async def test_it_comes_in_pieces(store: ObjectStore) -> None:
    await store.put(KEY, content(LARGE))
    async with store.open(KEY) as pieces:
        assert max([len(piece) async for piece in pieces]) <= PIECE


async def test_who_stops_reading_leaves_nothing_behind(store: ObjectStore) -> None:
    await store.put(KEY, content(LARGE))
    async with store.open(KEY) as pieces:
        assert await anext(pieces)
    assert await read(store, KEY) == LARGE


async def test_what_is_not_there_is_said_as_reading_begins(store: ObjectStore) -> None:
    with pytest.raises(NoSuchObject):
        await read(store, KEY)
    await store.put(KEY, content(b"x"))
    with pytest.raises(NoSuchObject):
        await read(store, f"{KEY}/below")


async def test_what_is_deleted_is_gone_and_may_be_so_before(store: ObjectStore) -> None:
    await store.put(KEY, content(b"x"))
    await store.put(f"{KEY}0", content(b"y"))
    for _ in range(2):
        await store.delete(KEY)
    await store.delete("never/was")
    with pytest.raises(NoSuchObject):
        await read(store, KEY)
    assert await read(store, f"{KEY}0") == b"y"


@pytest.mark.parametrize("key", NO_KEYS)
async def test_no_key_leads_out_of_the_place(store: ObjectStore, key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        await store.put(key, content(b"x"))
    with pytest.raises(ValueError, match="no key"):
        await read(store, key)
    with pytest.raises(ValueError, match="no key"):
        await store.delete(key)


async def test_many_come_and_go_at_once(store: ObjectStore) -> None:
    async def come_and_go(number: int) -> bytes:
        key, mine = f"{number % 3}/{number}", bytes([number]) * 100_000
        await store.put(key, content(mine))
        found = await read(store, key)
        await store.delete(key)
        return found

    found = await asyncio.gather(*(come_and_go(number) for number in range(20)))
    assert found == [bytes([number]) * 100_000 for number in range(20)]
