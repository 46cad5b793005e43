"""An event is executed once for all who may share it, and for nobody else's eyes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from errors import Unauthenticated
from realtime.transport import Engine, OperationRequest, Rejected
from realtime.transport.rendering import Reading
from tests.realtime.transport.serving import until
from tests.realtime.transport.shared_schema import SCHEMA, Newsroom, Reader, Viewer, reading

HEADLINE = "subscription($after: String) { news(after: $after) { headline } }"
CUT = "subscription($length: Int = 3) { news { cut(length: $length) } }"
OWN = "subscription { news { own } }"


class Crowd:
    """Subscribers of one newsroom, each by a name."""

    def __init__(self) -> None:
        self.room = Newsroom()
        self.room.gate.set()
        self.readers: dict[str, Reader] = {}
        self.refused: set[str] = set()
        self.roles: dict[str, str | None] = {}  # by now, where it is another than that in which they came
        self._engine = Engine(SCHEMA)

    async def joins(
        self,
        name: str,
        query: str,
        *,
        role: str | None = "agent",
        own: int = 0,
        operation: str | None = None,
        **variables: Any,
    ) -> None:
        def viewer() -> Viewer:
            if name in self.refused:
                raise Unauthenticated("The session has ended.")
            return Viewer(self.room, name, role=self.roles.get(name, role), own=own)

        before = len(self.room.queues)
        request = OperationRequest(query, variables, operation)
        self.readers[name] = reading(self._engine, request, viewer)
        await until(lambda: len(self.room.queues) > before)

    async def tell(self, text: str) -> dict[str, bytes]:
        """What each is told."""
        self.room.tell(text)
        return {name: (await reader.next()).encode() for name, reader in self.readers.items()}

    @property
    def executed(self) -> list[str]:
        return self.room.executed


@asynccontextmanager
async def gathered() -> AsyncIterator[Crowd]:
    crowd = Crowd()
    try:
        yield crowd
    finally:
        for reader in crowd.readers.values():
            await reader.leave()


async def test_those_who_share_it_have_an_event_executed_once_and_encoded_once() -> None:
    async with gathered() as crowd:
        for name in "abcde":
            await crowd.joins(name, HEADLINE)
        for number, text in enumerate(("one", "two"), start=1):
            told = await crowd.tell(text)
            assert set(told.values()) == {b'{"data":{"news":{"headline":"%b for agent"}}}' % text.encode()}
            assert len({id(one) for one in told.values()}) == 1
            assert len(crowd.executed) == number


async def test_another_scope_has_another_execution() -> None:
    async with gathered() as crowd:
        await crowd.joins("a", HEADLINE, role="agent")
        await crowd.joins("g", HEADLINE, role="guest")
        await crowd.joins("b", HEADLINE, role="agent")
        told = await crowd.tell("one")
        assert told["a"] == told["b"] == b'{"data":{"news":{"headline":"one for agent"}}}'
        assert told["g"] == b'{"data":{"news":{"headline":"one for guest"}}}'
        assert sorted(crowd.executed) == ["a", "g"]


async def test_who_says_nothing_of_who_they_are_shares_with_nobody() -> None:
    async with gathered() as crowd:
        for name in "abc":
            await crowd.joins(name, HEADLINE, role=None)
        await crowd.tell("one")
        assert sorted(crowd.executed) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "selected",
    [
        "undeclared",
        "text undeclared",
        "... { undeclared }",
        "... on Item { undeclared }",
        "...all",
        "headline: undeclared",
        "undeclared @include(if: true)",
        "plain { text }",
    ],
)
async def test_what_nothing_is_declared_of_is_executed_for_each_alone(selected: str) -> None:
    fragment = " fragment all on Item { ...more } fragment more on Item { undeclared }"
    query = f"subscription {{ news {{ cut {selected} }} }}{fragment if '...all' in selected else ''}"
    async with gathered() as crowd:
        for name in "abc":
            await crowd.joins(name, query)
        told = await crowd.tell("one")
        assert set(crowd.executed) == {"a", "b", "c"}
        if "plain" not in selected:
            assert all(f'one to {name}"'.encode() in told[name] for name in told)


async def test_what_is_ones_own_is_shared_with_oneself_alone() -> None:
    async with gathered() as crowd:
        await crowd.joins("phone", OWN, own=1)
        await crowd.joins("laptop", OWN, own=1)
        await crowd.joins("colleague", OWN, own=2)
        told = await crowd.tell("one")
        assert told["phone"] == told["laptop"] == b'{"data":{"news":{"own":"one of 1"}}}'
        assert told["colleague"] == b'{"data":{"news":{"own":"one of 2"}}}'
        assert sorted(crowd.executed) == ["colleague", "phone"]


async def test_one_own_field_makes_the_whole_ones_own() -> None:
    async with gathered() as crowd:
        for own, name in enumerate("ab"):
            await crowd.joins(
                name, "subscription { news { cut ...mine } } fragment mine on Item { own }", own=own
            )
        told = await crowd.tell("one")
        assert b"of 0" in told["a"] and b"of 1" in told["b"]


async def test_where_a_client_comes_back_from_splits_nobody() -> None:
    async with gathered() as crowd:
        await crowd.joins("a", HEADLINE, after="1")
        await crowd.joins("b", HEADLINE, after="2")
        await crowd.joins("c", HEADLINE)
        await crowd.tell("one")
        assert crowd.executed == ["a"]


async def test_a_variable_below_the_root_splits() -> None:
    async with gathered() as crowd:
        await crowd.joins("a", CUT, length=1)
        await crowd.joins("b", CUT, length=2)
        await crowd.joins("c", CUT)
        await crowd.joins("d", CUT, length=1)
        told = await crowd.tell("morning")
        cuts = {name: one.split(b'"')[7] for name, one in told.items()}
        assert cuts == {"a": b"m", "b": b"mo", "c": b"mor", "d": b"m"}
        assert sorted(crowd.executed) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "query",
    [
        "subscription($on: Boolean!) { news { text headline @include(if: $on) } }",
        "subscription($on: Boolean!) { news { text ... @include(if: $on) { headline } } }",
        "subscription($on: Boolean!) { news { text ...more @include(if: $on) } } "
        "fragment more on Item { headline }",
        "subscription($on: Boolean!) { news { text ...more } } fragment more on Item { headline @include(if: $on) }",
        "subscription($on: Boolean!) { news { text ... on Item @include(if: $on) { headline } } }",
    ],
)
async def test_variables_of_directives_split(query: str) -> None:
    async with gathered() as crowd:
        await crowd.joins("with", query, on=True)
        await crowd.joins("without", query, on=False)
        told = await crowd.tell("one")
        assert b"headline" in told["with"] and b"headline" not in told["without"]


async def test_another_document_or_operation_has_another_execution() -> None:
    two = "subscription A { news { headline } } subscription B { news { named: headline } }"
    async with gathered() as crowd:
        await crowd.joins("plain", "subscription { news { headline } }")
        await crowd.joins("aliased", "subscription { news { named: headline } }")
        await crowd.joins("A", two, operation="A")
        await crowd.joins("B", two, operation="B")
        told = await crowd.tell("one")
        for name in ("plain", "A"):
            assert told[name] == b'{"data":{"news":{"headline":"one for agent"}}}'
        for name in ("aliased", "B"):
            assert told[name] == b'{"data":{"news":{"named":"one for agent"}}}'


async def test_the_first_ones_leaving_takes_nobody_with_it() -> None:
    async with gathered() as crowd:
        for name in "abc":
            await crowd.joins(name, HEADLINE)
        crowd.room.gate.clear()
        crowd.room.tell("one")
        await until(lambda: crowd.executed == ["a"])
        await crowd.readers.pop("a").leave()
        crowd.room.gate.set()
        for reader in crowd.readers.values():
            assert b"one for agent" in (await reader.next()).encode()
        assert crowd.executed == ["a"]


async def test_the_last_ones_leaving_ends_the_execution() -> None:
    async with gathered() as crowd:
        for name in "abc":
            await crowd.joins(name, HEADLINE)
        before = asyncio.all_tasks()
        crowd.room.gate.clear()
        crowd.room.tell("one")
        await until(lambda: crowd.executed == ["a"])
        for name in "abc":
            assert crowd.room.ended == []
            await crowd.readers.pop(name).leave()
        await until(lambda: crowd.room.ended == ["a"])
        await until(lambda: not asyncio.all_tasks() - before)


async def test_who_comes_after_the_last_one_left_is_told_nevertheless() -> None:
    async with gathered() as crowd:
        await crowd.joins("a", HEADLINE)
        await crowd.joins("late", HEADLINE)
        queue = crowd.room.queues.pop()
        crowd.room.gate.clear()
        news = crowd.room.tell("one")
        await until(lambda: crowd.executed == ["a"])
        await crowd.readers.pop("a").leave()
        crowd.room.gate.set()
        queue.put_nowait(news)
        assert b"one for agent" in (await crowd.readers["late"].next()).encode()
        assert crowd.executed == ["a", "late"]


async def test_an_error_reaches_all_and_is_masked_and_they_go_on() -> None:
    async with gathered() as crowd:
        for name in "abc":
            await crowd.joins(name, HEADLINE)
        told = await crowd.tell("broken")
        assert len(set(told.values())) == 1 and b'"INTERNAL"' in told["a"] and b"secret" not in told["a"]
        assert len(crowd.executed) == 1
        assert set((await crowd.tell("two")).values()) == {b'{"data":{"news":{"headline":"two for agent"}}}'}


async def test_completion_reaches_all() -> None:
    async with gathered() as crowd:
        for name in "abc":
            await crowd.joins(name, HEADLINE)
        await crowd.tell("one")
        crowd.room.close()
        for name in "abc":
            with pytest.raises(StopAsyncIteration):
                await crowd.readers[name]._next


async def test_who_has_no_context_any_more_is_refused_alone() -> None:
    async with gathered() as crowd:
        await crowd.joins("a", HEADLINE)
        await crowd.joins("b", HEADLINE)
        crowd.refused.add("a")
        crowd.room.tell("one")
        with pytest.raises(Rejected) as rejected:
            await crowd.readers["a"].next()
        assert rejected.value.code == "UNAUTHENTICATED"
        assert b"one for agent" in (await crowd.readers["b"].next()).encode()


def a_reading(now: list[float]) -> Reading[str]:
    return Reading(clock=lambda: now[0])


async def _said(text: str) -> str:
    return text


async def test_what_is_old_is_made_anew() -> None:
    now, renderings = [10.0], dict[Any, Any]()
    first, second = a_reading(now), a_reading(now)
    made = first.begin(renderings, "key", _said("old"))
    now[0] = 11.0
    assert second.find(renderings, "key") is made
    now[0] = 11.1
    assert second.find(renderings, "key") is None
    assert await made.wait() == "old"


async def test_nothing_is_told_after_what_is_newer() -> None:
    """Who has been told of one event as of now is not told of the next as it was before."""
    now = [10.0]
    slow, quick = a_reading(now), a_reading(now)
    one, two = dict[Any, Any](), dict[Any, Any]()
    made = [quick.begin(two, "key", _said("before"))]
    now[0] = 10.5
    made.append(slow.begin(one, "key", _said("now")))
    assert slow.find(two, "key") is None
    assert quick.find(two, "key") is made[0]
    for rendering in made:
        await rendering.wait()


async def test_who_waits_is_called_in_the_turn_in_which_it_ends_and_one_that_fails_stops_no_other() -> None:
    now, called, gate = [10.0], list[str](), asyncio.Event()

    async def work() -> str:
        await gate.wait()
        return "made"

    def fail() -> None:
        called.append("fails")
        raise RuntimeError("cannot be told")

    made = a_reading(now).begin(dict[Any, Any](), "key", work())
    assert made.then(fail) and made.then(lambda: called.append(f"{made.outcome}"))
    left = lambda: called.append("left")  # noqa: E731  # the same one is to be left
    assert made.then(left)
    made.leave(left)
    await asyncio.sleep(0)
    gate.set()
    await asyncio.sleep(0)
    assert called == ["fails", "made"] and not made.then(fail)
    assert await made.wait() == "made"


async def test_what_all_have_left_before_it_began_never_begins() -> None:
    begun: list[str] = []

    async def work() -> str:
        begun.append("begun")
        return "made"

    made = a_reading([10.0]).begin(dict[Any, Any](), "key", work())
    made.then(begun.clear)
    made.leave(begun.clear)
    for _ in range(3):
        await asyncio.sleep(0)
    assert made.is_over and made.given_up and begun == []


async def test_what_is_told_alone_counts_for_what_is_told_together() -> None:
    """Who was told of one event alone is not told of the next as it was before, either."""
    async with gathered() as crowd:
        await crowd.joins("quick", HEADLINE)
        await crowd.joins("slow", HEADLINE, role=None)
        quick, slow = crowd.readers["quick"], crowd.readers["slow"]
        for text in ("zero", "one", "two"):
            crowd.room.tell(text)
        for _ in range(3):
            await quick.next()
        for _ in range(2):
            await slow.next()
        crowd.roles["slow"] = "agent"
        assert (await slow.next()).encode() == b'{"data":{"news":{"headline":"two for agent"}}}'
        assert crowd.executed.count("quick") == crowd.executed.count("slow") == 3
