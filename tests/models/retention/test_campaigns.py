"""Whom a campaign was sent to is forgotten with the contact, or when it is outdated; how far it came stays."""

from __future__ import annotations

import pytest

from models.campaign.campaign import Campaign, CampaignRecipient
from models.campaign.counting import tallies
from models.campaign.hearing import keep_delivery, reference_of
from models.contact.contact import Contact
from models.keyring import Keyring
from models.organization.organization import Organization
from models.words import MessageStatus
from providers.messaging.protocol import Delivered, Delivery
from tests.builders import MONDAY, an_organization
from tests.jobs.campaigning import Desk, a_desk
from tests.models.retention.nights import DAY, LAST_DAY, MINUTE, purge, purging


@pytest.fixture
async def desk(organization: Organization, keys: Keyring) -> Desk:
    return await a_desk(organization, keys)


async def a_sent_campaign(desk: Desk) -> Campaign:
    """One that was sent to one contact, on the Monday."""
    campaign = await desk.campaign(now=MONDAY)
    contact = await desk.contact(1)
    await CampaignRecipient.create(
        organization_id=campaign.organization_id,
        campaign=campaign,
        contact=contact,
        phone=contact.phone,
        status=MessageStatus.READ,
        message_id="wamid.1",
    )
    await Campaign.filter(id=campaign.id).update(status="DONE", ended_at=MONDAY)
    return campaign


async def test_with_a_contact_the_number_goes_and_the_count_stays(desk: Desk) -> None:
    campaign = await a_sent_campaign(desk)
    await Contact.all().delete()
    row = await CampaignRecipient.get()
    assert (row.contact_id, row.phone, row.message_id) == (None, None, None)
    assert await tallies([campaign.id]) == [{MessageStatus.READ: 1}]


async def test_what_is_told_later_brings_no_number_back(desk: Desk) -> None:
    campaign = await a_sent_campaign(desk)
    await CampaignRecipient.all().update(status=MessageStatus.SENT)
    await Contact.all().delete()
    row = await CampaignRecipient.get()
    await keep_delivery(desk.account.id, Delivery("wamid.1", Delivered.READ, reference=reference_of(row.id)))
    assert (await CampaignRecipient.get()).message_id is None
    assert await tallies([campaign.id]) == [{MessageStatus.READ: 1}]


async def test_what_is_outdated_is_forgotten_at_midnight_and_what_is_not_stays(
    desk: Desk, organization: Organization, keys: Keyring
) -> None:
    other = await a_desk(await an_organization("rival"), keys)
    campaign, theirs = await a_sent_campaign(desk), await a_sent_campaign(other)
    waiting = await desk.campaign(now=MONDAY, scheduled_at=MONDAY + DAY)
    await purging(organization)
    await purge(organization, now=LAST_DAY)
    assert await CampaignRecipient.filter(phone__isnull=False).count() == 2
    await purge(organization, now=LAST_DAY + MINUTE)
    assert await CampaignRecipient.filter(phone__isnull=False).values_list("campaign_id", flat=True) == [
        theirs.id
    ]
    assert await tallies([campaign.id, waiting.id]) == [{MessageStatus.READ: 1}, {MessageStatus.QUEUED: 1}]
