"""Slots that are followed: what is told of them, when, and what is not."""

from __future__ import annotations

from datetime import date, time

import pytest

from models.agent.agent import Agent
from models.agent.hours import set_date_override
from models.link import ScheduleLink
from realtime.transport import Rejected
from resolvers.context import World
from scheduling.hours import Window
from tests.builders import Clock, a_link, a_service, an_agent
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import BOOK, HOLD, RELEASE, codes, wish
from tests.resolvers.nonsense import NO_DATES, NO_INTS, NO_LOCALES, NO_ZONES
from tests.resolvers.slot_feeds.widget import A_WEEK, FOLLOW, SLOTS, Listening, Ticks, Widget, hint

MONDAYS = "2027-03-01T10:00:00+01:00"
TUESDAYS = "2027-03-02T10:00:00+01:00"
WEDNESDAYS = "2027-03-03T10:00:00+01:00"


@pytest.fixture
async def widget(public: Client, annas_link: ScheduleLink) -> Widget:
    return await Widget(public).fetch()


async def book(client: Client, start: str, **slots: str) -> dict[str, str]:
    booked = await client.do(BOOK, input=wish(start, slots=slots or {"link": "acme/anna"}))
    assert codes(booked) == []
    return {"meetingId": booked["meeting"]["id"]}


async def test_a_booking_is_told_at_once_with_its_day_alone(widget: Widget) -> None:
    async with widget.follows() as feed:
        await book(widget.client, MONDAYS)
        assert await widget.hears(feed) == ["2027-03-01"]
        assert MONDAYS not in str(widget.days["2027-03-01"])
        assert await widget.is_right()


async def test_a_day_that_is_full_is_told_as_empty(widget: Widget, anna: Agent) -> None:
    async with widget.follows() as feed:
        await set_date_override(anna, date(2027, 3, 2), [])
        assert await widget.hears(feed) == ["2027-03-02"]
        assert "2027-03-02" not in widget.days
        assert await widget.is_right()


async def test_a_second_has_one_event_at_most_with_all_that_came_meanwhile(
    widget: Widget, ticks: Ticks
) -> None:
    async with widget.follows() as feed:
        await book(widget.client, MONDAYS)
        assert await widget.hears(feed) == ["2027-03-01"]
        for seconds, start in ((0.3, TUESDAYS), (0.6, WEDNESDAYS)):
            ticks.now = seconds
            await book(widget.client, start)
        ticks.now = 1.0
        await hint()
        assert await widget.hears(feed) == ["2027-03-02", "2027-03-03"]
        assert await widget.is_right()


async def test_what_is_as_it_was_by_then_is_not_told(widget: Widget, ticks: Ticks) -> None:
    async with widget.follows() as feed:
        await book(widget.client, MONDAYS)
        await widget.hears(feed)
        ticks.now = 0.5
        held = await widget.client.do(HOLD, input={"slots": {"link": "acme/anna"}, "start": TUESDAYS})
        await widget.client.do(RELEASE, input={"token": held["hold"]["token"]})
        ticks.now = 2.0
        await book(widget.client, WEDNESDAYS)
        assert await widget.hears(feed) == ["2027-03-03"]


async def test_what_alters_no_slot_is_not_told(
    widget: Widget, sign_in: SignIn, anna: Agent, world: World
) -> None:
    async with widget.follows() as feed:
        ben = await an_agent(await anna.organization, "Ben")
        await a_link(ben)
        await hint()
        await book(widget.client, MONDAYS, link="acme/ben")
        await set_date_override(anna, date(2027, 3, 9), [])  # beyond the asked dates
        await set_date_override(anna, date(2027, 3, 2), [Window(time(9), time(17))])  # as ever
        await book(widget.client, WEDNESDAYS)
        assert await widget.hears(feed) == ["2027-03-03"]


async def test_what_does_not_concern_it_is_not_even_worked_out(
    widget: Widget, anna: Agent, world: World
) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    await a_link(ben)
    async with widget.follows() as feed:
        await book(widget.client, MONDAYS)
        await widget.hears(feed)
        before = world.slot_feeds.computed
        other = await Widget(widget.client, {**A_WEEK, "link": "acme/ben"}).fetch()
        async with other.follows() as others:
            await book(widget.client, MONDAYS, link="acme/ben")
            assert await other.hears(others) == ["2027-03-01"]
            assert world.slot_feeds.computed == before + 2  # Ben's: at its beginning, and by the booking


