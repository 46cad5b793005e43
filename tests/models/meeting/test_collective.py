"""Meetings that several agents hold together: all of them, or none."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from random import Random

import pytest

from errors import HoldExpired, SlotTaken
from models.agent.agent import Agent
from models.claim import Claim, Time
from models.conversation.conversation import Conversation, Member
from models.hold import Held, release
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.meeting import Meeting
from models.organization.service import ServiceMember
from models.transactions import transaction
from models.words import MemberRole
from scheduling.intervals import Interval
from tests.builders import acting
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW, take, try_to_hold
from tests.models.meeting.teams import (
    a_team,
    agents_of,
    assert_claims_are_whole,
    booked,
    deadlocks,
    target_of,
    together,
    try_to_book,
    try_to_move,
)
from tests.models.meeting.test_races import until_somebody_waits
from tests.waiting import PATIENCE_SECONDS


async def test_a_meeting_of_several_has_all_of_them_and_so_has_its_conversation(anna: Agent) -> None:
    team = await a_team(anna, "Ben", "Chandra")
    meeting = await booked(await target_of(await together(*team)))
    assert await agents_of(meeting) == ["Anna", "Ben", "Chandra"]
    assert meeting.title == "Meeting with Together"
    conversation = await Conversation.get(id=meeting.conversation_id)
    assert conversation.assignee_id == anna.id
    members = await Member.filter(conversation_id=conversation.id, agent_id__isnull=False).order_by("agent_id")
    assert [member.role for member in members] == [MemberRole.ASSIGNEE, MemberRole.AGENT, MemberRole.AGENT]
    await assert_claims_are_whole()


async def test_of_more_than_are_needed_those_whose_turn_it_is_are_taken_and_counted(anna: Agent) -> None:
    target = await target_of(await together(*await a_team(anna, "Ben", "Chandra"), required_agents=2))
    first, second = await booked(target), await booked(target, NINE + HALF_HOUR)
    assert (await agents_of(first), await agents_of(second)) == (["Anna", "Ben"], ["Anna", "Chandra"])
    assert [member.given_count for member in await ServiceMember.all().order_by("agent_id")] == [2, 1, 1]
    assert isinstance(await try_to_book(target), SlotTaken)


async def test_where_too_few_are_free_nobody_is_taken_and_other_times_are_offered(anna: Agent) -> None:
    team = await a_team(anna, "Ben")
    await booked(await target_of(team[1]))
    refused = await try_to_book(await target_of(await together(*team)))
    assert isinstance(refused, SlotTaken)
    assert refused.alternatives[0].start == NINE + HALF_HOUR  # type: ignore[attr-defined]
    assert await Claim.all().count() == 1


async def a_claim_that_ends_later(agent: Agent, taken: asyncio.Event, finish: asyncio.Event) -> None:
    """The agent's time at nine, in a transaction that nobody sees yet."""
    during = Interval.between(NINE, NINE + HALF_HOUR)
    async with transaction() as tx:
        assert await Claim.take(
            tx, [agent], Time(own=during, claimed=during), expires_at=NOW + timedelta(hours=1)
        )
        taken.set()
        await finish.wait()


async def book_meanwhile(agent: Agent, target: object) -> object:
    """What comes of booking while the agent's time is just being taken by somebody else."""
    taken, finish = asyncio.Event(), asyncio.Event()

    async def others() -> object:
        await taken.wait()
        return await try_to_book(target)  # type: ignore[arg-type]

    async def watch() -> None:
        await taken.wait()
        await until_somebody_waits()
        finish.set()

    async with asyncio.timeout(PATIENCE_SECONDS):
        _, outcome, _ = await asyncio.gather(a_claim_that_ends_later(agent, taken, finish), others(), watch())
    return outcome


async def test_for_one_who_was_just_taken_another_who_is_free_takes_their_place(anna: Agent) -> None:
    team = await a_team(anna, "Ben", "Chandra")
    meeting = await book_meanwhile(anna, await target_of(await together(*team, required_agents=2)))
    assert isinstance(meeting, Meeting)
    assert await agents_of(meeting) == ["Ben", "Chandra"]


