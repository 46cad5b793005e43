"""Whatever many clients do at once, in whatever order: no time is taken twice, and nothing is left half done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

import pytest

from errors import Refused
from models.agent.agent import Agent
from models.availability.target import Target
from models.hold import Held, release
from models.meeting.changing import Change, cancel
from models.meeting.meeting import Meeting
from models.meeting.reassigning import reassign
from models.words import Role
from tests.builders import a_service, acting, an_agent
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW, try_to_hold
from tests.models.meeting.teams import (
    a_planned_subject,
    a_team,
    assert_claims_are_whole,
    deadlocks,
    rows,
    target_of,
    together,
    try_to_book,
    try_to_move,
)
from tests.waiting import PATIENCE_SECONDS

STARTS = [NINE + n * HALF_HOUR for n in range(8)]


@dataclass(slots=True)
class Client:
    """Does one thing after the other, with what it, or anybody, has held and booked before."""

    chance: Random
    targets: Sequence[Target]
    agents: Sequence[Agent]
    planner: Agent
    meetings: list[Meeting]
    held: list[tuple[Target, Held]] = field(default_factory=list)
    moves: bool = True
    gives: bool = True

    async def act(self) -> None:
        acts: list[Callable[[], Awaitable[object]]] = [self.book, self.hold, self.book, self.hold]
        if self.held:
            acts += [self.use, self.use, self.release]
        if self.meetings:
            acts += [self.cancel, *[self.move, self.move] * self.moves, *[self.give, self.give] * self.gives]
        try:
            await self.chance.choice(acts)()
        except Refused:
            return

    def start(self) -> datetime:
        return self.chance.choice(STARTS)

    async def book(self) -> None:
        self.keep(await try_to_book(self.chance.choice(self.targets), self.start(), self.name()))

    async def hold(self) -> None:
        target = self.chance.choice(self.targets)
        outcome = await try_to_hold(target, self.start())
        if isinstance(outcome, Held):
            self.held.append((target, outcome))

    async def use(self) -> None:
        target, held = self.held.pop(self.chance.randrange(len(self.held)))
        outcome = await try_to_book(target, held.start, self.name(), hold_token=held.token)
        assert isinstance(outcome, Meeting), outcome
        self.keep(outcome)

    async def release(self) -> None:
        _, held = self.held.pop(self.chance.randrange(len(self.held)))
        assert await release(held.token, now=NOW)

    async def move(self) -> None:
        await try_to_move(self.chance.choice(self.meetings), self.start(), self.planner)

    async def cancel(self) -> None:
        await cancel(self.chance.choice(self.meetings).id, Change(), actor=acting(self.planner), now=NOW)

    async def give(self) -> None:
        meeting, agent = self.chance.choice(self.meetings), self.chance.choice(self.agents)
        await reassign(meeting.id, agent.id, Change(), actor=acting(self.planner), now=NOW)

    def keep(self, outcome: Meeting | Refused) -> None:
        if isinstance(outcome, Meeting):
            self.meetings.append(outcome)

    def name(self) -> str:
        return f"Guest{self.chance.randrange(1_000_000)}"


async def run(clients: Sequence[Client], *, acts: int) -> None:
    async def go(client: Client) -> None:
        for _ in range(acts):
            await client.act()

    before = await deadlocks()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*map(go, clients))
    assert await deadlocks() == before


@pytest.mark.parametrize("seed", range(4))
async def test_of_agents_alone_in_turn_and_together_no_minute_is_taken_twice(anna: Agent, seed: int) -> None:
    team = await a_team(anna, "Ben", "Chandra")
    organization, chance = await anna.organization, Random(seed)
    planner = await an_agent(organization, "Pia", role=Role.BOOKING_MANAGER)
    subject = await a_planned_subject(
        team, buffer_before_minutes=5, buffer_after_minutes=10, max_per_agent_per_day=4
    )
    in_turn = await a_service(organization, *team, name="In turn")
    services = [in_turn, await together(*team, required_agents=2), await together(*team[::-1], name="All")]
    targets = [await target_of(one) for one in services] + [await target_of(one) for one in team]
    targets += [await target_of(one, subject_id=subject.id) for one in services]
    meetings: list[Meeting] = []
    clients = [Client(Random(chance.random()), targets, team, planner, meetings) for _ in range(10)]
    await run(clients, acts=12)
    await assert_claims_are_whole()
    assert not await rows(
        "SELECT agent_id FROM claim WHERE subject_id IS NOT NULL GROUP BY agent_id HAVING count(*) > 4"
    )
    held = sum(len(client.held) for client in clients)
    assert await rows("SELECT count(DISTINCT hold_hash)::int AS held FROM claim") == [{"held": held}]


@pytest.mark.parametrize("seed", range(4))
async def test_a_pool_is_never_asked_for_more_than_it_has(anna: Agent, seed: int) -> None:
    """Nobody moves what somebody else gives away: one's own meeting an agent may move at will, and leave too few."""
    team, chance = await a_team(anna, "Ben", "Chandra"), Random(seed)
    planner = await an_agent(await anna.organization, "Pia", role=Role.BOOKING_MANAGER)
    service = await a_service(await anna.organization, *team, assign_on_booking=False)
    targets = [await target_of(service), await target_of(service, duration_minutes=60)]
    clients = [
        Client(
            Random(chance.random()), targets, team, planner, [], moves=number % 2 == 0, gives=number % 2 == 1
        )
        for number in range(16)
    ]
    await run(clients, acts=10)
    await assert_claims_are_whole()
    assert not await rows(
        'WITH taken AS (SELECT starts_at, ends_at FROM claim UNION ALL SELECT start, "end" FROM meeting'
        " WHERE status = 'SCHEDULED' AND NOT EXISTS (SELECT FROM meeting_agent WHERE meeting_id = meeting.id))"
        " SELECT starts_at FROM (SELECT DISTINCT starts_at FROM taken) moment WHERE (SELECT count(*) FROM taken"
        " WHERE taken.starts_at <= moment.starts_at AND taken.ends_at > moment.starts_at) > 3"
    )
