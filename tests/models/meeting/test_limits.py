"""How many meetings a guest may have."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from errors import LimitReached, Refused
from models.actor import Actor, GuestActor, Public
from models.agent.agent import Agent
from models.availability.engine import Request, ask_engine
from models.availability.target import Target
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.meeting.booking import book
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.limits import guest_limits
from models.meeting.meeting import Meeting
from models.meeting.wish import Wish
from models.organization.organization import Organization
from scheduling.question import GuestLimits
from tests.builders import a_service, acting, an_agent, guest_of
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW, take
from tests.models.meeting.teams import target_of

DAY = timedelta(days=1)


async def limit(anna: Agent, **settings: int | None) -> None:
    await Organization.filter(id=anna.organization_id).update(stored_settings=settings)


def details(name: str = "Grace", **values: str | None) -> GuestDetails:
    said = {
        "email": "grace@guests.example",
        "phone": None,
        "locale": None,
        "time_zone": "Europe/Rome",
        **values,
    }
    return GuestDetails(name=name, **said)  # type: ignore[arg-type]


async def try_to_book(
    target: Target, number: int = 0, guest: GuestDetails | None = None, *, actor: Actor | None = None
) -> Meeting | Refused:
    """The slot of that number from nine o'clock on."""
    wish = Wish(target=target, start=NINE + number * HALF_HOUR, guest=guest or details())
    try:
        return await book(wish, actor=actor or Public(), now=NOW)
    except Refused as refused:
        return refused


async def test_a_guest_has_two_meetings_to_come_with_one_agent_unless_it_is_set_otherwise(anna: Agent) -> None:
    await limit(anna)
    target = await target_of(anna)
    assert isinstance(await try_to_book(target), Meeting)
    assert isinstance(await try_to_book(target, 1), Meeting)
    assert isinstance(await try_to_book(target, 2), LimitReached)
    await limit(anna, max_upcoming_meetings_per_guest_and_agent=3)
    assert isinstance(await try_to_book(await target_of(anna), 2), Meeting)


async def test_whoever_gives_the_same_address_or_number_is_the_same_guest(anna: Agent) -> None:
    await limit(anna, max_upcoming_meetings_per_guest_and_agent=1)
    target = await target_of(anna)
    assert isinstance(await try_to_book(target, 0, details(phone="+390612345678")), Meeting)
    for other in (
        details("Gracie", email="GRACE@guests.example"),
        details("G", email="g@x.example", phone="+390612345678"),
    ):
        assert isinstance(await try_to_book(target, 1, other), LimitReached)
    assert isinstance(await try_to_book(target, 1, details(email="ivan@guests.example")), Meeting)


async def test_a_service_gives_the_guest_another_agent_and_then_none(anna: Agent) -> None:
    await limit(anna, max_upcoming_meetings_per_guest_and_agent=1)
    ben = await an_agent(await anna.organization, "Ben")
    target = await target_of(await a_service(await anna.organization, anna, ben))
    booked = [await try_to_book(target, number) for number in range(3)]
    given = {agent.id for one in booked[:2] if isinstance(one, Meeting) for agent in await one.agents}
    assert given == {anna.id, ben.id}
    assert isinstance(booked[2], LimitReached)


async def test_a_day_of_the_organizations_zone_has_so_many_of_one_guest(anna: Agent) -> None:
    await limit(anna, max_meetings_per_guest_per_day=1, max_upcoming_meetings_per_guest_and_agent=None)
    target = await target_of(anna)
    first = await try_to_book(target)
    refused = await try_to_book(target, 1)
    assert isinstance(first, Meeting)
    assert isinstance(refused, LimitReached)
    assert min(slot.start for slot in refused.alternatives) >= NINE + DAY  # type: ignore[attr-defined]
    assert isinstance(await try_to_book(target, 48), Meeting)


async def test_what_is_cancelled_counts_no_more(anna: Agent) -> None:
    await limit(anna, max_upcoming_meetings_per_guest_and_agent=1)
    target = await target_of(anna)
    first = await try_to_book(target)
    assert isinstance(first, Meeting)
    await cancel(first.id, Change(), actor=await guest_of(first), now=NOW)
    assert isinstance(await try_to_book(target, 1), Meeting)


