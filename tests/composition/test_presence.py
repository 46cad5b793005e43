"""A process keeps those at their desks who follow their inboxes there, and looks after those of others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from composition.presence import Pulse
from models.agent.agent import Agent
from models.agent.heartbeat import GRACE, LASTS
from models.agent.presence import AgentHeartbeat, AgentPresence
from models.queueing.attending import set_presence
from models.queueing.lapsing import lapse_silent
from models.transactions import transaction
from models.words import Presence
from realtime.tabs import Tabs
from tests.builders import Clock, acting
from tests.waiting import lock_waits, until

OFTEN = 0.05


@asynccontextmanager
async def process(
    clock: Callable[[], datetime], *, seconds: float = OFTEN, is_leaving: Callable[[], bool] = lambda: False
) -> AsyncIterator[Tabs]:
    tabs = Tabs()
    pulse = Pulse(tabs, clock=clock, is_leaving=is_leaving, seconds=seconds)
    task = asyncio.create_task(pulse.run())
    try:
        yield tabs
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def is_alive_until(agent: Agent, then: datetime) -> bool:
    return await AgentHeartbeat.filter(agent_id=agent.id, alive_until=then).exists()


async def is_now(agent: Agent, presence: Presence) -> bool:
    return await AgentPresence.filter(agent_id=agent.id, presence=presence).exists()


@pytest.fixture
async def at_work(anna: Agent, clock: Clock) -> Agent:
    await set_presence(Presence.ONLINE, actor=acting(anna), now=clock())
    return anna


async def test_who_has_a_window_open_stays_for_hours(at_work: Agent, clock: Clock) -> None:
    async with process(clock) as here, process(clock):
        with here.open(at_work.id):
            for _ in range(5):
                clock.advance(minutes=90)
                await until(lambda: is_alive_until(at_work, clock() + LASTS))
                await until(lambda: is_now(at_work, Presence.ONLINE))


async def test_who_closes_the_last_of_their_windows_goes_after_a_moment(at_work: Agent, clock: Clock) -> None:
    async with process(clock) as one, process(clock) as other:
        clock.advance(seconds=30)
        with one.open(at_work.id), other.open(at_work.id):
            await until(lambda: is_alive_until(at_work, clock() + LASTS))
        await until(lambda: is_alive_until(at_work, clock() + GRACE))
        clock.advance(seconds=GRACE.total_seconds())
        await until(lambda: is_now(at_work, Presence.OFFLINE))


async def test_a_window_in_another_process_keeps_them(at_work: Agent, clock: Clock) -> None:
    async with process(clock) as one, process(clock) as other:
        with other.open(at_work.id):
            clock.advance(seconds=30)
            with one.open(at_work.id):
                await until(lambda: is_alive_until(at_work, clock() + LASTS))
            clock.advance(seconds=30)
            await until(lambda: is_alive_until(at_work, clock() + LASTS))


async def test_a_process_that_leaves_gives_them_time_to_come_back_elsewhere(
    at_work: Agent, clock: Clock
) -> None:
    async with process(clock, is_leaving=lambda: True) as here:
        with here.open(at_work.id):
            clock.advance(seconds=30)
            await until(lambda: is_alive_until(at_work, clock() + LASTS))
        clock.advance(seconds=1)
        with here.open(at_work.id):  # a beat after the one that would have told that they had left
            await until(lambda: is_alive_until(at_work, clock() + LASTS))


async def test_those_of_a_process_that_died_are_gone_once_they_have_been_silent(
    at_work: Agent, clock: Clock
) -> None:
    async with process(clock) as dying:
        with dying.open(at_work.id):
            clock.advance(seconds=30)
            await until(lambda: is_alive_until(at_work, clock() + LASTS))
            async with process(clock):
                pass
    await AgentHeartbeat.all().update(alive_until=clock() + LASTS)  # as a death leaves it
    async with process(clock):
        clock.advance(seconds=LASTS.total_seconds())
        await until(lambda: is_now(at_work, Presence.OFFLINE))


async def test_who_comes_back_to_another_process_soon_is_what_they_were(at_work: Agent, clock: Clock) -> None:
    clock.advance(seconds=LASTS.total_seconds())
    await lapse_silent(now=clock())
    async with process(clock) as here:
        with here.open(at_work.id):
            await until(lambda: is_now(at_work, Presence.ONLINE))


async def test_a_process_that_has_just_started_takes_nobody_for_gone(at_work: Agent, clock: Clock) -> None:
    """They are to come back first; it is enough that they do so within two beats."""
    clock.advance(seconds=LASTS.total_seconds())
    async with process(clock, seconds=0.5) as here:
        await asyncio.sleep(0)
        with here.open(at_work.id):
            await until(lambda: is_alive_until(at_work, clock() + LASTS))
            presence = await AgentPresence.get(agent_id=at_work.id)
            assert (presence.presence, presence.since) == (Presence.ONLINE, clock() - LASTS)


async def test_while_the_database_is_away_nobody_is_taken_for_gone_and_then_the_others_speak_first(
    at_work: Agent, anna: Agent, clock: Clock
) -> None:
    """The heartbeats can be read, and not be written for longer than they last."""
    ticks: list[None] = []

    async def tick(here: Collection[int], left: Collection[int]) -> None:
        ticks.append(None)

    async def have_passed() -> bool:
        return len(ticks) > 10

    async with process(clock, seconds=0.2) as here:
        with here.open(at_work.id):
            await until(lambda: is_alive_until(at_work, clock() + LASTS))
            async with transaction() as tx:
                await tx.rows("LOCK TABLE agent_heartbeat IN EXCLUSIVE MODE")
                clock.advance(minutes=10)
                await until(lock_waits)
                ticking = asyncio.create_task(Tabs().run(tick, seconds=0.2))
                await until(have_passed)
                ticking.cancel()
            await until(lambda: is_alive_until(at_work, clock() + LASTS))
            kept = await AgentPresence.get(agent_id=anna.id)
    assert kept.presence is Presence.ONLINE and not kept.lapsed
    assert kept.since < clock() - LASTS
