"""A worker finds waiting conversations their owners, and ends offers that nobody took."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tortoise import connections

from models.agent.agent import Agent
from models.conversation.offer import Offer
from models.organization.service import Service
from models.queueing.attending import set_presence
from models.queueing.later import EXPIRE, FLOW, ROUTE, route_later
from models.transactions import transaction
from models.words import OfferStatus, Presence, Routing
from tests.builders import MONDAY, Clock, a_service, acting
from tests.jobs.conftest import Jobs
from tests.models.queueing.desk import a_conversation, offered, owner

MINUTE = timedelta(minutes=1)
SWEEP = "conversations.sweep"


@pytest.fixture
async def service(anna: Agent) -> Service:
    return await a_service(await anna.organization, anna)


async def comes(agent: Agent, clock: Clock) -> None:
    await set_presence(Presence.ONLINE, actor=acting(agent), now=clock())


async def test_a_conversation_is_offered_to_who_is_there(
    service: Service, anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    await comes(anna, clock)
    conversation = await a_conversation(service)
    async with transaction() as tx:
        await route_later(tx, conversation)
    await jobs.run()
    assert await offered(conversation) == {anna.id}
    [expiring] = await jobs.waiting(EXPIRE)
    assert expiring["scheduled_at"] == MONDAY + MINUTE


async def test_who_comes_is_offered_what_waits(service: Service, anna: Agent, jobs: Jobs, clock: Clock) -> None:
    conversation = await a_conversation(service)
    await comes(anna, clock)
    assert len(await jobs.waiting(FLOW)) == 1
    await jobs.run()
    assert await offered(conversation) == {anna.id}


async def test_at_its_time_an_offer_ends_and_the_conversation_goes_on(
    service: Service, anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    await comes(anna, clock)
    conversation = await a_conversation(service)
    await jobs.run()
    clock.advance(seconds=60)
    await jobs.hurry()
    statuses = [offer.status for offer in await Offer.all().order_by("id")]
    assert statuses == [OfferStatus.EXPIRED, OfferStatus.PENDING]
    assert await offered(conversation) == {anna.id}


async def test_a_job_that_comes_too_early_comes_again(
    service: Service, anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    await comes(anna, clock)
    await a_conversation(service)
    await jobs.run()
    clock.advance(seconds=59)
    await connections.get("default").execute_query(
        "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE task_name = %s", [EXPIRE]
    )
    await jobs.run()
    assert (await Offer.get()).status is OfferStatus.PENDING
    [again] = await jobs.waiting(EXPIRE)
    assert again["scheduled_at"] == MONDAY + MINUTE + timedelta(seconds=1)


async def test_what_lost_its_jobs_is_found_within_a_minute(
    service: Service, anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    await comes(anna, clock)
    first = await a_conversation(service)
    await jobs.run()
    second = await a_conversation(service)
    for task in (EXPIRE, FLOW, ROUTE):
        await jobs.forget(task)
    clock.advance(seconds=60)
    await jobs.run_periodic(SWEEP)
    assert await offered(first) == await offered(second) == {anna.id}
    assert await Offer.filter(status=OfferStatus.EXPIRED).count() == 1


async def test_automatically_a_worker_gives_it_away(
    service: Service, anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    await Service.filter(id=service.id).update(routing=Routing.ASSIGN_AUTOMATICALLY)
    conversation = await a_conversation(service)
    await comes(anna, clock)
    await jobs.run()
    assert await owner(conversation) == anna.id


async def test_what_is_gone_stops_nobody(jobs: Jobs) -> None:
    async with transaction() as tx:
        await tx.later(ROUTE, conversation_id=0)
        await tx.later(EXPIRE, offer_id=0)
        await tx.later(FLOW, service_id=None, agent_id=0)
    await jobs.run()
    assert await jobs.waiting(ROUTE, EXPIRE, FLOW) == []