async def test_what_is_past_counts_for_its_day_and_no_more_to_come(anna: Agent) -> None:
    await limit(anna, max_meetings_per_guest_per_day=1, max_upcoming_meetings_per_guest_and_agent=1)
    first = await try_to_book(await target_of(anna))
    assert isinstance(first, Meeting)
    grace, organization = await Contact.get(id=first.guest_id), await anna.organization
    limits = await guest_limits(grace, organization, actor=Public(), now=NINE + HALF_HOUR)
    assert limits == GuestLimits(full_days=frozenset({NINE.date()}), full_agents=frozenset())


async def test_an_agent_books_for_a_guest_without_limit(anna: Agent) -> None:
    await limit(anna, max_meetings_per_guest_per_day=1, max_upcoming_meetings_per_guest_and_agent=1)
    target = await target_of(anna)
    for number in range(3):
        assert isinstance(await try_to_book(target, number, actor=acting(anna)), Meeting)


async def test_moving_a_meeting_does_not_count_it_twice(anna: Agent) -> None:
    await limit(anna, max_meetings_per_guest_per_day=1, max_upcoming_meetings_per_guest_and_agent=2)
    target = await target_of(anna)
    first, second = await try_to_book(target), await try_to_book(target, 48)
    assert isinstance(first, Meeting)
    assert isinstance(second, Meeting)
    grace = await guest_of(first)
    moved = await reschedule(
        first.id, Change(), start=NINE + HALF_HOUR, duration_minutes=None, actor=grace, now=NOW
    )
    assert moved.start == NINE + HALF_HOUR
    with pytest.raises(LimitReached):
        await reschedule(
            first.id, Change(), start=NINE + DAY + HALF_HOUR, duration_minutes=None, actor=grace, now=NOW
        )


async def test_a_hold_becomes_no_meeting_beyond_the_limit_and_stays_a_hold(anna: Agent) -> None:
    await limit(anna, max_upcoming_meetings_per_guest_and_agent=1)
    target = await target_of(anna)
    assert isinstance(await try_to_book(target), Meeting)
    held = await take(target, NINE + HALF_HOUR)
    wish = Wish(target=target, start=held.start, guest=details(), hold_token=held.token)
    with pytest.raises(LimitReached):
        await book(wish, actor=Public(), now=NOW)
    other = Wish(target=target, start=held.start, guest=details(email="i@x.example"), hold_token=held.token)
    assert isinstance(await book(other, actor=Public(), now=NOW), Meeting)


async def test_of_many_bookings_of_one_guest_at_once_only_so_many_are_taken(anna: Agent) -> None:
    await limit(anna, max_upcoming_meetings_per_guest_and_agent=2)
    target = await target_of(anna)
    outcomes = await asyncio.gather(
        *(try_to_book(target, number, details(f"Grace {number}")) for number in range(12))
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["LimitReached"] * 10 + ["Meeting"] * 2


async def test_of_many_moves_to_one_day_at_once_only_so_many_are_made(anna: Agent) -> None:
    await limit(anna, max_upcoming_meetings_per_guest_and_agent=None)
    target = await target_of(anna)
    meetings = [await try_to_book(target, 48 * day) for day in range(4)]
    await limit(anna, max_meetings_per_guest_per_day=1, max_upcoming_meetings_per_guest_and_agent=None)

    async def move(meeting: Meeting | Refused, number: int) -> object:
        assert isinstance(meeting, Meeting)
        start = NINE + 4 * DAY + number * HALF_HOUR
        try:
            return await reschedule(
                meeting.id, Change(), start=start, duration_minutes=None, actor=await guest_of(meeting), now=NOW
            )
        except Refused as refused:
            return refused

    moved = await asyncio.gather(*(move(meeting, number) for number, meeting in enumerate(meetings)))
    assert sorted(type(one).__name__ for one in moved) == ["LimitReached"] * 3 + ["Meeting"]


async def test_whoever_is_at_the_limit_is_listed_nothing(anna: Agent) -> None:
    await limit(anna, max_upcoming_meetings_per_guest_and_agent=1)
    target = await target_of(anna)
    first = await try_to_book(target)
    assert isinstance(first, Meeting)
    grace: GuestActor = await guest_of(first)
    limits = await guest_limits(grace.contact, target.organization, actor=grace, now=NOW)
    request = Request(target=target, guest_zone=anna.zone, actor=grace, guest_limits=limits)
    assert (await ask_engine(request, now=NOW)).availability.listed == 0
    free = Request(target=target, guest_zone=anna.zone, actor=Public())
    assert (await ask_engine(free, now=NOW)).availability.listed != 0
