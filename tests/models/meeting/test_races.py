"""Time that no race can take twice: many at once, on real parallel connections, and around the verbs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

import pytest
from tortoise import connections
from tortoise.exceptions import IntegrityError

from errors import AlreadyDecided, Refused, SlotTaken
from models.actor import Public
from models.agent.agent import Agent
from models.availability.target import Named, Target, find_target
from models.claim import Claim, Time
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.conversation.conversation import Conversation
from models.idempotency import Once
from models.meeting.booking import book, book_alone
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.meeting import Meeting
from models.meeting.wish import Wish, checked
from models.organization.service import ServiceMember
from models.transactions import transaction
from scheduling.intervals import Interval
from tests.builders import MONDAY, a_service, acting, an_agent
from tests.waiting import PATIENCE_SECONDS

NOW = MONDAY
NINE = MONDAY + timedelta(hours=1)
HALF_HOUR = timedelta(minutes=30)


def guest(name: str) -> GuestDetails:
    return GuestDetails(
        name=name, email=f"{name.lower()}@guests.example", phone=None, locale=None, time_zone="Europe/Rome"
    )


async def target_of(agent: Agent) -> Target:
    return await find_target(Named(agent_id=agent.id), actor=Public(), now=NOW)


async def try_to_book(target: Target, start: datetime, name: str, *, alone: bool = False) -> Meeting | Refused:
    """Book as anybody does, who may share a transaction with others; or `alone`, in one of their own."""
    wish = checked(Wish(target=target, start=start, guest=guest(name)), actor=Public())
    try:
        if alone:
            return await book_alone(wish, actor=Public(), now=NOW, once=None)
        return await book(wish, actor=Public(), now=NOW)
    except Refused as refused:
        return refused


async def overlaps() -> int:
    [row] = await connections.get("default").execute_query_dict(
        "SELECT count(*) AS pairs FROM claim a JOIN claim b ON a.agent_id = b.agent_id AND a.id < b.id"
        " AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
    )
    return int(row["pairs"])


def meetings(outcomes: Sequence[Meeting | Refused]) -> list[Meeting]:
    return [one for one in outcomes if isinstance(one, Meeting)]


@pytest.mark.parametrize("share_of_loners", [0, 0.5, 1])
async def test_64_clients_booking_the_same_20_slots_at_once_get_exactly_20_meetings(
    anna: Agent, share_of_loners: float
) -> None:
    target = await target_of(anna)
    day = [NINE + n * HALF_HOUR for n in range(16)]
    slots = day + [start + timedelta(days=1) for start in day[:4]]

    async def client(number: int) -> list[Meeting | Refused]:
        random = Random(number)
        own_order, alone = random.sample(slots, 4), random.random() < share_of_loners
        first = [
            slots[number % len(slots)]
        ]  # every slot is wanted by three or four clients at the very same time
        wanted = first + own_order
        return [await try_to_book(target, start, f"Guest{number}", alone=alone) for start in wanted]

    outcomes = [one for asked in await asyncio.gather(*map(client, range(64))) for one in asked]
    booked = meetings(outcomes)
    assert sorted(meeting.start for meeting in booked) == sorted(slots)
    assert {type(one) for one in outcomes if isinstance(one, Refused)} == {SlotTaken}
    assert await Meeting.all().count() == await Claim.all().count() == await Conversation.all().count() == 20
    assert await Contact.all().count() == len({meeting.guest_id for meeting in booked})
    assert await overlaps() == 0


async def test_the_database_itself_refuses_an_overlap_that_goes_around_the_verbs(anna: Agent) -> None:
    values = {"organization_id": anna.organization_id, "agent_id": anna.id}
    await Claim.create(**values, starts_at=NINE, ends_at=NINE + HALF_HOUR)
    with pytest.raises(IntegrityError, match="claim_exclusive"):
        await Claim.create(
            **values, starts_at=NINE + timedelta(minutes=29), ends_at=NINE + timedelta(minutes=40)
        )
    await Claim.create(**values, starts_at=NINE + HALF_HOUR, ends_at=NINE + 2 * HALF_HOUR)


async def test_another_agent_may_have_the_same_time(anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    for agent in (anna, ben):
        await Claim.create(
            organization_id=anna.organization_id, agent_id=agent.id, starts_at=NINE, ends_at=NINE + HALF_HOUR
        )
    assert await Claim.all().count() == 2


async def test_writers_around_the_verbs_take_a_minute_only_once(anna: Agent) -> None:
    async def write(number: int) -> bool:
        start = NINE + timedelta(minutes=number % 7)
        try:
            await Claim.create(
                organization_id=anna.organization_id,
                agent_id=anna.id,
                starts_at=start,
                ends_at=start + HALF_HOUR,
            )
        except IntegrityError:
            return False
        return True

    assert sum(await asyncio.gather(*map(write, range(40)))) == 1
    assert await overlaps() == 0


async def test_a_claim_waits_for_the_one_before_it_and_has_the_time_if_that_is_undone(anna: Agent) -> None:
    held, during = asyncio.Event(), Interval.between(NINE, NINE + HALF_HOUR)
    give_up = asyncio.Event()

    async def first() -> None:
        with pytest.raises(ZeroDivisionError):
            async with transaction() as tx:
                assert await Claim.take(tx, [anna], Time(own=during, claimed=during))
                held.set()
                await give_up.wait()
                raise ZeroDivisionError

    async def second() -> dict[int, int]:
        await held.wait()
        async with transaction() as tx:
            return await Claim.take(tx, [anna], Time(own=during, claimed=during))

    async def watch() -> None:
        await until_somebody_waits()
        give_up.set()

    _, claim, _ = await asyncio.gather(first(), second(), watch())
    assert claim


async def until_somebody_waits(*, several: int = 1) -> None:
    """Until a session of this database, or several, wait for another's transaction."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            rows = await connections.get("default").execute_query_dict(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if len(rows) >= several:
                return
            await asyncio.sleep(0)


