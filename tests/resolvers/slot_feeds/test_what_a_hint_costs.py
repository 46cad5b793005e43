"""A change of schedules is looked at by the feeds that it concerns; no other one is asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

from models.availability.sight import Sight, looks
from realtime.bus import Listener, Membership
from realtime.hub import Hub
from resolvers.context import World
from resolvers.following import Asked, Bounds, Days, Found, SlotFeeds
from scheduling.hours import Dates
from tests.builders import Clock
from tests.resolvers.slot_feeds.widget import Ticks
from tests.waiting import until

MANY = 300
MONDAY = Dates(date(2027, 3, 1), date(2027, 3, 1))


class Asking:
    """How often something was looked at, by the feed it is of."""

    def __init__(self) -> None:
        self.times: Counter[int] = Counter()


class Topics(frozenset[str]):
    feed: int
    asking: Asking

    def isdisjoint(self, other: Iterable[object], /) -> bool:
        self.asking.times[self.feed] += 1
        return super().isdisjoint(other)


class Moment(datetime):
    """When an answer ends; counts how often it is compared."""

    asking: Asking | None = None
    feed = 0

    def _look(self) -> None:
        if self.asking is not None:
            self.asking.times[self.feed] += 1

    def __le__(self, other: date) -> bool:
        self._look()
        return super().__le__(cast("datetime", other))

    def __sub__(self, other: Any) -> Any:
        self._look()
        return super().__sub__(other)


class Ears:
    """A hub at which it is counted who listens, and how often they began."""

    def __init__(self) -> None:
        self.began: Counter[str] = Counter()
        self.now: Counter[str] = Counter()

    def listen(self, topic: str, listener: Listener) -> Membership:
        self.began[topic] += 1
        self.now[topic] += 1
        return cast("Membership", Left(lambda: self.now.subtract([topic])))


class Left:
    def __init__(self, leave: Callable[[], None]) -> None:
        self.leave = leave


def answer(feed: int, asking: Asking, *, is_own: bool = False) -> Found:
    topics = Topics({f"agent:{feed}"})
    topics.feed, topics.asking = feed, asking
    end = Moment(2030, 1, 1, 0, 0, feed % 60, tzinfo=UTC)
    end.feed, end.asking = feed, asking
    return Found(Days(MONDAY, []), feed % 3, cast("datetime", end), topics, is_own)


class Followed:
    """Many distinct feeds, and how often each was worked out."""

    def __init__(self, world: World, clock: Clock, ticks: Ticks) -> None:
        self.asking, self.ears, self.computed = Asking(), Ears(), Counter[int]()
        bounds = Bounds(sweep_seconds=3600, look_seconds=0, time=ticks)
        self.feeds = SlotFeeds(cast("Hub", self.ears), clock=clock, bounds=bounds)

    async def follow(self, stack: AsyncExitStack, number: int, *, is_own: bool = False) -> None:
        async def ask(sight: Sight, before: Days | None) -> Found:
            self.computed[number] += 1
            return answer(number, self.asking, is_own=is_own)

        changes = await stack.enter_async_context(aclosing(self.feeds.follow(Asked(number, ask), after=None)))
        listening = asyncio.create_task(anext(changes))
        stack.push_async_callback(asyncio.wait, [listening])
        stack.callback(listening.cancel)

    async def rests(self, *, computed: int) -> None:
        async def has_rested() -> bool:
            return self.computed.total() == computed

        await until(has_rested)
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture
def followed(world: World, clock: Clock, ticks: Ticks) -> Followed:
    return Followed(world, clock, ticks)


def change(*topics: str) -> None:
    for hear in tuple(looks().memory.hearers):
        hear(frozenset(topics))


async def test_a_change_is_looked_at_by_those_whom_it_concerns_alone(followed: Followed, ticks: Ticks) -> None:
    async with AsyncExitStack() as stack:
        for number in range(MANY):
            await followed.follow(stack, number)
        await followed.rests(computed=MANY)
        before = Counter(followed.asking.times)
        for turn in range(1, 51):
            ticks.now = 10.0 * turn
            change("agent:7", f"nobody:{turn}")
            await followed.rests(computed=MANY + turn)
        assert followed.computed[7] == 51
        looked_at = followed.asking.times - before
        # Beside the seventh the one whose answer ends first, which says for how long there is nothing to do.
        assert len(looked_at) <= 2 and looked_at[7] > 0


async def test_an_organization_is_listened_to_once_while_anybody_follows_its_slots(followed: Followed) -> None:
    async with AsyncExitStack() as stack:
        for number in range(30):
            await followed.follow(stack, number)
        await followed.rests(computed=30)
        for turn in range(1, 6):
            change(f"agent:{turn}")
        await followed.rests(computed=35)
        assert followed.ears.began == Counter({"schedule:0": 1, "schedule:1": 1, "schedule:2": 1})
    assert not any(followed.ears.now.values())


async def test_what_is_ones_own_is_worked_out_once_however_many_changes_there_are(
    followed: Followed, ticks: Ticks
) -> None:
    """None of them names what it depends on; it may concern it all the same."""
    async with AsyncExitStack() as stack:
        await followed.follow(stack, 1, is_own=True)
        await followed.follow(stack, 2)
        await followed.rests(computed=2)
        for turn in range(20):
            change(f"somebody:{turn}")
        ticks.now = 4.9
        change("somebody")
        await followed.rests(computed=2)
        ticks.now = 5.0
        change("agent:2")
        await followed.rests(computed=4)
        assert followed.computed == Counter({1: 2, 2: 2})
