"""Who is here is told by one call for everybody, and at once where it changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

import pytest

from realtime.tabs import Tabs
from tests.waiting import until

NEVER = 3_600.0
OFTEN = 0.02

Told = tuple[set[int], set[int]]


class Ear:
    """Notes what it is told; where `deaf`, it fails instead, and `gate` keeps it from going on."""

    def __init__(self) -> None:
        self.heard: list[Told] = []
        self.tried = 0
        self.deaf = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def beat(self, here: Collection[int], left: Collection[int]) -> None:
        self.tried += 1
        await self.gate.wait()
        if self.deaf:
            raise ConnectionError("away")
        self.heard.append((set(here), set(left)))

    async def hears(self, told: Told) -> None:
        await until(lambda: self._has(told))

    async def _has(self, told: Told) -> bool:
        return bool(self.heard) and self.heard[-1] == told


@pytest.fixture
def tabs() -> Tabs:
    return Tabs()


@asynccontextmanager
async def beating(tabs: Tabs, *, seconds: float) -> AsyncIterator[Ear]:
    """An ear that has heard the first beat."""
    ear = Ear()
    task = asyncio.create_task(tabs.run(ear.beat, seconds=seconds))
    try:
        await until(lambda: _answer(lambda: ear.heard))
        yield ear
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _answer(question: Callable[[], object]) -> bool:
    return bool(question())


async def test_who_comes_and_who_leaves_is_told_at_once_and_nobody_else(tabs: Tabs) -> None:
    async with beating(tabs, seconds=NEVER) as ear:
        assert ear.heard == [(set(), set())]
        with tabs.open(1):
            await ear.hears(({1}, set()))
            with tabs.open(2):
                await ear.hears(({2}, set()))
            await ear.hears((set(), {2}))
        await ear.hears((set(), {1}))
        assert ear.tried == 5


async def test_of_several_windows_the_last_one_counts(tabs: Tabs) -> None:
    async with beating(tabs, seconds=NEVER) as ear:
        with tabs.open(1):
            await ear.hears(({1}, set()))
            with tabs.open(1), tabs.open(1):
                pass
            assert tabs.here == {1}
            with tabs.open(2):
                await ear.hears(({2}, set()))
        await ear.hears((set(), {1, 2}))
        assert [told for told in ear.heard if 1 in told[1]] == [(set(), {1, 2})]


async def test_now_and_then_everybody_is_told_of(tabs: Tabs) -> None:
    with tabs.open(1), tabs.open(2):
        async with beating(tabs, seconds=OFTEN) as ear:
            await until(lambda: _answer(lambda: len(ear.heard) >= 5))
            assert ear.heard == [({1, 2}, set())] * len(ear.heard)


async def test_many_who_come_while_a_beat_is_on_its_way_are_told_of_together(tabs: Tabs) -> None:
    async with beating(tabs, seconds=NEVER) as ear:
        ear.gate.clear()
        windows = [tabs.open(who) for who in range(1_000)]
        windows[0].__enter__()
        await until(lambda: _answer(lambda: ear.tried == 2))
        for window in windows[1:]:
            window.__enter__()
        ear.gate.set()
        await ear.hears((set(range(1, 1_000)), set()))
        assert ear.tried == 3


async def test_a_page_that_is_loaded_anew_has_not_left(tabs: Tabs) -> None:
    async with beating(tabs, seconds=NEVER) as ear:
        with tabs.open(1):
            await ear.hears(({1}, set()))
            ear.gate.clear()
            with tabs.open(2):
                await until(lambda: _answer(lambda: ear.tried == 3))
        with tabs.open(1):
            ear.gate.set()
            await ear.hears(({1}, {2}))


async def test_what_could_not_be_told_is_told_later(tabs: Tabs) -> None:
    async with beating(tabs, seconds=OFTEN) as ear:
        with tabs.open(2):
            with tabs.open(1):
                await ear.hears(({1, 2}, set()))
                ear.deaf = True
            failed = ear.tried
            await until(lambda: _answer(lambda: ear.tried >= failed + 3))
            ear.deaf = False
            await until(lambda: _answer(lambda: ({2}, {1}) in ear.heard))
            assert [told for told in ear.heard if told[1]] == [({2}, {1})]


async def test_who_is_back_before_it_could_be_told_has_not_left(tabs: Tabs) -> None:
    async with beating(tabs, seconds=OFTEN) as ear:
        with tabs.open(1):
            await ear.hears(({1}, set()))
            ear.deaf = True
        failed = ear.tried
        await until(lambda: _answer(lambda: ear.tried >= failed + 2))
        with tabs.open(1):
            ear.deaf = False
            await ear.hears(({1}, set()))
            assert not [told for told in ear.heard if told[1]]