async def test_an_expired_claim_blocks_nobody_even_if_nobody_has_removed_it(anna: Agent) -> None:
    await Claim.create(
        organization_id=anna.organization_id,
        agent_id=anna.id,
        starts_at=NINE,
        ends_at=NINE + HALF_HOUR,
        expires_at=NOW - timedelta(seconds=1),
    )
    assert isinstance(await try_to_book(await target_of(anna), NINE, "Grace"), Meeting)


async def test_two_meetings_that_swap_their_times_at_once_do_not_wait_for_each_other_for_ever(
    anna: Agent,
) -> None:
    target, actor = await target_of(anna), acting(anna)
    first, second = meetings([await try_to_book(target, start, "Grace") for start in (NINE, NINE + HALF_HOUR)])

    async def move(meeting: Meeting, start: datetime) -> bool:
        try:
            await reschedule(meeting.id, Change(), start=start, duration_minutes=None, actor=actor, now=NOW)
        except SlotTaken:
            return False
        return True

    async with asyncio.timeout(PATIENCE_SECONDS):
        moved = list(await asyncio.gather(move(first, second.start), move(second, first.start)))
    assert moved == [False, False]
    assert await overlaps() == 0
    assert await Claim.all().count() == 2


async def test_of_a_move_and_a_cancellation_at_once_both_are_whole(anna: Agent) -> None:
    target, actor = await target_of(anna), acting(anna)
    for number in range(6):
        start = NINE + number * 2 * HALF_HOUR
        [meeting] = meetings([await try_to_book(target, start, "Grace")])
        outcomes = await asyncio.gather(
            reschedule(
                meeting.id, Change(), start=start + HALF_HOUR, duration_minutes=None, actor=actor, now=NOW
            ),
            cancel(meeting.id, Change(), actor=actor, now=NOW),
            return_exceptions=True,
        )
        assert all(isinstance(one, Meeting | AlreadyDecided) for one in outcomes)
        assert await Claim.filter(meeting_id=meeting.id).count() == 0
        assert (await Meeting.get(id=meeting.id)).status == "CANCELLED"


