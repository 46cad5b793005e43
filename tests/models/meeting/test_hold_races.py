"""Held time is as exclusive as a meeting's, through every race, on real parallel connections."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random

import pytest
from tortoise import connections
from tortoise.exceptions import IntegrityError

from errors import (
    HoldExpired,
    Refused,
    SlotTaken,
)
from models.actor import Public
from models.agent.agent import Agent
from models.claim import Claim, Time
from models.contact.details import GuestDetails
from models.hold import Held, hold, release
from models.idempotency import Once
from models.meeting.booking import book
from models.meeting.meeting import Meeting
from models.meeting.wish import Wish
from models.transactions import transaction
from scheduling.intervals import Interval
from tests.models.meeting.holding import (
    HALF_HOUR,
    KEYS,
    NINE,
    NOW,
    kinds,
    overlaps,
    take,
    target_of,
    try_to_hold,
    use,
)
from tests.waiting import PATIENCE_SECONDS


async def test_64_clients_holding_the_same_20_slots_at_once_get_exactly_20_holds(anna: Agent) -> None:
    target = await target_of(anna)
    day = [NINE + n * HALF_HOUR for n in range(16)]
    slots = day + [start + timedelta(days=1) for start in day[:4]]

    async def client(number: int) -> list[Held | Refused]:
        wanted = [slots[number % len(slots)], *Random(number).sample(slots, 4)]
        return [await try_to_hold(target, start) for start in wanted]

    outcomes = [one for asked in await asyncio.gather(*map(client, range(64))) for one in asked]
    held = [one for one in outcomes if isinstance(one, Held)]
    assert sorted(one.start for one in held) == sorted(slots)
    assert {type(one) for one in outcomes} == {Held, SlotTaken}
    assert len({one.token for one in held}) == await Claim.all().count() == 20
    assert await overlaps() == 0
    meetings = await asyncio.gather(
        *(use(target, one.start, one.token, name=f"Guest{n}") for n, one in enumerate(held))
    )
    assert kinds(meetings) == {"Meeting": 20}


async def test_of_holds_and_bookings_at_once_each_slot_goes_to_one(anna: Agent) -> None:
    target = await target_of(anna)
    starts = [NINE + n * HALF_HOUR for n in range(8)] * 2
    holding = [try_to_hold(target, start) for start in starts]
    booking = [use(target, start, name=f"Guest{n}") for n, start in enumerate(starts)]
    outcomes = await asyncio.gather(*(one for pair in zip(holding, booking, strict=True) for one in pair))
    assert sum(isinstance(one, Held | Meeting) for one in outcomes) == await Claim.all().count() == 8
    assert {type(one) for one in outcomes} <= {Held, Meeting, SlotTaken}
    assert await overlaps() == 0


async def test_a_hold_that_overlaps_in_part_is_refused_however_many_try(anna: Agent) -> None:
    short, long = await target_of(anna), await target_of(anna, duration_minutes=90)
    tries = [(short, NINE), (long, NINE), (short, NINE + HALF_HOUR), (long, NINE + HALF_HOUR)] * 6
    outcomes = await asyncio.gather(*(try_to_hold(target, start) for target, start in tries))
    assert {type(one) for one in outcomes} == {Held, SlotTaken}
    assert await overlaps() == 0


async def test_of_many_who_book_with_one_hold_one_gets_the_meeting(anna: Agent) -> None:
    target = await target_of(anna)
    held = await take(target)
    outcomes = await asyncio.gather(
        *(use(target, token=held.token, name=f"Guest{number}") for number in range(12))
    )
    assert kinds(outcomes) == {"HoldExpired": 11, "Meeting": 1}
    assert await Meeting.all().count() == await Claim.all().count() == 1


async def test_while_a_hold_becomes_a_meeting_nobody_slips_in(anna: Agent) -> None:
    """Some come with the hold, some without, all at once: not for a moment is the time free."""
    target = await target_of(anna)
    for number in range(4):
        start = NINE + number * HALF_HOUR
        held = await take(target, start)
        mine, *others = await asyncio.gather(
            use(target, start, held.token),
            *(use(target, start, name=f"Other{n}") for n in range(4)),
            *(try_to_hold(target, start) for _ in range(4)),
        )
        assert isinstance(mine, Meeting)
        assert kinds(others) == {"SlotTaken": 8}
    assert await overlaps() == 0


async def test_a_hold_that_expires_just_while_it_is_booked_gives_its_time_to_one(anna: Agent) -> None:
    """The clocks of processes differ: to one the hold is still good, to the other it has just expired."""
    target = await target_of(anna)
    for number in range(12):
        start = NINE + number * HALF_HOUR
        held = await take(target, start)
        just_before = held.expires_at - timedelta(microseconds=1)
        holder = use(target, start, held.token, now=just_before)
        other = use(target, start, name="Other", now=held.expires_at)
        outcomes = await asyncio.gather(*((holder, other) if number % 2 else (other, holder)))
        assert kinds(outcomes) in ({"Meeting": 1, "SlotTaken": 1}, {"HoldExpired": 1, "Meeting": 1})
        assert await Claim.filter(starts_at=start).count() == await Meeting.filter(start=start).count() == 1
    assert await overlaps() == 0


async def test_who_takes_an_expired_holds_time_waits_for_its_booking_and_leaves_it_alone(anna: Agent) -> None:
    target = await target_of(anna)
    held = await take(target)
    during, turned, go_on = Interval.between(held.start, held.end), asyncio.Event(), asyncio.Event()

    async def holder() -> None:
        async with transaction() as tx:
            await tx.rows("UPDATE claim SET hold_hash = NULL, expires_at = NULL")
            turned.set()
            await go_on.wait()

    async def taker() -> dict[int, int]:
        await turned.wait()
        async with transaction() as tx:
            await Claim.clear_expired(tx, [anna], during=during, now=held.expires_at)
            return await Claim.take(tx, [anna], Time(own=during, claimed=during))

    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
        tasks.create_task(holder())
        taking = tasks.create_task(taker())
        await turned.wait()
        await somebody_waits()
        assert not taking.done()
        go_on.set()
    assert taking.result() == {}
    assert (await Claim.get()).expires_at is None


async def somebody_waits() -> None:
    """Return once a statement of this database waits for another transaction."""
    query = (
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock' AND state = 'active'"
    )
    while not await connections.get("default").execute_query_dict(query):
        await asyncio.sleep(0.01)


async def test_of_a_release_and_a_booking_at_once_one_has_the_hold(anna: Agent) -> None:
    target = await target_of(anna)
    for number in range(12):
        start = NINE + number * HALF_HOUR
        held = await take(target, start)
        giving_back, booking = release(held.token, now=NOW), use(target, start, held.token)
        if number % 2:
            booked, released = await asyncio.gather(booking, giving_back)
        else:
            released, booked = await asyncio.gather(giving_back, booking)
        assert isinstance(booked, HoldExpired if released else Meeting)
        assert await Claim.filter(starts_at=start).count() == (0 if released else 1)
        assert await Meeting.filter(start=start).count() == (0 if released else 1)


async def test_of_many_releases_one_releases(anna: Agent) -> None:
    held = await take(await target_of(anna))
    assert sum(await asyncio.gather(*(release(held.token, now=NOW) for _ in range(8)))) == 1


async def test_the_database_itself_refuses_what_overlaps_a_hold(anna: Agent) -> None:
    await take(await target_of(anna))
    with pytest.raises(IntegrityError, match="claim_exclusive"):
        await Claim.create(
            organization_id=anna.organization_id,
            agent_id=anna.id,
            starts_at=NINE + timedelta(minutes=29),
            ends_at=NINE + timedelta(minutes=40),
        )


async def test_a_booking_that_fails_after_its_hold_was_turned_leaves_the_hold_as_it_was(anna: Agent) -> None:
    target = await target_of(anna)
    held = await take(target)
    key = "k"
    once = Once(organization_id=anna.organization_id, actor="public", verb="bookMeeting", key=key, asked="a")
    guest = GuestDetails(name="Grace", email=None, phone=None, locale=None, time_zone="Europe/Rome")
    with pytest.raises(Refused):
        wish = Wish(target=target, start=NINE, guest=guest, hold_token=held.token)
        await book(wish, actor=Public(), now=NOW, once=once)
    assert (await Claim.get()).expires_at == held.expires_at
    assert isinstance(await use(target, token=held.token), Meeting)


async def test_twins_with_one_idempotency_key_make_one_hold(anna: Agent) -> None:
    target = await target_of(anna)
    once = Once(
        organization_id=anna.organization_id, actor="public", verb="holdSlot", key="k", asked="the same"
    )

    async def twin() -> Held:
        return await hold(target, NINE, actor=Public(), keys=KEYS, now=NOW, once=once)

    outcomes = await asyncio.gather(*(twin() for _ in range(12)))
    assert len(set(outcomes)) == await Claim.all().count() == 1
