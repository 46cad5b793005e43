"""Limits of how many meetings of a kind an agent has on a day and in a week, under races."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from errors import AgentUnavailable, LimitReached, Refused, SlotTaken
from models.agent.agent import Agent
from models.claim import Claim
from models.hold import Held, release
from models.meeting.changing import Change
from models.meeting.meeting import Meeting
from models.meeting.reassigning import reassign
from tests.builders import a_service, acting
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW, take, try_to_hold
from tests.models.meeting.teams import (
    a_planned_subject,
    a_team,
    assert_claims_are_whole,
    booked,
    target_of,
    together,
    try_to_book,
    try_to_move,
)
from tests.waiting import PATIENCE_SECONDS

DAY = timedelta(days=1)


async def test_holds_count_and_count_no_more_when_they_are_released(anna: Agent) -> None:
    subject = await a_planned_subject([anna], max_per_agent_per_day=1)
    target = await target_of(anna, subject_id=subject.id)
    held = await take(target)
    later = NINE + 4 * HALF_HOUR
    assert isinstance(await try_to_book(target, later), LimitReached)
    assert isinstance(await try_to_hold(target, later), LimitReached)
    await booked(await target_of(anna), later)  # of another kind
    await release(held.token, now=NOW)
    await booked(target)


async def test_a_hold_becomes_a_meeting_though_it_is_the_last_of_the_day(anna: Agent) -> None:
    subject = await a_planned_subject([anna], max_per_agent_per_day=1)
    target = await target_of(anna, subject_id=subject.id)
    held = await take(target)
    await booked(target, hold_token=held.token)


async def test_a_meeting_that_moves_within_the_day_does_not_count_itself(anna: Agent) -> None:
    subject = await a_planned_subject([anna], max_per_agent_per_day=1)
    target = await target_of(anna, subject_id=subject.id)
    meeting = await booked(target)
    await booked(target, NINE + DAY)
    assert isinstance(await try_to_move(meeting, NINE + HALF_HOUR, anna), Meeting)
    assert isinstance(await try_to_move(meeting, NINE + DAY + HALF_HOUR, anna), LimitReached)


async def test_who_has_as_many_as_they_may_is_not_given_another_ones(anna: Agent) -> None:
    anna, ben = await a_team(anna, "Ben")
    subject = await a_planned_subject([anna, ben], max_per_agent_per_day=1)
    meeting = await booked(await target_of(anna, subject_id=subject.id))
    await booked(await target_of(ben, subject_id=subject.id), NINE + HALF_HOUR)
    with pytest.raises(AgentUnavailable):
        await reassign(meeting.id, ben.id, Change(), actor=acting(anna), now=NOW)


@pytest.mark.parametrize(("limit", "days"), [("max_per_agent_per_day", 1), ("max_per_agent_per_week", 4)])
async def test_however_many_hold_and_book_at_once_an_agent_has_no_more_than_they_may(
    anna: Agent, limit: str, days: int
) -> None:
    """All at other times: no claim is in another's way."""
    subject = await a_planned_subject([anna], **{limit: 3})
    target = await target_of(anna, subject_id=subject.id)
    starts = [NINE + (n % days) * DAY + n // days * HALF_HOUR for n in range(16)]

    async def client(number: int) -> Meeting | Held | Refused:
        start = starts[number]
        return await (
            try_to_hold(target, start) if number % 3 == 0 else try_to_book(target, start, f"Guest{number}")
        )

    outcomes = await asyncio.gather(*map(client, range(16)))
    assert sum(isinstance(one, Meeting | Held) for one in outcomes) == 3
    assert {type(one) for one in outcomes if isinstance(one, Refused)} == {LimitReached}
    assert await Claim.all().count() == 3


async def test_of_a_team_each_has_no_more_than_they_may_however_they_are_asked(anna: Agent) -> None:
    """Through two services, one that takes two of them together, and by themselves."""
    anna, ben = await a_team(anna, "Ben")
    subject = await a_planned_subject([anna, ben], max_per_agent_per_day=2)
    either = await a_service(await anna.organization, anna, ben, name="Either")
    both = await together(ben, anna, name="Both")
    targets = [await target_of(one, subject_id=subject.id) for one in (either, both)]
    targets += [await target_of(one, subject_id=subject.id) for one in (anna, ben)]
    tries = [(targets[n % 4], NINE + n % 16 * HALF_HOUR) for n in range(48)]
    async with asyncio.timeout(PATIENCE_SECONDS):
        outcomes = await asyncio.gather(
            *(try_to_book(target, start, f"Guest{n}") for n, (target, start) in enumerate(tries))
        )
    assert {type(one) for one in outcomes} <= {Meeting, LimitReached, SlotTaken}
    for agent in (anna, ben):
        assert await Claim.filter(agent_id=agent.id).count() == 2
    await assert_claims_are_whole()
