"""What providers tell of a campaign's messages is kept, in whatever order it comes."""

from __future__ import annotations

from itertools import permutations

import pytest

from models.campaign.campaign import Campaign, CampaignRecipient
from models.campaign.counting import tallies
from models.campaign.hearing import keep_delivery, reference_of
from models.campaign.outcome import give_back, keep_lost, keep_sent
from models.campaign.sending import Batch, Turn, begin_batch, take_up
from models.campaign.starting import start
from models.channel.account import ChannelAccount
from models.keyring import Keyring
from models.organization.organization import Organization
from models.words import MessageStatus
from providers.messaging.protocol import Delivered, Delivery
from tests.builders import MONDAY, an_organization
from tests.jobs.campaigning import Desk, a_desk


@pytest.fixture
async def desk(organization: Organization, keys: Keyring) -> Desk:
    return await a_desk(organization, keys)


@pytest.fixture
async def batch(desk: Desk, keys: Keyring) -> Batch:
    """Of a campaign to one recipient."""
    await desk.contact(1)
    campaign = await desk.campaign(now=MONDAY)
    await start(campaign.id, now=MONDAY)
    batch = await begin_batch(desk.account.id, keys=keys, public_url="https://desk.example", now=MONDAY)
    assert batch is not None
    return batch


@pytest.fixture
async def turn(batch: Batch) -> Turn:
    turn = await take_up(batch, now=MONDAY)
    assert turn is not None
    return turn


async def told() -> tuple[str, str | None, str | None]:
    row = await CampaignRecipient.get()
    return row.status.value, row.error, row.message_id


SENT, DELIVERED, READ = [Delivery("SM1", how) for how in (Delivered.SENT, Delivered.DELIVERED, Delivered.READ)]
FAILED = Delivery("SM1", Delivered.FAILED, "63024 No WhatsApp")


async def test_what_is_told_counts_whatever_comes_first(batch: Batch, turn: Turn) -> None:
    await keep_sent(turn.recipient_id, "SM1", account_id=batch.account.id, now=MONDAY)
    cases = [((SENT, DELIVERED, READ), ("READ", None)), ((SENT, FAILED), ("FAILED", FAILED.error))]
    cases += [((SENT, FAILED, DELIVERED), ("DELIVERED", None))]
    for deliveries, expected in cases:
        for order in permutations(deliveries):
            await CampaignRecipient.all().update(status=MessageStatus.SENT, error=None)
            for delivery in (*order, *order):
                await keep_delivery(batch.account.id, delivery)
            assert (await told())[:2] == expected, order


async def test_what_is_told_before_its_answer_comes_is_known_by_our_reference(batch: Batch, turn: Turn) -> None:
    assert turn.message is not None
    assert turn.message.reference == reference_of(turn.recipient_id)
    early = Delivery("SM1", Delivered.DELIVERED, reference=turn.message.reference)
    await keep_delivery(batch.account.id, early)
    assert await told() == ("DELIVERED", None, "SM1")
    await keep_sent(turn.recipient_id, "SM1", account_id=batch.account.id, now=MONDAY)
    assert await told() == ("DELIVERED", None, "SM1")


async def test_what_is_told_of_a_message_whose_answer_was_lost_says_what_became_of_it(
    batch: Batch, turn: Turn
) -> None:
    await keep_lost(turn.recipient_id)
    assert (await told())[0] == "UNKNOWN"
    reference = reference_of(turn.recipient_id)
    await keep_delivery(batch.account.id, Delivery("SM1", Delivered.SENT, reference=reference))
    assert await told() == ("SENT", None, "SM1")
    await keep_delivery(batch.account.id, READ)
    assert await told() == ("READ", None, "SM1")


async def test_who_was_sent_it_all_the_same_is_not_taken_up_again(batch: Batch, turn: Turn) -> None:
    await give_back(turn.recipient_id, "The provider is down.", campaign_id=batch.campaign.id)
    reference = reference_of(turn.recipient_id)
    await keep_delivery(batch.account.id, Delivery("SM1", Delivered.SENT, reference=reference))
    assert await take_up(batch, now=MONDAY) is None


@pytest.mark.parametrize(
    "reference", [None, "", "17", "recipient:", "recipient:0", "recipient:9999999999999999999", "recipient:١"]
)
async def test_what_is_told_of_other_messages_changes_nothing(
    batch: Batch, turn: Turn, reference: str | None
) -> None:
    await keep_lost(turn.recipient_id)
    before = await told()
    await keep_delivery(batch.account.id, Delivery("SM2", Delivered.READ, reference=reference))
    assert await told() == before


async def test_an_account_tells_nothing_of_the_messages_of_another(
    batch: Batch, turn: Turn, keys: Keyring
) -> None:
    await keep_sent(turn.recipient_id, "SM1", account_id=batch.account.id, now=MONDAY)
    other = await a_desk(await an_organization("rival"), keys)
    reference = reference_of(turn.recipient_id)
    await keep_delivery(other.account.id, Delivery("SM1", Delivered.READ, reference=reference))
    assert await told() == ("SENT", None, "SM1")


async def test_counts_are_of_the_rows(desk: Desk, batch: Batch, turn: Turn) -> None:
    [tally] = await tallies([batch.campaign.id])
    assert tally == {MessageStatus.UNKNOWN: 1}
    await keep_sent(turn.recipient_id, "SM1", account_id=batch.account.id, now=MONDAY)
    await keep_delivery(batch.account.id, FAILED)
    await desk.contact(2)
    await desk.contact(2)
    await desk.contact(3, phone=None)
    await desk.contact(4, merged_into=await desk.contact(2))
    scheduled = await desk.campaign(now=MONDAY)
    nowhere = 2**62
    found = await tallies([scheduled.id, nowhere, batch.campaign.id])
    assert found == [{MessageStatus.QUEUED: 2}, {}, {MessageStatus.FAILED: 1}]


async def test_an_account_that_has_sent_something_is_well(batch: Batch, turn: Turn) -> None:
    await ChannelAccount.note_trouble(batch.account.id, "The provider answered 503.", now=MONDAY)
    await keep_sent(turn.recipient_id, "SM1", account_id=batch.account.id, now=MONDAY)
    account = await ChannelAccount.get(id=batch.account.id)
    assert (account.is_well, account.last_outbound_at) == (True, MONDAY)
    assert (await Campaign.get()).status == "RUNNING"
