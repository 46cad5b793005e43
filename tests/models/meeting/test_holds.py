"""Held time: as exclusive as a meeting's, through every race, on real parallel connections."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from tortoise import connections
from tortoise.exceptions import IntegrityError

from errors import (
    Forbidden,
    HoldExpired,
    Invalid,
    OutsideAvailability,
    Refused,
    SlotTaken,
    TooFarAhead,
    TooSoon,
)
from models.actor import Public
from models.agent.agent import Agent
from models.availability.engine import Request, ask_engine
from models.availability.target import Named, Target, find_target
from models.claim import Claim
from models.contact import GuestDetails
from models.hold import Held, hold, release
from models.idempotency import Once
from models.keyring import Keyring, fingerprint
from models.meeting.booking import Wish, book
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.organization.service import ServiceMember
from models.transactions import transaction
from scheduling.hours import WeeklyWindow, Window
from scheduling.intervals import Interval
from tests.builders import MONDAY, a_link, a_service, acting, an_agent, an_organization

NOW = MONDAY
NINE = MONDAY + timedelta(hours=1)
HALF_HOUR = timedelta(minutes=30)
TEN_MINUTES = timedelta(minutes=10)
KEYS = Keyring(b"only for tests, and long enough!")


async def target_of(agent: Agent, **named: int) -> Target:
    return await find_target(Named(agent_id=agent.id, **named), actor=Public(), now=NOW)  # type: ignore[arg-type]


async def take(target: Target, start: datetime = NINE, *, now: datetime = NOW) -> Held:
    return await hold(target, start, actor=Public(), keys=KEYS, now=now)


async def try_to_hold(target: Target, start: datetime = NINE, *, now: datetime = NOW) -> Held | Refused:
    try:
        return await take(target, start, now=now)
    except Refused as refused:
        return refused


async def use(
    target: Target,
    start: datetime = NINE,
    token: str | None = None,
    *,
    name: str = "Grace",
    now: datetime = NOW,
) -> Meeting | Refused:
    guest = GuestDetails(
        name=name, email=f"{name.lower()}@guests.example", phone=None, locale=None, time_zone="Europe/Rome"
    )
    wish = Wish(target=target, start=start, guest=guest, hold_token=token)
    try:
        return await book(wish, actor=Public(), now=now)
    except Refused as refused:
        return refused


async def overlaps() -> int:
    [row] = await connections.get("default").execute_query_dict(
        "SELECT count(*) AS pairs FROM claim a JOIN claim b ON a.agent_id = b.agent_id AND a.id < b.id"
        " AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
    )
    return int(row["pairs"])


def kinds(outcomes: Sequence[object]) -> dict[str, int]:
    names = [type(one).__name__ for one in outcomes]
    return {name: names.count(name) for name in sorted(names)}


async def test_a_hold_lasts_as_long_as_the_organization_has_set(organization: Organization) -> None:
    anna = await an_agent(await an_organization(settings={"hold_minutes": 3}))
    held = await take(await target_of(anna))
    assert (held.start, held.end) == (NINE, NINE + HALF_HOUR)
    assert held.expires_at == NOW + timedelta(minutes=3)
    ben = await an_agent(organization, "Ben")
    assert (await take(await target_of(ben))).expires_at == NOW + TEN_MINUTES


async def test_held_time_is_neither_booked_nor_held_again_and_others_are_offered(anna: Agent) -> None:
    target = await target_of(anna)
    await take(target)
    for refused in (await use(target), await try_to_hold(target)):
        assert isinstance(refused, SlotTaken)
        assert refused.message == "This time is being held for someone."
        assert len(refused.alternatives) == 3
    assert await Claim.all().count() == 1


async def test_what_is_stored_of_a_token_does_not_open_the_hold(anna: Agent) -> None:
    target = await target_of(anna)
    held = await take(target)
    stored = (await Claim.get()).hold_hash
    assert stored == fingerprint(held.token)
    assert isinstance(await use(target, token=stored), HoldExpired)
    assert not await release(stored, now=NOW)


async def test_a_hold_becomes_the_meeting_by_the_very_claim_that_it_was(anna: Agent) -> None:
    target = await target_of(anna)
    held = await take(target)
    before = await Claim.get()
    meeting = await use(target, token=held.token)
    assert isinstance(meeting, Meeting)
    claim = await Claim.get()
    assert (claim.id, claim.meeting_id) == (before.id, meeting.id)
    assert (claim.expires_at, claim.hold_hash) == (None, None)
    assert (meeting.start, meeting.end) == (NINE, NINE + HALF_HOUR)


async def test_the_agent_is_the_one_whose_turn_it_was_and_the_meeting_counts_as_theirs(anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    service = await a_service(await anna.organization, anna, ben)
    target = await find_target(Named(service_id=service.id), actor=Public(), now=NOW)
    first, second = await take(target), await take(target)
    assert [claim.agent_id for claim in await Claim.all().order_by("id")] == [anna.id, ben.id]
    assert isinstance(await try_to_hold(target), SlotTaken)
    meeting = await use(target, token=second.token)
    assert isinstance(meeting, Meeting)
    assert [agent.id for agent in await meeting.agents.all()] == [ben.id]
    given = {member.agent_id: member.given_count for member in await ServiceMember.all()}
    assert given == {anna.id: 0, ben.id: 1}
    assert isinstance(await use(target, token=first.token), Meeting)


async def test_a_hold_is_used_once(anna: Agent) -> None:
    target = await target_of(anna)
    held = await take(target)
    assert isinstance(await use(target, token=held.token), Meeting)
    assert isinstance(await use(target, token=held.token), HoldExpired)
    assert not await release(held.token, now=NOW)
    assert await Meeting.all().count() == await Claim.all().count() == 1


async def test_at_its_last_moment_a_hold_is_good_and_then_no_more(anna: Agent) -> None:
    target = await target_of(anna)
    late, good = await take(target), await take(target, NINE + HALF_HOUR)
    refused = await use(target, token=late.token, now=late.expires_at)
    assert isinstance(refused, HoldExpired)
    assert NINE in [slot.start for slot in refused.alternatives]  # type: ignore[attr-defined]
    just_before = good.expires_at - timedelta(microseconds=1)
    assert isinstance(await use(target, NINE + HALF_HOUR, good.token, now=just_before), Meeting)


async def test_an_expired_hold_blocks_nobody_though_no_worker_runs(anna: Agent) -> None:
    target = await target_of(anna)
    held = await take(target)
    request = Request(target=target, guest_zone=ZoneInfo("Europe/Rome"), actor=Public())
    assert not (await ask_engine(request, now=NOW)).availability.decide(NINE).bookable
    assert (await ask_engine(request, now=held.expires_at)).availability.decide(NINE).bookable
    assert await Claim.all().count() == 1
    assert isinstance(await use(target, now=held.expires_at), Meeting)
    assert isinstance(await use(target, token=held.token, now=NOW), HoldExpired)


async def test_holding_takes_expired_holds_of_the_agent_away_and_of_nobody_else(anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    for number in range(3):
        await take(await target_of(anna), NINE + number * HALF_HOUR)
    await take(await target_of(ben))
    await use(await target_of(anna), NINE + 4 * HALF_HOUR)
    await take(await target_of(anna), NINE + 6 * HALF_HOUR, now=NOW + TEN_MINUTES)
    assert await Claim.filter(agent_id=anna.id).count() == 2
    assert await Claim.filter(agent_id=ben.id).count() == 1


async def test_a_released_slot_is_free_at_once_and_releasing_again_changes_nothing(anna: Agent) -> None:
    target = await target_of(anna)
    held = await take(target)
    assert await release(held.token, now=NOW)
    assert isinstance(await use(target), Meeting)
    assert not await release(held.token, now=NOW)
    assert await Claim.all().count() == 1


async def test_an_expired_hold_is_not_released_any_more(anna: Agent) -> None:
    held = await take(await target_of(anna))
    assert not await release(held.token, now=held.expires_at)


async def test_a_hold_of_another_time_or_of_something_else_is_invalid_and_stays(anna: Agent) -> None:
    target = await target_of(anna)
    held = await take(target)
    longer = await target_of(anna, duration_minutes=60)
    ben = await target_of(await an_agent(await anna.organization, "Ben"))
    for other, start in ((target, NINE + HALF_HOUR), (longer, NINE), (ben, NINE)):
        refused = await use(other, start, held.token)
        assert isinstance(refused, Invalid)
        assert refused.field == ("holdToken",)
    assert isinstance(await use(target, token=held.token), Meeting)


async def test_what_is_held_may_be_named_in_another_way(anna: Agent) -> None:
    await a_link(anna)
    by_link = await find_target(Named(link="acme/anna"), actor=Public(), now=NOW)
    held = await take(by_link)
    assert isinstance(await use(await target_of(anna), token=held.token), Meeting)


async def test_a_hold_of_another_organization_is_none(anna: Agent) -> None:
    held = await take(await target_of(anna))
    eve = await an_agent(await an_organization("rival"), "Eve")
    assert isinstance(await use(await target_of(eve), token=held.token), HoldExpired)
    assert await Claim.filter(hold_hash=fingerprint(held.token)).count() == 1


@pytest.mark.parametrize("token", ["", "hold_", "hold_" + "A" * 43 + "=", "\0", "\ud800", "x" * 100_000, "é"])
async def test_a_token_of_none_is_refused(anna: Agent, token: str) -> None:
    target = await target_of(anna)
    await take(target)
    assert isinstance(await use(target, token=token), HoldExpired)
    assert not await release(token, now=NOW)
    assert await Claim.all().count() == 1


async def test_what_was_held_is_kept_though_the_calendar_or_the_notice_would_refuse_it_now(
    anna: Agent,
) -> None:
    organization = await anna.organization
    organization.stored_settings = {"public_minimum_notice_minutes": 60}
    await organization.save()
    target = await target_of(anna)
    held = await take(target)
    await Agent.filter(id=anna.id).update(week=[])
    assert isinstance(await use(target, token=held.token, now=NOW + timedelta(minutes=5)), Meeting)


async def test_a_hold_does_not_begin_a_meeting_in_the_past(anna: Agent) -> None:
    target = await target_of(anna)
    just_before, after = NINE - timedelta(minutes=1), NINE + timedelta(minutes=1)
    held = await take(target, now=just_before)
    assert isinstance(await use(target, token=held.token, now=after), TooSoon)
    assert await Meeting.all().count() == 0


async def test_a_hold_of_an_agent_who_has_left_the_service_is_gone(anna: Agent) -> None:
    service = await a_service(await anna.organization, anna)
    target = await find_target(Named(service_id=service.id), actor=Public(), now=NOW)
    held = await take(target)
    await ServiceMember.all().delete()
    assert isinstance(await use(target, token=held.token), HoldExpired)


async def test_where_only_agents_may_book_the_public_does_not_hold(anna: Agent) -> None:
    organization = await anna.organization
    organization.stored_settings = {"public_booking_enabled": False}
    await organization.save()
    target = await target_of(anna)
    with pytest.raises(Forbidden):
        await take(target)
    assert await hold(target, NINE, actor=acting(anna), keys=KEYS, now=NOW)


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Kiritimati", "Asia/Kathmandu"])
@pytest.mark.parametrize("hour", [0, 5, 11, 17, 23])
async def test_whatever_is_listed_on_the_last_day_for_a_guest_somewhere_can_be_held(
    organization: Organization, zone: str, hour: int
) -> None:
    always = tuple(WeeklyWindow(day, Window(time(0), time(0))) for day in range(7))
    anna = await an_agent(organization, "Anna", week=always)
    target, now = await target_of(anna), MONDAY.replace(hour=hour)
    request = Request(target=target, guest_zone=ZoneInfo(zone), actor=Public())
    listed = (await ask_engine(request, now=now)).availability
    last = listed.nearest(now + timedelta(days=60), 1)[0].start
    assert isinstance(await try_to_hold(target, last, now=now), Held)
    beyond = await try_to_hold(target, now + timedelta(days=32, minutes=30), now=now)
    assert isinstance(beyond, TooFarAhead)


async def test_a_date_of_a_link_is_one_of_the_guests_zone_wherever_that_is(anna: Agent) -> None:
    await a_link(anna, from_date=MONDAY.date() + timedelta(days=1))
    target = await find_target(Named(link="acme/anna"), actor=Public(), now=NOW)
    in_kiritimati_it_is_tuesday = MONDAY.replace(hour=12)
    assert isinstance(await try_to_hold(target, in_kiritimati_it_is_tuesday), Held)
    assert isinstance(await try_to_hold(target, NINE), OutsideAvailability)


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

    async def taker() -> int | None:
        await turned.wait()
        async with transaction() as tx:
            return await Claim.take(tx, anna, during=during, now=held.expires_at)

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(holder())
        taking = tasks.create_task(taker())
        await turned.wait()
        await somebody_waits()
        assert not taking.done()
        go_on.set()
    assert taking.result() is None
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