async def test_where_too_few_are_left_what_was_taken_of_others_is_free_again(anna: Agent) -> None:
    team = await a_team(anna, "Ben")
    refused = await book_meanwhile(team[1], await target_of(await together(*team)))
    assert isinstance(refused, SlotTaken)
    assert NINE not in [slot.start for slot in refused.alternatives]  # type: ignore[attr-defined]
    assert [claim.agent_id for claim in await Claim.all()] == [team[1].id]
    await booked(await target_of(anna))


@pytest.mark.parametrize("seed", range(3))
async def test_however_meetings_of_some_and_of_all_are_booked_at_once_nobody_waits_in_a_ring(
    anna: Agent, seed: int
) -> None:
    anna, ben, chandra = await a_team(anna, "Ben", "Chandra")
    pairs = [(anna, ben), (chandra, ben), (chandra, anna), (ben, anna)]
    teams = [await together(*pair, name=f"Pair {number}") for number, pair in enumerate(pairs)]
    teams.append(await together(chandra, ben, anna, name="All", required_agents=2))
    targets = [await target_of(team) for team in teams] + [await target_of(one) for one in (anna, ben, chandra)]
    wanted = [(target, NINE + n * HALF_HOUR) for target in targets for n in range(4)] * 2
    Random(seed).shuffle(wanted)
    before = await deadlocks()
    async with asyncio.timeout(PATIENCE_SECONDS):
        outcomes = await asyncio.gather(
            *(try_to_book(target, start, f"Guest{n}") for n, (target, start) in enumerate(wanted))
        )
    assert {type(one) for one in outcomes} == {Meeting, SlotTaken}
    assert await deadlocks() == before
    await assert_claims_are_whole()


async def test_two_who_take_the_same_agents_in_other_orders_do_not_wait_in_a_ring(anna: Agent) -> None:
    """Both wait for a third who gives up; then each could have one agent, and wait for the other's."""
    anna, ben = await a_team(anna, "Ben")
    orders = [await together(anna, ben, name="One"), await together(anna, ben, name="Other")]
    await ServiceMember.filter(service_id=orders[1].id, agent_id=anna.id).update(given_count=100)
    targets = [await target_of(one) for one in orders]
    for number in range(6):
        start = NINE + number * HALF_HOUR
        during, taken = Interval.between(start, start + HALF_HOUR), asyncio.Event()

        async def third(during: Interval = during, taken: asyncio.Event = taken) -> None:
            async with transaction() as tx:
                claims = await Claim.take(
                    tx, [ben], Time(own=during, claimed=during), expires_at=NOW + HALF_HOUR
                )
                taken.set()
                await until_somebody_waits(several=2)
                await Claim.give_back(claims.values())

        async def book(number: int, start: datetime = start, taken: asyncio.Event = taken) -> object:
            await taken.wait()
            return await try_to_book(targets[number], start, f"Guest{number}")

        async with asyncio.timeout(PATIENCE_SECONDS):
            _, *outcomes = await asyncio.gather(third(), book(0), book(1))
        assert sorted(type(one).__name__ for one in outcomes) == ["Meeting", "SlotTaken"]
    await assert_claims_are_whole()


async def test_two_meetings_of_the_same_agents_that_swap_do_not_wait_for_each_other_for_ever(
    anna: Agent,
) -> None:
    anna, ben = await a_team(anna, "Ben")
    first = await booked(await target_of(await together(anna, ben, name="One")))
    second = await booked(await target_of(await together(ben, anna, name="Two")), NINE + HALF_HOUR)
    async with asyncio.timeout(PATIENCE_SECONDS):
        moved = await asyncio.gather(
            try_to_move(first, second.start, anna), try_to_move(second, first.start, ben)
        )
    assert {type(one) for one in moved} == {SlotTaken}
    await assert_claims_are_whole()


