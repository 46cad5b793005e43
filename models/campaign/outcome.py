"""What came of giving a recipient's message to the provider; and when a campaign is done, or hopeless."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.campaign.campaign import Campaign, CampaignRecipient
from models.channel.account import ChannelAccount
from models.editing import save
from models.transactions import transaction
from models.words import CampaignStatus, MessageStatus

PATIENCE = timedelta(hours=24)
"""For how long a provider is asked again that takes nothing."""

LOST = "The provider's answer was lost: it may have been sent."
_LONGEST_ERROR = 200

_SENT = """
UPDATE campaign_recipient SET message_id = coalesce(message_id, %s),
    status = CASE status WHEN 'UNKNOWN' THEN 'SENT' ELSE status END WHERE id = %s
"""


async def keep_sent(recipient_id: int, message_id: str, *, account_id: int, now: datetime) -> None:
    """Keep that the provider has taken the message; what it has told of it already stays."""
    async with transaction() as tx:
        await tx.rows(_SENT, message_id, recipient_id)
    await ChannelAccount.note_outbound(account_id, now=now)


async def keep_refused(recipient_id: int, error: str) -> None:
    """Keep that the provider does not send it, and why."""
    await _keep(recipient_id, status=MessageStatus.FAILED, error=error)


async def keep_lost(recipient_id: int) -> None:
    """Keep that nobody knows whether it was sent: until the provider tells, which it may never do."""
    await _keep(recipient_id, status=MessageStatus.UNKNOWN, error=LOST)


async def give_back(recipient_id: int, error: str, *, campaign_id: int) -> None:
    """Have a recipient to whom nothing was sent be next again, after those who have been tried less often. Where the
    campaign was done meanwhile, it stays at that."""
    async with transaction() as tx:
        [campaign] = await tx.rows("SELECT status FROM campaign WHERE id = %s FOR SHARE", campaign_id)
        is_done = campaign["status"] == CampaignStatus.DONE
        status = MessageStatus.FAILED if is_done else MessageStatus.QUEUED
        await _keep(recipient_id, status=status, error=error)


async def finish(campaign_id: int, *, now: datetime) -> bool:
    """Have the campaign be done, if nobody is left to be sent to; whether it runs no more."""
    async with transaction():
        rows = Campaign.filter(id=campaign_id, status=CampaignStatus.RUNNING)
        campaign = await rows.select_for_update(no_key=True).first()
        if campaign is None:
            return True
        if await CampaignRecipient.filter(campaign_id=campaign_id, status=MessageStatus.QUEUED).exists():
            return False
        campaign.update_from_dict({"status": CampaignStatus.DONE, "ended_at": now})
        await save(campaign, "status", "ended_at")
    return True


async def has_waited_enough(campaign: Campaign, *, now: datetime) -> bool:
    """Whether the provider has taken nothing for so long that there is no more hope."""
    account = await ChannelAccount.get(id=campaign.account_id)
    known = (campaign.started_at, account.last_outbound_at)
    return now - max(moment for moment in known if moment is not None) >= PATIENCE


async def _keep(recipient_id: int, *, status: MessageStatus, error: str) -> None:
    """Unless the provider has told more meanwhile."""
    open = CampaignRecipient.filter(id=recipient_id, status=MessageStatus.UNKNOWN, message_id__isnull=True)
    await open.update(status=status, error=error[:_LONGEST_ERROR])
