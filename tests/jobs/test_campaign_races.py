"""Workers that send one campaign at once, and are killed on their way: nobody is ever written to twice."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from jobs.campaigns import LANES
from models.campaign.campaign import Campaign
from models.campaign.starting import start
from models.keyring import Keyring
from models.organization.organization import Organization
from models.words import CampaignStatus
from tests.builders import Clock
from tests.jobs.campaigning import Desk, a_desk, statuses
from tests.waiting import until

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Twilio:
    """Takes messages, and counts them by whom they are for; while it `hangs`, it takes them and does not answer."""

    asked: Counter[str] = field(default_factory=Counter)
    hangs: bool = False
    address: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        to = str((await request.post())["To"]).removeprefix("whatsapp:")
        self.asked[to] += 1
        if self.hangs:
            await asyncio.Event().wait()
        return web.json_response({"sid": f"SM{self.asked.total():032x}", "status": "queued"}, status=201)

    async def has_been_asked(self) -> bool:
        return bool(self.asked)


@pytest.fixture
async def twilio() -> AsyncIterator[Twilio]:
    provider = Twilio()
    site = web.Application()
    site.router.add_post("/{path:.*}", provider.answer)
    server = TestServer(site)
    await server.start_server(shutdown_timeout=0)
    provider.address = str(server.make_url("")).rstrip("/")
    yield provider
    await server.close()


@pytest.fixture
async def desk(organization: Organization, keys: Keyring) -> Desk:
    return await a_desk(organization, keys)


async def a_campaign(desk: Desk, people: int, clock: Clock) -> Campaign:
    """One that has started, to so many people."""
    for number in range(people):
        await desk.contact(number)
    campaign = await desk.campaign(now=clock())
    await start(campaign.id, now=clock())
    return campaign


async def a_worker(database_url: str, twilio: Twilio, *how: str) -> Process:
    command = (sys.executable, "-m", "tests.jobs.campaign_worker", database_url, twilio.address, *how)
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT)


async def is_done(campaign: Campaign) -> bool:
    return (await Campaign.get(id=campaign.id)).status is CampaignStatus.DONE


async def test_of_workers_that_send_at_the_same_moment_each_writes_to_others(
    desk: Desk, twilio: Twilio, clock: Clock, database_url: str
) -> None:
    campaign = await a_campaign(desk, 150, clock)
    workers = [await a_worker(database_url, twilio) for _ in range(2)]
    assert [await worker.wait() for worker in workers] == [0, 0]
    assert len(twilio.asked) == 150
    assert set(twilio.asked.values()) == {1}
    assert set(await statuses(campaign)) == {"SENT"}
    assert await is_done(campaign)


async def test_who_was_taken_up_by_a_worker_that_was_killed_is_written_to_by_nobody_else(
    desk: Desk, twilio: Twilio, clock: Clock, database_url: str
) -> None:
    campaign = await a_campaign(desk, 20, clock)
    worker = await a_worker(database_url, twilio, "dying")
    assert await worker.wait() == -signal.SIGKILL
    lost = Counter(await statuses(campaign))
    assert 1 <= lost["UNKNOWN"] <= LANES
    assert twilio.asked.total() == 0
    assert await (await a_worker(database_url, twilio)).wait() == 0
    assert set(twilio.asked.values()) == {1}
    assert Counter(await statuses(campaign)) == {"SENT": 20 - lost["UNKNOWN"], "UNKNOWN": lost["UNKNOWN"]}
    assert await is_done(campaign)


async def test_who_was_written_to_by_a_worker_that_was_killed_is_not_written_to_again(
    desk: Desk, twilio: Twilio, clock: Clock, database_url: str
) -> None:
    campaign = await a_campaign(desk, 20, clock)
    twilio.hangs = True
    worker = await a_worker(database_url, twilio)
    await until(twilio.has_been_asked)
    worker.kill()
    await worker.wait()
    twilio.hangs = False
    assert await (await a_worker(database_url, twilio)).wait() == 0
    assert set(twilio.asked.values()) == {1}
    after = Counter(await statuses(campaign))
    assert 1 <= after["UNKNOWN"] <= LANES
    assert after["SENT"] == 20 - after["UNKNOWN"]
    assert await is_done(campaign)


async def test_of_two_workers_at_once_one_is_killed_and_nobody_is_written_to_twice(
    desk: Desk, twilio: Twilio, clock: Clock, database_url: str
) -> None:
    campaign = await a_campaign(desk, 150, clock)
    doomed, other = await asyncio.gather(a_worker(database_url, twilio), a_worker(database_url, twilio))
    await until(twilio.has_been_asked)
    doomed.kill()
    await doomed.wait()
    assert await other.wait() == 0
    assert set(twilio.asked.values()) == {1}
    after = Counter(await statuses(campaign))
    assert after["SENT"] + after["UNKNOWN"] == 150
    assert after["UNKNOWN"] <= LANES
    assert await is_done(campaign)
