"""Pages of messages, both ways, and cursors that are none of ours."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

import pytest

from tests.resolvers.conftest import Talk
from tests.resolvers.documents import MESSAGES, say


@pytest.fixture
async def ten(talk: Talk) -> Talk:
    """A conversation of ten messages: the system's, and nine of Grace's."""
    for number in range(2, 11):
        await say(talk.grace, talk.id, f"Message {number}")
    return talk


async def page(talk: Talk, **asked: Any) -> tuple[list[int], dict[str, Any]]:
    shown = (await talk.anna.do(MESSAGES, id=talk.id, **asked))["messages"]
    return [edge["node"]["seq"] for edge in shown["edges"]], shown["pageInfo"]


async def test_pages_go_forward_from_the_beginning_to_the_end(ten: Talk) -> None:
    seqs, info = await page(ten, first=4)
    assert (seqs, info["hasNextPage"], info["hasPreviousPage"]) == ([1, 2, 3, 4], True, False)
    seqs, info = await page(ten, first=4, after=info["endCursor"])
    assert (seqs, info["hasNextPage"], info["hasPreviousPage"]) == ([5, 6, 7, 8], True, True)
    seqs, info = await page(ten, first=4, after=info["endCursor"])
    assert (seqs, info["hasNextPage"]) == ([9, 10], False)
    seqs, info = await page(ten, first=4, after=info["endCursor"])
    assert (seqs, info["endCursor"]) == ([], None)


async def test_pages_go_backward_from_the_end_to_the_beginning(ten: Talk) -> None:
    seqs, info = await page(ten, last=4)
    assert (seqs, info["hasNextPage"], info["hasPreviousPage"]) == ([7, 8, 9, 10], False, True)
    seqs, info = await page(ten, last=4, before=info["startCursor"])
    assert (seqs, info["hasNextPage"], info["hasPreviousPage"]) == ([3, 4, 5, 6], True, True)
    seqs, info = await page(ten, last=4, before=info["startCursor"])
    assert (seqs, info["hasPreviousPage"]) == ([1, 2], False)


async def test_without_sizes_the_newest_messages_come(ten: Talk) -> None:
    query = "query($id: ID!) { conversation(id: $id) { messages { edges { node { seq } } } } }"
    shown = await ten.anna.do(query, id=ten.id)
    assert [edge["node"]["seq"] for edge in shown["messages"]["edges"]] == list(range(1, 11))


async def test_pages_stay_where_they_are_while_messages_come(ten: Talk) -> None:
    _, newest = await page(ten, last=3)
    _, oldest = await page(ten, first=3)
    await say(ten.grace, ten.id, "In between")
    assert (await page(ten, last=3, before=newest["startCursor"]))[0] == [5, 6, 7]
    assert (await page(ten, first=3, after=oldest["endCursor"]))[0] == [4, 5, 6]
    assert (await page(ten, first=3, after=newest["endCursor"]))[0] == [11]


async def test_a_page_between_two_cursors_has_what_lies_between(ten: Talk) -> None:
    shown = (await ten.anna.do(MESSAGES, id=ten.id, first=100))["messages"]["edges"]
    seqs, _ = await page(ten, first=100, after=shown[2]["cursor"], before=shown[6]["cursor"])
    assert seqs == [4, 5, 6]


async def test_a_page_of_none_is_empty(ten: Talk) -> None:
    assert (await page(ten, first=0))[0] == []


def of(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


CURSORS = [
    "",
    "garbage",
    "ÄÖÜ",
    "\ud800",
    "\0",
    of("[]"),
    of("{}"),
    of("null"),
    of("[1]"),
    of('["1",1]'),
    of("[1.5,1]"),
    of("[true,1]"),
    of("[9223372036854775808,1]"),
    of("[18446744073709551615,1]"),
    of("[-9223372036854775809,1]"),
    of("[1,9223372036854775808]"),
    of("[1,-1]"),
    of("[" * 5000),
    "x" * 100_000,
]


@pytest.mark.parametrize("argument", ["after", "before"])
async def test_a_cursor_that_is_none_of_ours_is_a_bad_request(talk: Talk, argument: str) -> None:
    for cursor in CURSORS:
        answer = await talk.anna.run(MESSAGES, id=talk.id, first=5, **{argument: cursor})
        assert answer.codes == ["BAD_REQUEST"], cursor[:30]


@pytest.mark.parametrize(
    "sizes", [{"first": 101}, {"last": 101}, {"first": -1}, {"last": -1}, {"first": 2**31}]
)
async def test_a_page_is_of_at_most_a_hundred(talk: Talk, sizes: dict[str, int]) -> None:
    assert (await talk.anna.run(MESSAGES, id=talk.id, **sizes)).codes == ["BAD_REQUEST"]
