"""Whose turn it is, as bookings through the verb show it: each is decided by what was given until then."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from models.agent.agent import Agent
from models.hold import Held
from models.meeting.meeting import Meeting
from models.organization.service import Service, ServiceMember
from tests.builders import a_service
from tests.models.meeting.holding import HALF_HOUR, NINE, try_to_hold
from tests.models.meeting.teams import a_team, assert_claims_are_whole, target_of, together, try_to_book

STARTS = [NINE + timedelta(days=day) + n * HALF_HOUR for day in range(4) for n in range(12)]


async def weigh(service: Service, *weights: int) -> None:
    for member, weight in zip(await ServiceMember.all().order_by("agent_id"), weights, strict=True):
        await ServiceMember.filter(id=member.id).update(weight=weight)


async def shares() -> list[int]:
    """How many meetings each has been given, which is how many they have."""
    members = await ServiceMember.all().order_by("agent_id")
    assert [member.given_count for member in members] == [
        await Meeting.filter(agents__id=member.agent_id).count() for member in members
    ]
    return [member.given_count for member in members]


async def test_bookings_at_once_are_shared_by_weight_to_the_last_one(anna: Agent) -> None:
    service = await a_service(await anna.organization, *await a_team(anna, "Ben", "Chandra"))
    await weigh(service, 3, 2, 1)
    target = await target_of(service)
    await asyncio.gather(*(try_to_book(target, start, f"Guest{n}") for n, start in enumerate(STARTS)))
    assert await shares() == [24, 16, 8]
    await assert_claims_are_whole()


async def test_what_is_held_first_is_given_in_turn_too(anna: Agent) -> None:
    service = await a_service(await anna.organization, *await a_team(anna, "Ben"))
    await weigh(service, 1, 2)
    target = await target_of(service)
    for number, start in enumerate(STARTS[:12]):
        held = await try_to_hold(target, start) if number % 2 else None
        token = held.token if isinstance(held, Held) else None
        assert isinstance(await try_to_book(target, start, f"Guest{number}", hold_token=token), Meeting)
    assert await shares() == [4, 8]


async def test_those_who_hold_meetings_together_take_turns_too(anna: Agent) -> None:
    target = await target_of(await together(*await a_team(anna, "Ben", "Chandra", "Dora"), required_agents=2))
    await asyncio.gather(*(try_to_book(target, start, f"Guest{n}") for n, start in enumerate(STARTS[:24])))
    assert await shares() == [12, 12, 12, 12]


async def test_who_was_away_for_long_is_given_some_turns_more_and_not_all_that_they_missed(anna: Agent) -> None:
    service = await a_service(await anna.organization, *await a_team(anna, "Ben"))
    await ServiceMember.filter(service_id=service.id, agent_id=anna.id).update(given_count=100)
    target = await target_of(service)
    names = []
    for number, start in enumerate(STARTS[:12]):
        meeting = await try_to_book(target, start, f"Guest{number}")
        assert isinstance(meeting, Meeting)
        names += [agent.name for agent in await meeting.agents]
    assert names[:5] == ["Ben"] * 5
    assert 3 <= names[5:].count("Anna") <= 4
