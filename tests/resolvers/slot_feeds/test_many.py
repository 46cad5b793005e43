"""Many who follow slots: what they cost, what they may, and what is left of them."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, aclosing
from datetime import date, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from models.availability.sight import Sight, looks
from models.link import ScheduleLink
from realtime.transport import OperationRequest, Telling
from resolvers.context import Context, Info, World
from resolvers.following import Asked, Bounds, Days, Found, SlotFeeds
from resolvers.slot_feeds import slot_events
from scheduling.hours import Dates
from scheduling.listing import SlotTexts
from schema.inputs.scheduling import SlotsInput
from schema.scalars import TimeZone
from tests.builders import Clock
from tests.resolvers.conftest import ENGINE, Client, Feed
from tests.resolvers.documents import BOOK, codes, wish
from tests.resolvers.slot_feeds.widget import A_WEEK, FOLLOW, Listening, Ticks, Widget, shown
from tests.waiting import PATIENCE_SECONDS, until

MANY = 200
STARTS = [f"2027-03-0{day}T10:00:00+01:00" for day in range(1, 6)]


@pytest.fixture
async def widget(public: Client, annas_link: ScheduleLink) -> Widget:
    return await Widget(public).fetch()


async def book(client: Client, start: str, link: str = "acme/anna") -> None:
    assert codes(await client.do(BOOK, input=wish(start, slots={"link": link}))) == []


async def test_however_many_follow_each_change_is_worked_out_once(
    widget: Widget, world: World, ticks: Ticks
) -> None:
    async with AsyncExitStack() as stack:
        others = [Widget(widget.client) for _ in range(MANY)]
        feeds = [await stack.enter_async_context(other.follows()) for other in others]
        assert world.slot_feeds.feeds == 1
        for second, start in enumerate(STARTS):
            ticks.now = 10.0 * (second + 1)
            before = world.slot_feeds.computed
            await book(widget.client, start)
            for other, feed in zip(others, feeds, strict=True):
                assert await other.hears(feed) == [start[:10]]
            assert world.slot_feeds.computed == before + 1
        assert not [other for other in others if other.days != others[0].days]
        assert await others[0].is_right()


async def test_all_who_knew_the_same_are_given_the_very_same_event(widget: Widget, world: World) -> None:
    """So that whoever executes it for one has executed it for all."""
    info = SimpleNamespace(context=Context(widget.client.actor, world=world))
    asked = SlotsInput(
        link="acme/anna", from_=date(2027, 3, 1), to=date(2027, 3, 5), time_zone=cast("TimeZone", "Europe/Rome")
    )
    followers = [slot_events(cast("Info", info), asked, after="") for _ in range(3)]
    try:
        for start in STARTS[:2]:
            first, *others = [await anext(one) for one in followers]
            assert all(one is first for one in others)
            await book(widget.client, start)
    finally:
        for one in followers:
            await one.aclose()


async def test_what_is_told_to_all_is_executed_once(widget: Widget, world: World) -> None:
    def follows() -> Telling:
        prepared = ENGINE.prepare(OperationRequest(FOLLOW, {"input": A_WEEK, "after": ""}))
        return ENGINE.subscribe(prepared, lambda: Context(widget.client.actor, world=world))

    async with AsyncExitStack() as stack:
        feeds = [await stack.enter_async_context(aclosing(follows())) for _ in range(10)]
        for start in STARTS[:2]:
            first, *others = await asyncio.gather(*(anext(feed) for feed in feeds))
            assert all(one is first for one in others)
            await book(widget.client, start)


async def test_who_is_slow_is_told_the_newest_state_and_nothing_twice(
    widget: Widget, ticks: Ticks, world: World
) -> None:
    async with widget.client.follow(FOLLOW, input=A_WEEK, after="") as slow, widget.follows() as feed:
        seen = await slow.next()
        for second, start in enumerate(STARTS[:3]):
            ticks.now = 10.0 * (second + 1)
            await book(widget.client, start)
            await widget.hears(feed)
        late = await slow.next()
        assert [day["date"] for day in late["days"]] == [start[:10] for start in STARTS[:3]]
        assert {**shown(seen["days"]), **shown(late["days"])} == widget.days
        listening = Listening(slow)
        ticks.now = 100.0
        await book(widget.client, STARTS[3])
        assert [day["date"] for day in (await listening.next())["days"]] == await widget.hears(feed)
        await listening.end()


async def test_only_so_many_questions_are_followed_in_a_process(
    widget: Widget,
) -> None:
    async with AsyncExitStack() as stack:
        for day in range(1, 6):
            of_a_day = Widget(widget.client, {**A_WEEK, "from": f"2027-03-0{day}"})
            await stack.enter_async_context(of_a_day.follows())
        async with widget.client.follow(FOLLOW, input={**A_WEEK, "seats": None, "to": "2027-03-06"}) as feed:
            assert (await feed.refusal())["code"] == "RATE_LIMITED"
        await stack.enter_async_context(widget.follows())  # of one that is followed there may be any number
    async with widget.client.follow(FOLLOW, input={**A_WEEK, "to": "2027-03-06"}, after="") as again:
        assert await again.next()


async def test_one_socket_follows_only_so_many(widget: Widget, world: World) -> None:
    def feed(socket: object, day: int) -> Feed:
        prepared = ENGINE.prepare(
            OperationRequest(FOLLOW, {"input": {**A_WEEK, "from": f"2027-03-0{day}"}, "after": ""})
        )
        return Feed(
            ENGINE.subscribe(prepared, lambda: Context(widget.client.actor, world=world, socket=socket))
        )

    one, other = object(), object()
    first = [feed(one, day) for day in range(1, 4)]
    for each in first:
        await each.next()
    assert (await feed(one, 1).refusal())["code"] == "RATE_LIMITED"
    elsewhere = feed(other, 1)
    await elsewhere.next()
    await first[0].close()
    instead = feed(one, 4)
    await instead.next()
    for each in (*first[1:], elsewhere, instead):
        await each.close()
    assert world.slot_feeds.feeds == 0


async def test_nothing_is_left_of_who_has_stopped(widget: Widget, world: World) -> None:
    tasks = asyncio.all_tasks()
    for number in range(50):
        async with widget.client.follow(FOLLOW, input=A_WEEK, after="" if number % 2 else None) as feed:
            if number % 2:
                await feed.next()
                continue
            starting = asyncio.create_task(feed.next())
            for _ in range(number % 7):
                await asyncio.sleep(0)
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
    assert world.slot_feeds.feeds == 0
    assert not looks().memory.hearers

    async def is_quiet() -> bool:
        return asyncio.all_tasks() <= tasks

    await until(is_quiet)


async def test_what_fails_by_itself_is_tried_again_and_nobody_hears_of_it(world: World, clock: Clock) -> None:
    monday = Dates(date(2027, 3, 1), date(2027, 3, 1))
    answers: list[list[str]] = [["2027-03-01"], [], []]
    asked = 0

    async def ask(sight: Sight, before: Days | None) -> Found:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise ConnectionError("the database is away")
        texts = [SlotTexts(day, ("09:00",), ("10:00",), (1,), (1,)) for day in answers[asked - 1]]
        return Found(Days(monday, texts, before=before), 1, clock() + timedelta(minutes=1), frozenset())

    feeds = SlotFeeds(world.hub, clock=clock, bounds=Bounds())
    async with aclosing(feeds.follow(Asked("monday", ask), after="")) as changes:
        await anext(changes)
        clock.advance(minutes=2)
        for hear in looks().memory.hearers:
            hear(None)
        async with asyncio.timeout(PATIENCE_SECONDS):
            change = await anext(changes)
        assert asked == 3
        assert [(day.day, day.slots) for day in change.days] == [(date(2027, 3, 1), ())]