async def test_of_many_cancellations_one_cancels_and_the_others_are_told_so(anna: Agent) -> None:
    [meeting] = meetings([await try_to_book(await target_of(anna), NINE, "Grace")])
    outcomes = await asyncio.gather(
        *(cancel(meeting.id, Change(), actor=acting(anna), now=NOW) for _ in range(8)), return_exceptions=True
    )
    assert len([one for one in outcomes if isinstance(one, Meeting)]) == 1
    assert len([one for one in outcomes if isinstance(one, AlreadyDecided)]) == 7


async def test_round_robin_stays_fair_when_all_book_at_once(anna: Agent) -> None:
    organization = await anna.organization
    team = [anna, await an_agent(organization, "Ben"), await an_agent(organization, "Chandra")]
    service = await a_service(organization, *team)
    target = await find_target(Named(service_id=service.id), actor=Public(), now=NOW)
    starts = [NINE + n * HALF_HOUR for n in range(8)] * 3
    outcomes = await asyncio.gather(
        *(try_to_book(target, start, f"Guest{n}") for n, start in enumerate(starts))
    )
    assert len(meetings(outcomes)) == 24
    assert [member.given_count for member in await ServiceMember.filter(service_id=service.id)] == [8, 8, 8]
    assert await overlaps() == 0


async def test_twins_with_one_idempotency_key_make_one_meeting(anna: Agent) -> None:
    target = await target_of(anna)
    once = Once(
        organization_id=anna.organization_id, actor="public", verb="bookMeeting", key="k", asked="the same"
    )
    wish = Wish(target=target, start=NINE, guest=guest("Grace"))
    outcomes = await asyncio.gather(*(book(wish, actor=Public(), now=NOW, once=once) for _ in range(16)))
    assert len({meeting.id for meeting in outcomes}) == 1
    assert await Meeting.all().count() == 1


async def test_a_move_that_loses_the_race_is_not_offered_the_time_it_lost(anna: Agent) -> None:
    target = await target_of(anna)
    ten, during = NINE + 2 * HALF_HOUR, Interval.between(NINE + 2 * HALF_HOUR, NINE + 3 * HALF_HOUR)
    [meeting] = meetings([await try_to_book(target, NINE, "Grace")])
    taken, finish = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with transaction() as tx:
            assert await Claim.take(tx, [anna], Time(own=during, claimed=during))
            taken.set()
            await finish.wait()

    async def move() -> SlotTaken:
        await taken.wait()
        with pytest.raises(SlotTaken) as refused:
            await reschedule(
                meeting.id, Change(), start=ten, duration_minutes=None, actor=acting(anna), now=NOW
            )
        return refused.value

    async def watch() -> None:
        await until_somebody_waits()
        finish.set()

    _, refused, _ = await asyncio.gather(first(), move(), watch())
    assert ten not in [slot.start for slot in refused.alternatives]  # type: ignore[attr-defined]


async def test_two_who_ask_the_same_agents_in_other_orders_do_not_wait_in_a_ring(anna: Agent) -> None:
    organization = await anna.organization
    ben = await an_agent(organization, "Ben")
    during = Interval.between(NINE, NINE + 2 * HALF_HOUR)
    for agent in (anna, ben):
        owned = {"organization_id": organization.id, "agent_id": agent.id}
        await Claim.create(**owned, starts_at=NINE, ends_at=NINE + HALF_HOUR, expires_at=NOW)
        await Claim.create(**owned, starts_at=NINE + HALF_HOUR, ends_at=NINE + 2 * HALF_HOUR)

    async def ask(agents: list[Agent]) -> list[dict[int, int]]:
        async with transaction() as tx:
            await Claim.clear_expired(tx, agents, during=during, now=NOW)
            return [await Claim.take(tx, [agent], Time(own=during, claimed=during)) for agent in agents]

    for _ in range(10):
        async with asyncio.timeout(PATIENCE_SECONDS):
            outcomes = await asyncio.gather(*(ask(order) for order in ([anna, ben], [ben, anna]) * 4))
        assert outcomes == [[{}, {}]] * 8
