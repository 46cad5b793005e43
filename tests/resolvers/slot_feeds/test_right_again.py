"""Whatever is changed, by whomever: the slots that were fetched, with the days that were told since in their place, are
what a fresh look shows. Nothing is swept here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tortoise import connections

from models.transactions import outlet
from realtime.events import schedule_topic
from resolvers.following import Bounds
from tests.builders import MONDAY, Clock
from tests.resolvers.conftest import Client
from tests.resolvers.proven.examples import drawn
from tests.resolvers.slot_feeds.changing import DEEDS, LINKS, a_house
from tests.resolvers.slot_feeds.widget import A_WEEK, SLOTS, Listening, Widget, by_date


@pytest.fixture
def bounds() -> Bounds:
    """Only hints bring anything; and events may follow one another at once."""
    return Bounds(sweep_seconds=3600, look_seconds=0, event_seconds=0)


async def catch_up(widget: Widget, feed: Listening) -> None:
    fresh = by_date((await widget.client.do(SLOTS, input=widget.input))["days"])
    while widget.days != fresh:
        await widget.hears(feed)
    assert await widget.is_right()


async def empty(statement: str) -> None:
    await connections.get("default").execute_script(statement)


@drawn(25)
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 79)), min_size=4, max_size=14))
async def test_what_was_fetched_and_told_is_what_there_is(
    open_database: str, public: Client, clock: Clock, deeds: list[tuple[str, int]]
) -> None:
    await empty(open_database)
    clock.now = MONDAY
    house = await a_house(public, clock)
    by_agent, by_team = (Widget(public, {**A_WEEK, "link": link}) for link in LINKS)
    inside = Widget(house.chief, {**A_WEEK, "link": LINKS[1], "to": "2027-03-12"})
    async with by_agent.follows() as first, by_team.follows() as second, inside.follows() as third:
        for deed, number in deeds:
            await getattr(house, deed)(number)
            for widget, feed in ((by_agent, first), (by_team, second), (inside, third)):
                await catch_up(widget, feed)


@pytest.mark.parametrize("deed", [deed for deed in DEEDS if deed not in ("nothing", "wait")])
async def test_each_way_to_change_slots_hints_at_it(
    open_database: str, public: Client, clock: Clock, deed: str
) -> None:
    """So that nobody need wait for a sweep."""
    await empty(open_database)
    house = await a_house(public, clock)
    for number in (0, 1, 3):
        await house.book(number)
        await house.hold(number + 32)
        await house.connect(number + 64)
    hints: list[str] = []

    async def note(topic: str, payload: bytes) -> None:
        hints.append(topic)

    outlet.mention = note
    asked = [{**A_WEEK, "link": link, "to": "2027-03-12"} for link in LINKS]
    changes = 0
    for number in range(40, 48):
        before = [await public.do(SLOTS, input=one) for one in asked]
        hints.clear()
        await getattr(house, deed)(number)
        if [await public.do(SLOTS, input=one) for one in asked] != before:
            assert schedule_topic(house.agents[0].organization_id) in hints
            changes += 1
    assert changes, "it has changed no slot"