async def test_all_move_or_none(anna: Agent) -> None:
    anna, ben = await a_team(anna, "Ben")
    meeting = await booked(await target_of(await together(anna, ben)))
    await booked(await target_of(ben), NINE + 2 * HALF_HOUR)
    assert isinstance(await try_to_move(meeting, NINE + 2 * HALF_HOUR, anna), SlotTaken)
    await assert_claims_are_whole()
    assert isinstance(await try_to_move(meeting, NINE + HALF_HOUR, anna), Meeting)
    assert [claim.starts_at for claim in await Claim.filter(meeting_id=meeting.id)] == [NINE + HALF_HOUR] * 2
    await assert_claims_are_whole()


async def test_of_moves_and_cancellations_at_once_each_is_whole(anna: Agent) -> None:
    anna, ben = await a_team(anna, "Ben")
    target = await target_of(await together(anna, ben))
    for number in range(4):
        start = NINE + number * 4 * HALF_HOUR
        meeting = await booked(target, start)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(
                reschedule(
                    meeting.id,
                    Change(),
                    start=start + HALF_HOUR,
                    duration_minutes=None,
                    actor=acting(ben),
                    now=NOW,
                ),
                cancel(meeting.id, Change(), actor=acting(anna), now=NOW),
                return_exceptions=True,
            )
        assert (await Meeting.get(id=meeting.id)).status == "CANCELLED"
        await assert_claims_are_whole()
    assert await Claim.all().count() == 0


async def test_a_hold_has_the_time_of_all_of_them_and_becomes_their_meeting(anna: Agent) -> None:
    anna, ben = await a_team(anna, "Ben")
    target = await target_of(await together(ben, anna))
    held = await take(target)
    claims = await Claim.all()
    assert (len(claims), len({claim.hold_hash for claim in claims})) == (2, 1)
    for agent in (anna, ben):
        assert isinstance(await try_to_book(await target_of(agent)), SlotTaken)
    meeting = await booked(target, hold_token=held.token)
    assert await agents_of(meeting) == ["Anna", "Ben"]
    assert (await Conversation.get(id=meeting.conversation_id)).assignee_id == anna.id
    await assert_claims_are_whole()


async def test_a_hold_that_is_released_or_expires_frees_all_of_them(anna: Agent) -> None:
    target = await target_of(await together(*await a_team(anna, "Ben")))
    assert await release((await take(target)).token, now=NOW)
    assert await Claim.all().count() == 0
    held = await take(target)
    assert isinstance(await try_to_book(target, hold_token=held.token, now=held.expires_at), HoldExpired)
    assert isinstance(await try_to_hold(target, now=held.expires_at), Held)


async def test_a_hold_of_which_a_part_has_been_taken_by_a_faster_clock_is_gone(anna: Agent) -> None:
    anna, ben = await a_team(anna, "Ben")
    target = await target_of(await together(anna, ben))
    held = await take(target)
    await booked(await target_of(ben), now=held.expires_at)
    just_before = held.expires_at - timedelta(microseconds=1)
    assert isinstance(await try_to_book(target, hold_token=held.token, now=just_before), HoldExpired)
    assert await Meeting.all().count() == 1


async def test_of_releases_and_bookings_of_one_hold_at_once_one_has_all_of_it(anna: Agent) -> None:
    target = await target_of(await together(*await a_team(anna, "Ben", "Chandra")))
    for number in range(6):
        start = NINE + number * HALF_HOUR
        held = await take(target, start)
        async with asyncio.timeout(PATIENCE_SECONDS):
            outcomes = await asyncio.gather(
                *(try_to_book(target, start, f"Guest{n}", hold_token=held.token) for n in range(3)),
                *(release(held.token, now=NOW) for _ in range(3)),
            )
        won = [one for one in outcomes if isinstance(one, Meeting) or one is True]
        assert len(won) == 1
        await assert_claims_are_whole()