async def test_who_comes_back_is_told_of_the_days_that_differ(widget: Widget) -> None:
    async with widget.follows() as feed:
        await book(widget.client, MONDAYS)
        await widget.hears(feed)
    await book(widget.client, TUESDAYS)
    async with widget.comes_back() as again:
        assert await widget.hears(again) == ["2027-03-02"]
        assert await widget.is_right()


async def test_who_has_just_fetched_them_misses_nothing(widget: Widget) -> None:
    await book(widget.client, MONDAYS)
    async with widget.comes_back() as feed:
        assert await widget.hears(feed) == ["2027-03-01"]
        await book(widget.client, TUESDAYS)
        assert await widget.hears(feed) == ["2027-03-02"]


async def test_who_missed_nothing_is_told_nothing_until_something_changes(widget: Widget) -> None:
    async with widget.client.follow(FOLLOW, input=A_WEEK, after=widget.cursor) as feed:
        listening = Listening(feed)
        async with widget.follows() as other:
            await book(widget.client, TUESDAYS)
            assert await widget.hears(other) == ["2027-03-02"]
            assert [day["date"] for day in (await listening.next())["days"]] == ["2027-03-02"]
        await listening.end()


@pytest.mark.parametrize("cursor", ["", "garbage", "ÄÖÜ", "AAAAAAAA", "\0", "\ud800", "x" * 10_000])
async def test_who_knows_nothing_is_told_of_every_day(
    public: Client, annas_link: ScheduleLink, cursor: str
) -> None:
    weekend = {**A_WEEK, "to": "2027-03-07"}
    async with public.follow(FOLLOW, input=weekend, after=cursor) as feed:
        event = await feed.next()
    assert [day["date"] for day in event["days"]] == [f"2027-03-0{day}" for day in range(1, 8)]
    assert [len(day["slots"]) for day in event["days"]] == [16, 16, 16, 16, 16, 0, 0]


async def test_without_a_cursor_only_what_changes_is_told(widget: Widget) -> None:
    async with widget.follows() as other, widget.client.follow(FOLLOW, input=A_WEEK) as feed:
        listening = Listening(feed)
        async with widget.client.follow(FOLLOW, input=A_WEEK, after="") as knowing:
            assert len((await knowing.next())["days"]) == 5
        await book(widget.client, TUESDAYS)
        assert await widget.hears(other) == ["2027-03-02"]
        assert [day["date"] for day in (await listening.next())["days"]] == ["2027-03-02"]
        await listening.end()


async def test_time_that_passes_takes_slots_away(widget: Widget, clock: Clock) -> None:
    async with widget.follows() as feed:
        first = widget.days["2027-03-01"][0]
        clock.advance(hours=2, minutes=1)
        await hint()
        assert await widget.hears(feed) == ["2027-03-01"]
        assert first not in widget.days["2027-03-01"]
        assert await widget.is_right()


async def test_a_hold_that_expires_gives_its_slot_back(widget: Widget, clock: Clock, ticks: Ticks) -> None:
    async with widget.follows() as feed:
        await widget.client.do(HOLD, input={"slots": {"link": "acme/anna"}, "start": TUESDAYS})
        assert await widget.hears(feed) == ["2027-03-02"]
        assert len(widget.days["2027-03-02"]) == 15
        ticks.now = 5.0
        clock.advance(minutes=30)
        await hint()
        assert "2027-03-02" in await widget.hears(feed)
        assert len(widget.days["2027-03-02"]) == 16


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"link": "acme/nobody"}, "NOT_FOUND"),
        ({"link": None}, "INVALID"),
        ({"to": "2027-02-01"}, "INVALID"),
        ({"to": "2027-06-01"}, "INVALID"),
        ({"durationMinutes": 100_000}, "INVALID"),
        ({"seats": 2}, "INVALID"),
    ],
)
async def test_it_refuses_what_slots_refuses(
    public: Client, annas_link: ScheduleLink, changed: dict[str, object], code: str, world: World
) -> None:
    async with public.follow(FOLLOW, input={**A_WEEK, **changed}) as feed:
        assert (await feed.refusal())["refusal"] == code
    assert world.slot_feeds.feeds == 0


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("from", NO_DATES),
        ("timeZone", NO_ZONES),
        ("language", NO_LOCALES),
        ("durationMinutes", NO_INTS),
        ("link", ["acme", "", "\0", "\ud800", 7, []]),
        ("reschedulingMeetingId", ["", "garbage", "\0", 7, []]),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    public: Client, annas_link: ScheduleLink, name: str, values: list[object], world: World
) -> None:
    for value in values:
        answer = await public.run(SLOTS, input={**A_WEEK, name: value})
        try:
            async with public.follow(FOLLOW, input={**A_WEEK, name: value}) as feed:
                refused = (await feed.refusal())["code"]
        except Rejected as rejected:  # before it is even begun
            refused = rejected.errors[0]["extensions"]["code"]
        assert [refused] == answer.codes, value
    assert world.slot_feeds.feeds == 0


