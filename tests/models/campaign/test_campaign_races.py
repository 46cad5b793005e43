"""Campaigns that are started, sent, cancelled and done at the same moment, each on a connection of its own."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from errors import AlreadyDecided, Invalid, NotFound
from models.campaign.campaign import Campaign, CampaignRecipient
from models.campaign.outcome import finish, give_back
from models.campaign.planning import cancel_campaign
from models.campaign.sending import Batch, begin_batch, take_up
from models.campaign.starting import start
from models.desk.contact_list import ContactList
from models.desk.listing import delete_contact_list
from models.idempotency import Once
from models.keyring import Keyring
from models.organization.organization import Organization
from models.words import CampaignStatus, MessageStatus
from tests.builders import MONDAY, acting
from tests.jobs.campaigning import Desk, a_desk, statuses
from tests.waiting import lock_waits, until


@pytest.fixture
async def desk(organization: Organization, keys: Keyring) -> Desk:
    return await a_desk(organization, keys)


async def running(desk: Desk, people: int, keys: Keyring) -> Batch:
    for number in range(people):
        await desk.contact(number)
    campaign = await desk.campaign(now=MONDAY)
    await start(campaign.id, now=MONDAY)
    batch = await begin_batch(desk.account.id, keys=keys, public_url="https://desk.example", now=MONDAY)
    assert batch is not None
    return batch


async def test_of_many_who_start_a_campaign_one_does(desk: Desk) -> None:
    for number in range(10):
        await desk.contact(number)
    campaign = await desk.campaign(now=MONDAY)
    await asyncio.gather(*(start(campaign.id, now=MONDAY) for _ in range(6)))
    assert await statuses(campaign) == ["QUEUED"] * 10
    assert (await Campaign.get()).version == 2


async def test_a_recipient_is_taken_up_once_however_many_look_for_one(desk: Desk, keys: Keyring) -> None:
    batch = await running(desk, 30, keys)
    turns = await asyncio.gather(*(take_up(batch, now=MONDAY) for _ in range(40)))
    taken = [turn.recipient_id for turn in turns if turn is not None]
    assert len(taken) == len(set(taken)) == 30
    assert set(await statuses(batch.campaign)) == {"UNKNOWN"}


async def test_nobody_is_taken_up_of_a_campaign_that_is_being_cancelled(
    desk: Desk, keys: Keyring, database_url: str
) -> None:
    batch = await running(desk, 1, keys)
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute("UPDATE campaign SET status = 'CANCELLED' WHERE id = %s", [batch.campaign.id])
        turn = asyncio.create_task(take_up(batch, now=MONDAY))
        await until(lock_waits)
        await other.commit()
    assert await turn is None
    assert await statuses(batch.campaign) == ["QUEUED"]


async def test_a_campaign_is_cancelled_or_started_and_never_half_of_both(desk: Desk) -> None:
    await desk.contact(1)
    for _ in range(10):
        campaign = await desk.campaign(now=MONDAY)
        await asyncio.gather(
            start(campaign.id, now=MONDAY), cancel_campaign(campaign.id, actor=acting(desk.ada), now=MONDAY)
        )
        ended = await Campaign.get(id=campaign.id)
        assert ended.status is CampaignStatus.CANCELLED
        assert (ended.started_at is not None) == (await statuses(campaign) == ["QUEUED"])


async def test_a_campaign_is_cancelled_or_done_and_only_one_of_both(desk: Desk, keys: Keyring) -> None:
    for _ in range(10):
        campaign = await desk.campaign(now=MONDAY)
        await start(campaign.id, now=MONDAY)
        _, cancelled = await asyncio.gather(
            finish(campaign.id, now=MONDAY),
            cancel_campaign(campaign.id, actor=acting(desk.ada), now=MONDAY),
            return_exceptions=True,
        )
        ended = await Campaign.get(id=campaign.id)
        is_late = isinstance(cancelled, AlreadyDecided)
        assert ended.status is (CampaignStatus.DONE if is_late else CampaignStatus.CANCELLED)
        assert ended.version == 3


async def test_who_comes_back_unsent_once_the_campaign_is_done_has_failed(desk: Desk, keys: Keyring) -> None:
    batch = await running(desk, 1, keys)
    turn = await take_up(batch, now=MONDAY)
    assert turn is not None
    assert await finish(batch.campaign.id, now=MONDAY)
    await give_back(turn.recipient_id, "The provider is down.", campaign_id=batch.campaign.id)
    row = await CampaignRecipient.get()
    assert (row.status, row.error) == (MessageStatus.FAILED, "The provider is down.")


async def test_a_campaign_is_not_done_while_somebody_comes_back_unsent(
    desk: Desk, keys: Keyring, database_url: str
) -> None:
    batch = await running(desk, 1, keys)
    turn = await take_up(batch, now=MONDAY)
    assert turn is not None
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute("SELECT FROM campaign WHERE id = %s FOR SHARE", [batch.campaign.id])
        await other.execute("UPDATE campaign_recipient SET status = 'QUEUED'")
        ending = asyncio.create_task(finish(batch.campaign.id, now=MONDAY))
        await until(lock_waits)
        await other.commit()
    assert not await ending
    assert (await Campaign.get()).status is CampaignStatus.RUNNING


async def test_a_request_that_comes_many_times_at_once_makes_one_campaign(desk: Desk) -> None:
    once = Once(desk.ada.organization_id, acting(desk.ada).key, "createCampaign", "key", "the same")
    made = await asyncio.gather(*(desk.campaign(now=MONDAY, once=once) for _ in range(5)))
    assert len({one.id for one in made}) == 1
    assert await Campaign.all().count() == 1


async def test_no_campaign_is_left_with_a_list_that_is_deleted(desk: Desk) -> None:
    made, deleted = await asyncio.gather(
        desk.campaign(now=MONDAY),
        delete_contact_list(desk.customers.id, actor=acting(desk.ada)),
        return_exceptions=True,
    )
    is_there = await ContactList.filter(id=desk.customers.id).exists()
    assert is_there == (await Campaign.all().count() == 1)
    assert isinstance(deleted, Invalid) if is_there else isinstance(made, NotFound)
