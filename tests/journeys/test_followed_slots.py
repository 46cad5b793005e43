"""A widget follows slots over a real socket, while others book through another process, and while its own is killed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.journeys.fleet import Fleet, a_fleet
from tests.resolvers.documents import BOOK
from tests.resolvers.slot_feeds.widget import FOLLOW, SLOTS, Days, by_date, shown


@pytest.fixture(scope="module")
async def fleet(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> AsyncIterator[Fleet]:
    async with a_fleet(tmp_path_factory.mktemp("fleet"), postgres_url, webs=2) as fleet:
        yield fleet


async def listed(fleet: Fleet, web: int, asked: dict[str, Any]) -> Days:
    return by_date((await fleet.public(web).do(SLOTS, input=asked))["days"])


async def book(fleet: Fleet, start: str, guest: int) -> None:
    who = {"name": "Guest", "email": f"guest{guest}@guests.example", "timeZone": "UTC"}
    await fleet.public(0).take(BOOK, input={"slots": {"link": "acme/anna"}, "start": start, "guest": who})


async def test_a_widget_shows_what_there_is_whoever_books_wherever(fleet: Fleet) -> None:
    first = datetime.now(UTC).date() + timedelta(days=2)
    asked = {
        "link": "acme/anna",
        "from": first.isoformat(),
        "to": (first + timedelta(days=13)).isoformat(),
        "timeZone": "UTC",
    }
    async with fleet.public(1).line() as line:
        await line.follow(FOLLOW, input=asked, after="")
        event = await line.next()
        days, cursor = shown(event["days"]), event["cursor"]
        assert days == await listed(fleet, 0, asked)
        for guest, day in enumerate(sorted(days)[:3]):
            await book(fleet, days[day][0]["start"], guest)
            event = await line.next()
            assert [one["date"] for one in event["days"]] == [day]
            days, cursor = {**days, **by_date(event["days"])}, event["cursor"]
            assert days == await listed(fleet, 1, asked)
        assert await fleet.webs[1].kill() == -9
    day = sorted(days)[4]
    await book(fleet, days[day][0]["start"], 9)
    async with fleet.public(0).line() as line:
        await line.follow(FOLLOW, input=asked, after=cursor)
        event = await line.next()
        assert [one["date"] for one in event["days"]] == [day]
        assert {**days, **by_date(event["days"])} == await listed(fleet, 0, asked)
