"""What is to be done about campaigns later."""

from __future__ import annotations

from models.campaign.campaign import Campaign
from models.transactions import Transaction

START = "campaigns.start"
SEND = "campaigns.send"


def sending_lock(account_id: int) -> str:
    """The lock of the jobs that send by an account: one batch after the other, of whichever campaign."""
    return f"campaigns:{account_id}"


async def start_later(tx: Transaction, campaign: Campaign) -> None:
    """Have the campaign started soon."""
    await tx.later(START, campaign_id=campaign.id)


async def send_later(tx: Transaction, campaign: Campaign) -> None:
    """Have the next batch sent by the campaign's account, once it is its turn."""
    await tx.later(SEND, lock=sending_lock(campaign.account_id), account_id=campaign.account_id)