async def test_it_ends_when_there_is_nothing_to_ask_any_more(widget: Widget, annas_link: ScheduleLink) -> None:
    async with widget.follows() as feed, widget.follows() as other:
        await ScheduleLink.filter(id=annas_link.id).update(is_active=False)
        await hint()
        for each in (feed, other):
            assert (await each.refusal())["refusal"] == "LINK_EXPIRED"


async def test_the_public_hears_no_more_once_it_may_not_book(
    widget: Widget, sign_in: SignIn, anna: Agent
) -> None:
    agents = await Widget(sign_in.agent(anna)).fetch()
    async with widget.follows() as feed, agents.follows() as hers:
        organization = await anna.organization
        organization.stored_settings = {**organization.stored_settings, "public_booking_enabled": False}
        await organization.save()
        await hint()
        assert (await feed.refusal())["code"] == "FORBIDDEN"
        await book(agents.client, TUESDAYS)
        assert await agents.hears(hers) == ["2027-03-02"]


async def test_a_guest_who_moves_a_meeting_hears_of_its_own_time_as_free(
    widget: Widget, sign_in: SignIn, anna: Agent, clock: Clock
) -> None:
    booked = await widget.client.do(BOOK, input=wish(MONDAYS))
    grace = await sign_in.bearer(booked["manageToken"])
    moving = {**A_WEEK, "reschedulingMeetingId": booked["meeting"]["id"]}
    hers = await Widget(grace, moving).fetch()
    async with hers.follows() as feed:
        assert len(hers.days["2027-03-01"]) == 16
        await book(widget.client, TUESDAYS)
        assert await hers.hears(feed) == ["2027-03-02"]
        assert len(hers.days["2027-03-01"]) == 16
    async with widget.client.follow(FOLLOW, input=moving) as feed:
        assert (await feed.refusal())["refusal"] == "NOT_FOUND"


async def test_agents_and_the_public_are_told_of_what_each_may_book(
    widget: Widget, sign_in: SignIn, anna: Agent, world: World
) -> None:
    service = await a_service(await anna.organization, anna)
    await a_link(service)
    agents = await Widget(sign_in.agent(anna)).fetch()
    async with widget.follows() as feed, agents.follows() as hers:
        await book(widget.client, TUESDAYS, link="acme/support")
        assert await widget.hears(feed) == await agents.hears(hers) == ["2027-03-02"]
        assert await widget.is_right() and await agents.is_right()
        assert world.slot_feeds.feeds == 2


async def test_a_guests_own_limits_are_looked_at_again_soon(
    widget: Widget, sign_in: SignIn, anna: Agent, ticks: Ticks
) -> None:
    """What they book with somebody else is no part of what this depends on; by a change they are looked at."""
    organization = await anna.organization
    organization.stored_settings = {**organization.stored_settings, "max_meetings_per_guest_per_day": 2}
    await organization.save()
    await a_link(await an_agent(organization, "Ben"))
    booked = await widget.client.do(BOOK, input=wish(MONDAYS))
    hers = Widget(await sign_in.bearer(booked["manageToken"]))
    async with hers.follows() as feed:
        assert hers.days["2027-03-01"]
        ticks.now = 1.0
        later = {"slots": {"link": "acme/ben"}, "start": "2027-03-01T14:00:00+01:00"}
        assert codes(await hers.client.do(BOOK, input={**wish(), **later})) == []
        ticks.now = 5.0
        await hint()
        assert await hers.hears(feed) == ["2027-03-01"]
        assert "2027-03-01" not in hers.days
        assert await hers.is_right()
