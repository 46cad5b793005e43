"""Campaigns start when it is time, and each of their recipients is sent the template once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobs import campaigns
from models.audit.entry import AuditEntry
from models.campaign.campaign import Campaign, CampaignRecipient
from models.campaign.filling import Value
from models.campaign.planning import cancel_campaign
from models.channel.account import ChannelAccount
from models.channel.address import webhook_url
from models.channel.template import MessageTemplate
from models.contact.contact import Contact
from models.contact.merging import merge_contacts
from models.desk.contact_list import ContactList
from models.keyring import Keyring
from models.organization.organization import Organization
from models.words import CampaignField, CampaignStatus, MessageStatus
from tests.builders import Clock, a_contact, acting
from tests.jobs.campaigning import HELLO, TWILIO, Desk, a_desk, statuses
from tests.jobs.conftest import Jobs, Post

SEND, DUE = "campaigns.send", "campaigns.start_due"


@pytest.fixture
async def desk(organization: Organization, keys: Keyring, post_office: Post) -> Desk:
    post_office.messages.templates = [HELLO]
    return await a_desk(organization, keys)


async def fresh(campaign: Campaign) -> Campaign:
    return await Campaign.get(id=campaign.id)


async def test_everybody_in_the_list_is_sent_the_template_filled_for_them(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock, keys: Keyring
) -> None:
    grace = await desk.contact(1, name="Grace  Guest", custom_fields={"plan": "Gold"})
    heidi = await desk.contact(2, name="Heidi", custom_fields={"plan": ""})
    campaign = await desk.campaign(now=clock())
    await jobs.run()
    assert post_office.opened == [TWILIO]
    sent = {message.to: message for message in post_office.messages.sent}
    assert {to: message.values for to, message in sent.items()} == {
        grace.phone: {"1": "Grace Guest", "2": "Gold"},
        heidi.phone: {"1": "Heidi", "2": "the usual"},
    }
    first = sent[str(grace.phone)]
    assert (first.sender, first.template_id, first.name, first.language) == (
        desk.account.address,
        HELLO.id,
        "hello",
        "it",
    )
    assert first.news_url == webhook_url(desk.account.id, keys=keys, public_url="https://desk.example")
    ended = await fresh(campaign)
    assert (ended.status, ended.ended_at) == (CampaignStatus.DONE, clock())
    assert ended.failure is None
    assert await statuses(campaign) == ["SENT", "SENT"]
    account = await ChannelAccount.get()
    assert (account.last_outbound_at, account.is_well) == (clock(), True)


async def test_a_number_is_written_to_once_and_who_has_none_or_is_elsewhere_not_at_all(
    desk: Desk, organization: Organization, jobs: Jobs, post_office: Post, clock: Clock
) -> None:
    await desk.contact(1)
    await desk.contact(1, name="The same number")
    await desk.contact(2, phone=None)
    await desk.contact(3, phone="06 555 0100")
    other = await ContactList.create(organization=organization, name="Others")
    await desk.contact(4, contact_list=other)
    await a_contact(organization, phone="+3933300005")
    campaign = await desk.campaign(now=clock())
    await jobs.run()
    assert [(one.to, one.values["1"]) for one in post_office.messages.sent] == [("+393330000001", "Guest 1")]
    assert await statuses(campaign) == ["SENT"]


async def test_who_was_merged_is_sent_it_as_who_they_are_by_now(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock
) -> None:
    first, before = await desk.contact(1), await desk.contact(2)
    await merge_contacts(first.id, before.id, actor=acting(desk.ada), now=clock())
    nameless = await desk.contact(3, phone=None, name="Heidi")
    numbered, moved = await desk.contact(4), await desk.contact(5)
    post_office.messages.go_down()
    campaign = await desk.campaign(now=clock())
    await jobs.run()
    assert await statuses(campaign) == ["QUEUED"] * 3
    await merge_contacts(nameless.id, numbered.id, actor=acting(desk.ada), now=clock())
    await merge_contacts(first.id, moved.id, actor=acting(desk.ada), now=clock())
    post_office.messages.recover()
    await jobs.hurry()
    sent = {message.to: message.values["1"] for message in post_office.messages.sent}
    assert sent == {first.phone: "Guest 1", numbered.phone: "Heidi"}
    assert await statuses(campaign) == ["SENT", "SENT", "FAILED"]


async def test_who_is_in_two_campaigns_is_sent_two_messages(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock
) -> None:
    await desk.contact(1)
    for _ in range(2):
        await desk.campaign(now=clock())
    await jobs.run()
    await jobs.hurry()
    assert [one.to for one in post_office.messages.sent] == ["+393330000001"] * 2
    assert {one.status for one in await Campaign.all()} == {CampaignStatus.DONE}


async def test_a_campaign_starts_at_its_time_with_whoever_is_in_the_list_then(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock
) -> None:
    leaving = await desk.contact(1)
    at = clock() + timedelta(hours=3)
    campaign = await desk.campaign(now=clock(), scheduled_at=at)
    await leaving.delete()
    await desk.contact(2)
    clock.advance(hours=2, minutes=59)
    await jobs.run_periodic(DUE)
    assert (await fresh(campaign)).status is CampaignStatus.SCHEDULED
    assert post_office.messages.asked == 0
    clock.advance(minutes=1)
    await jobs.run_periodic(DUE)
    assert [one.to for one in post_office.messages.sent] == ["+393330000002"]
    assert (await fresh(campaign)).status is CampaignStatus.DONE


async def test_an_empty_list_is_done_at_once(desk: Desk, jobs: Jobs, clock: Clock) -> None:
    campaign = await desk.campaign(now=clock())
    await jobs.run()
    assert (await fresh(campaign)).status is CampaignStatus.DONE
    assert await statuses(campaign) == []


async def test_many_are_sent_in_batches(desk: Desk, jobs: Jobs, post_office: Post, clock: Clock) -> None:
    people = campaigns.BATCH * 2 + 7
    for number in range(people):
        await desk.contact(number)
    campaign = await desk.campaign(now=clock())
    counts = []
    await jobs.run()
    for _ in range(3):
        counts.append(len(post_office.messages.sent))
        await jobs.hurry()
    assert counts == [campaigns.BATCH, campaigns.BATCH * 2, people]
    assert len({one.to for one in post_office.messages.sent}) == people
    assert (await fresh(campaign)).status is CampaignStatus.DONE
    assert await jobs.waiting(SEND) == []


async def test_campaigns_of_one_number_take_turns(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock
) -> None:
    for number in range(campaigns.BATCH + 1):
        await desk.contact(number)
    first = await desk.campaign(now=clock())
    second = await desk.campaign(now=clock())
    await jobs.run()
    clock.advance(seconds=5)
    await jobs.hurry()
    for campaign in (first, second):
        assert (await statuses(campaign)).count("SENT") >= campaigns.BATCH


async def test_a_job_that_is_lost_is_queued_again(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock
) -> None:
    await desk.contact(1)
    post_office.messages.go_down()
    campaign = await desk.campaign(now=clock())
    await jobs.run()
    await jobs.forget(SEND)
    post_office.messages.recover()
    await jobs.run_periodic(DUE)
    await jobs.hurry()
    assert await statuses(campaign) == ["SENT"]


async def test_who_asks_to_wait_is_waited_for_and_everybody_is_sent_it_once(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock
) -> None:
    for number in range(8):
        await desk.contact(number)
    post_office.messages.go_down(retry_after_seconds=300)
    campaign = await desk.campaign(now=clock())
    await jobs.run()
    assert all(job["scheduled_at"] is not None for job in await jobs.waiting(SEND))
    assert post_office.messages.asked == campaigns.LANES
    assert set(await statuses(campaign)) == {"QUEUED"}
    account = await ChannelAccount.get()
    assert (account.is_well, account.last_error) == (False, "The provider is down.")
    post_office.messages.recover()
    await jobs.hurry()
    assert len({one.to for one in post_office.messages.sent}) == len(post_office.messages.sent) == 8
    assert (await fresh(campaign)).status is CampaignStatus.DONE
    assert (await ChannelAccount.get()).is_well


async def test_a_provider_that_takes_nothing_for_a_day_is_asked_no_more(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock
) -> None:
    await desk.contact(1)
    post_office.messages.go_down()
    campaign = await desk.campaign(now=clock())
    await jobs.run()
    clock.advance(hours=23)
    await jobs.hurry()
    assert (await fresh(campaign)).status is CampaignStatus.RUNNING
    clock.advance(hours=1)
    await jobs.hurry()
    ended = await fresh(campaign)
    assert (ended.status, ended.failure) == (
        CampaignStatus.CANCELLED,
        "The provider has taken nothing for a day. The provider is down.",
    )
    assert await statuses(campaign) == ["QUEUED"]
    assert await jobs.waiting(SEND) == []
    entry = await AuditEntry.get(action="stopCampaign")
    assert (entry.actor_name, entry.detail["after"]["status"]) == (None, "CANCELLED")


async def test_who_cannot_be_written_to_fails_and_holds_up_nobody(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock
) -> None:
    gone, moved, nameless = [await desk.contact(number) for number in (1, 2, 3)]
    other = await desk.contact(4)
    reached = await desk.contact(5, email="heidi@guests.example")
    values = (
        Value(variable="1", field=CampaignField.EMAIL, otherwise="you"),
        Value(variable="2", custom_field="plan"),
    )
    await Contact.filter(id__in=[gone.id, moved.id, reached.id]).update(custom_fields={"plan": 2.0})
    post_office.messages.go_down()
    campaign = await desk.campaign(now=clock(), values=values)
    await jobs.run()
    await gone.delete()
    await Contact.filter(id=moved.id).update(phone="+393339999999")
    post_office.messages.recover()
    await jobs.hurry()
    rows = {row.phone: row for row in await CampaignRecipient.filter(campaign=campaign)}
    assert {phone: row.error for phone, row in rows.items()} == {
        None: "The contact is forgotten.",
        moved.phone: "The contact has another number by now.",
        nameless.phone: "Nothing is known for {{2}}.",
        other.phone: "Nothing is known for {{2}}.",
        reached.phone: None,
    }
    assert rows[nameless.phone].status is MessageStatus.FAILED
    assert [one.values for one in post_office.messages.sent] == [{"1": "heidi@guests.example", "2": "2"}]
    assert (await fresh(campaign)).status is CampaignStatus.DONE


async def test_whom_the_provider_refuses_fails_with_its_reason(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock
) -> None:
    await desk.contact(1)
    await desk.contact(2)
    post_office.messages.unreachable = {"+393330000001"}
    campaign = await desk.campaign(now=clock())
    await jobs.run()
    assert await statuses(campaign) == ["FAILED", "SENT"]
    assert (await CampaignRecipient.get(status=MessageStatus.FAILED)).error == "Nobody has this number."
    assert (await fresh(campaign)).status is CampaignStatus.DONE


async def test_what_may_have_been_sent_is_never_sent_again(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock
) -> None:
    await desk.contact(1)
    post_office.messages.lose_answers()
    campaign = await desk.campaign(now=clock())
    await jobs.run()
    post_office.messages.recover()
    await jobs.run_periodic(DUE)
    await jobs.hurry()
    assert len(post_office.messages.sent) == 1
    row = await CampaignRecipient.get(campaign=campaign)
    assert (row.status, row.error) == (
        MessageStatus.UNKNOWN,
        "The provider's answer was lost: it may have been sent.",
    )
    assert (await fresh(campaign)).status is CampaignStatus.DONE


async def test_an_account_that_is_refused_is_asked_no_more_and_says_why(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock
) -> None:
    for number in range(30):
        await desk.contact(number)
    post_office.messages.lock_out("Twilio refuses: 20003")
    campaign = await desk.campaign(now=clock())
    await jobs.run()
    ended, account = await fresh(campaign), await ChannelAccount.get()
    assert (ended.status, ended.failure) == (CampaignStatus.CANCELLED, "Twilio refuses: 20003")
    assert (account.is_well, account.last_error) == (False, "Twilio refuses: 20003")
    await jobs.hurry()
    assert post_office.messages.asked <= campaigns.LANES
    assert set(await statuses(campaign)) == {"QUEUED"}
    assert await jobs.waiting(SEND) == []


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        ("disconnected", "The channel account has been disconnected."),
        ("PAUSED", "The provider does not approve the template any more: it is PAUSED."),
        ("variables", "The template has other variables by now."),
    ],
)
async def test_what_cannot_be_sent_any_more_is_stopped_and_says_why(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock, trouble: str, why: str, started: bool
) -> None:
    await desk.contact(1)
    post_office.messages.go_down()
    campaign = await desk.campaign(now=clock())
    if started:
        await jobs.run()
    if trouble == "disconnected":
        await ChannelAccount.all().update(deleted_at=clock(), sealed_credentials=None)
    elif trouble == "variables":
        await MessageTemplate.all().update(variables=["1"])
    else:
        await MessageTemplate.all().update(status=trouble)
    post_office.messages.recover()
    await jobs.hurry()
    ended = await fresh(campaign)
    assert (ended.status, ended.failure, ended.ended_at) == (CampaignStatus.CANCELLED, why, clock())
    assert post_office.messages.sent == []
    assert await AuditEntry.filter(action="stopCampaign").count() == 1


async def test_credentials_that_cannot_be_read_stop_a_campaign(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock
) -> None:
    await desk.contact(1)
    lost = Keyring(b"another key of another installation").seal("{}")
    await ChannelAccount.all().update(sealed_credentials=lost)
    campaign = await desk.campaign(now=clock())
    await jobs.run()
    assert (await fresh(campaign)).failure == (
        "The account's credentials can no longer be read here: give them anew."
    )
    assert post_office.messages.asked == 0


async def test_of_a_campaign_that_is_cancelled_nothing_more_is_sent(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock
) -> None:
    for number in range(campaigns.BATCH + 10):
        await desk.contact(number)
    campaign = await desk.campaign(now=clock())
    await jobs.run()
    await cancel_campaign(campaign.id, actor=acting(desk.ada), now=clock())
    await jobs.hurry()
    assert len(post_office.messages.sent) == campaigns.BATCH
    assert (await statuses(campaign)).count("QUEUED") == 10
    ended = await fresh(campaign)
    assert ended.status is CampaignStatus.CANCELLED
    assert ended.failure is None


async def test_a_campaign_that_is_cancelled_before_its_time_never_starts(
    desk: Desk, jobs: Jobs, post_office: Post, clock: Clock
) -> None:
    await desk.contact(1)
    campaign = await desk.campaign(now=clock(), scheduled_at=clock() + timedelta(hours=1))
    await cancel_campaign(campaign.id, actor=acting(desk.ada), now=clock())
    clock.advance(hours=2)
    await jobs.run_periodic(DUE)
    assert (await fresh(campaign)).status is CampaignStatus.CANCELLED
    assert post_office.messages.asked == 0
    assert await statuses(campaign) == []
