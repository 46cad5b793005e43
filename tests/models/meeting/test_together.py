"""Bookings that come at once are written together: cheaper for all, and otherwise as if each had come alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from tortoise import connections

from errors import IdempotencyConflict, LimitReached, OutsideAvailability, Refused, SlotTaken, TimeRefused
from models.actor import Public
from models.agent.agent import Agent
from models.availability.target import Target
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.idempotency import IdempotencyKey, Once
from models.meeting.booking import book, book_alone
from models.meeting.meeting import Meeting
from models.meeting.together import Asked, asking, book_each
from models.meeting.wish import Wish, checked
from models.organization.organization import Organization
from models.rounds import Rounds
from tests.builders import an_agent, an_organization
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW
from tests.models.meeting.teams import target_of
from tests.models.meeting.test_races import overlaps
from tests.resolvers.statements import statements
from tests.waiting import PATIENCE_SECONDS

# The tables in which a booking leaves something.
TABLES = (
    "contact", "claim", "meeting", "meeting_agent", "attendee", "conversation", "member", "assignment_record",
    "message", "meeting_change", "event", "feed", "procrastinate_jobs",
)  # fmt: skip


def wish(target: Target, number: int, *, guest: int | None = None, phone: str | None = None) -> Wish:
    """A wish for the half hour of this number, by the guest of this number."""
    guest = number if guest is None else guest
    details = GuestDetails(
        name=f"Guest {guest}",
        email=f"guest-{guest}@guests.example",
        phone=phone,
        locale=None,
        time_zone="Europe/Rome",
    )
    return Wish(target=target, start=NINE + number * HALF_HOUR, guest=details)


async def try_to_book(one: Wish) -> Meeting | Refused:
    try:
        return await book(one, actor=Public(), now=NOW)
    except Refused as refused:
        return refused


async def at_once(wishes: Sequence[Wish]) -> list[Meeting | Refused]:
    return list(await asyncio.gather(*map(try_to_book, wishes)))


async def counts() -> dict[str, int]:
    selected = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in TABLES)
    [row] = await connections.get("default").execute_query_dict(f"SELECT {selected}")
    return dict(row)


async def rows(sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await connections.get("default").execute_query_dict(sql)
    return found


async def test_those_who_come_while_one_is_booked_share_a_claiming_and_a_writing(anna: Agent) -> None:
    target = await target_of(anna)
    await book(wish(target, 0), actor=Public(), now=NOW)
    with statements() as sent:
        booked = await at_once([wish(target, number) for number in range(1, 10)])
    assert all(isinstance(one, Meeting) for one in booked)
    for part in ("INSERT INTO claim", 'INSERT INTO "meeting"', "INSERT INTO event", "schedule_change"):
        assert sum(part in one for one in sent) <= 2, part


async def test_a_meeting_that_is_booked_among_others_leaves_what_one_that_is_booked_alone_does(
    anna: Agent,
) -> None:
    target, before = await target_of(anna), await counts()
    await book_alone(checked(wish(target, 0), actor=Public()), actor=Public(), now=NOW, once=None)
    alone = await counts()
    await at_once([wish(target, number) for number in range(1, 7)])
    together = await counts()
    shared = {"feed": 1}  # the agent's inbox is there
    for table in TABLES:
        one = alone[table] - before[table] - shared.get(table, 0)
        assert together[table] - alone[table] == 6 * one, table


async def test_every_inbox_and_conversation_counts_its_events_without_a_gap(anna: Agent) -> None:
    target = await target_of(anna)
    await at_once([wish(target, number) for number in range(12)])
    feeds = await rows(
        "SELECT topic, head, (SELECT array_agg(seq ORDER BY seq) FROM event WHERE event.topic = feed.topic) AS seqs"
        " FROM feed"
    )
    assert len(feeds) == 13
    assert all(feed["seqs"] == list(range(1, feed["head"] + 1)) for feed in feeds)
    numbers = await rows("SELECT number FROM conversation ORDER BY number")
    assert len({row["number"] for row in numbers}) == 12


async def test_of_those_who_come_at_once_each_is_refused_by_themselves(anna: Agent) -> None:
    target = await target_of(anna)
    night = wish(target, 20)
    outcomes = await at_once(
        [wish(target, 0), night, wish(target, 1), wish(target, 1, guest=99), wish(target, 2)]
    )
    assert [type(one) for one in outcomes] == [Meeting, OutsideAvailability, Meeting, SlotTaken, Meeting]
    assert [len(one.alternatives) for one in outcomes if isinstance(one, TimeRefused)] == [3, 3]


async def test_a_guest_who_books_much_at_once_gets_no_more_than_a_guest_may_have(anna: Agent) -> None:
    await Organization.filter(id=anna.organization_id).update(stored_settings={})
    target = await target_of(anna)
    outcomes = await at_once([wish(target, number, guest=1) for number in range(5)])
    assert [type(one) for one in outcomes].count(Meeting) == 2
    assert [type(one) for one in outcomes].count(LimitReached) == 3


async def test_who_gives_the_number_of_a_guest_is_no_stranger(anna: Agent) -> None:
    await Organization.filter(id=anna.organization_id).update(
        stored_settings={"max_upcoming_meetings_per_guest_and_agent": 1}
    )
    target = await target_of(anna)
    number = "+393331234567"
    await book(wish(target, 0, phone=number), actor=Public(), now=NOW)
    outcomes = await at_once([wish(target, 1, phone=number), wish(target, 2)])
    assert [type(one) for one in outcomes] == [LimitReached, Meeting]


async def test_a_guest_who_is_known_by_all_they_say_is_not_written_twice(anna: Agent) -> None:
    target = await target_of(anna)
    await book(wish(target, 0, guest=1), actor=Public(), now=NOW)
    await at_once([wish(target, 1, guest=1), wish(target, 2, guest=2), wish(target, 3, guest=1)])
    assert await Contact.all().count() == 2


async def test_the_guests_of_two_organizations_never_meet(anna: Agent) -> None:
    other = await an_agent(await an_organization("other"), "Ben")
    targets = [await target_of(anna), await target_of(other)]
    booked = await at_once([wish(target, number, guest=1) for number in range(3) for target in targets])
    assert all(isinstance(one, Meeting) for one in booked)
    for target in targets:
        [guest] = await Contact.filter(organization_id=target.organization.id)
        own = await Meeting.filter(organization_id=target.organization.id)
        assert {meeting.guest_id for meeting in own} == {guest.id}
        assert len(own) == 3


async def test_a_wish_that_is_wrong_in_itself_is_nobody_elses_business(anna: Agent) -> None:
    target = await target_of(anna)
    spoiled = wish(target, 1)
    spoiled = replace(spoiled, guest=replace(spoiled.guest, email="nobody"))
    outcomes = await at_once([wish(target, 0), spoiled, wish(target, 2)])
    assert [isinstance(one, Meeting) for one in outcomes] == [True, False, True]


async def test_rounds_of_several_processes_take_a_minute_only_once(anna: Agent) -> None:
    organization = await anna.organization
    targets = [await target_of(agent) for agent in (anna, *[await an_agent(organization) for _ in range(3)])]
    slots = [(target, number) for target in targets for number in range(6)]
    processes: list[Rounds[Asked, Meeting]] = [Rounds(book_each, asking=asking) for _ in range(3)]

    async def client(number: int) -> list[Meeting]:
        booked = []
        for target, half_hour in Random(number).sample(slots, 4):
            asked = Asked(checked(wish(target, half_hour, guest=number), actor=Public()), Public(), NOW)
            try:
                meeting = await processes[number % 3].share(asked, key=organization.id)
                booked.append(meeting or await book_alone(asked.wish, actor=Public(), now=NOW, once=None))
            except SlotTaken:
                continue
        return booked

    async with asyncio.timeout(PATIENCE_SECONDS):
        booked = [one for some in await asyncio.gather(*map(client, range(48))) for one in some]
    assert len({one.id for one in booked}) == len(booked) == await Meeting.all().count() == len(slots)
    assert await overlaps() == 0


def under(key: str, asked: str, organization_id: int) -> Once:
    return Once(organization_id, "public", "bookMeeting", key, asked)


async def test_a_request_that_comes_twice_at_once_under_one_key_books_once(anna: Agent) -> None:
    target = await target_of(anna)

    async def client(number: int) -> Meeting:
        once = under(f"key-{number}", f"input {number}", anna.organization_id)
        return await book(wish(target, number), actor=Public(), now=NOW, once=once)

    booked = await asyncio.gather(*(client(number % 4) for number in range(12)))
    assert len({meeting.id for meeting in booked}) == await Meeting.all().count() == 4
    assert [booked[n].id == booked[n + 4].id == booked[n + 8].id for n in range(4)] == [True] * 4


async def test_the_key_of_who_is_refused_among_others_may_be_used_again(anna: Agent) -> None:
    target = await target_of(anna)
    keys = [under(f"key-{n}", "one input", anna.organization_id) for n in range(3)]
    wishes = [wish(target, 0), wish(target, 1), wish(target, 1, guest=9)]
    tries = (book(one, actor=Public(), now=NOW, once=once) for one, once in zip(wishes, keys, strict=True))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(one) for one in outcomes] == [Meeting, Meeting, SlotTaken]
    assert await IdempotencyKey.all().count() == 2
    again = await book(wish(target, 2, guest=9), actor=Public(), now=NOW, once=keys[2])
    assert again.start == NINE + 2 * HALF_HOUR


async def test_a_key_that_came_with_another_input_is_refused_also_among_others(anna: Agent) -> None:
    target = await target_of(anna)
    first, other = (under("one key", said, anna.organization_id) for said in ("this", "that"))
    outcomes = await asyncio.gather(
        book(wish(target, 0), actor=Public(), now=NOW),
        book(wish(target, 1), actor=Public(), now=NOW, once=first),
        book(wish(target, 2), actor=Public(), now=NOW, once=other),
        return_exceptions=True,
    )
    assert [type(one) for one in outcomes] == [Meeting, Meeting, IdempotencyConflict]
    assert await Meeting.all().count() == 2
