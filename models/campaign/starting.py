"""Campaigns start when it is time, with whoever is in their list by then; what cannot be sent is stopped, and says
why."""

from __future__ import annotations

from datetime import datetime

from tortoise.expressions import Q

from models.audit.auditing import change
from models.campaign.campaign import Campaign
from models.campaign.queueing import send_later
from models.channel.account import ChannelAccount
from models.channel.template import APPROVED, MessageTemplate
from models.editing import save
from models.transactions import Transaction, transaction
from models.words import CampaignStatus

A_NUMBER = r"^\+[1-9][0-9]{4,14}$"
"""A number in E.164, as PostgreSQL looks for it. What else might stand there could not be sent to."""

# Of several contacts with one number, the first is the one to whom it is sent.
_RECIPIENTS = """
INSERT INTO campaign_recipient (organization_id, campaign_id, contact_id, phone, status, attempts)
SELECT DISTINCT ON (k.phone) k.organization_id, %s::bigint, k.id, k.phone, 'QUEUED', 0
FROM contact k WHERE k.contact_list_id = %s AND k.phone ~ %s AND k.merged_into_id IS NULL ORDER BY k.phone, k.id
"""


async def due_campaigns(*, now: datetime, limit: int) -> list[int]:
    """Those whose time has come."""
    due = Q(scheduled_at__isnull=True) | Q(scheduled_at__lte=now)
    rows = Campaign.filter(due, status=CampaignStatus.SCHEDULED).order_by("scheduled_at", "id").limit(limit)
    return [int(str(id)) for id in await rows.values_list("id", flat=True)]


async def start(campaign_id: int, *, now: datetime) -> None:
    """Write down to whom the campaign is sent, and have it sent; or stop it, where it cannot be. Nothing is done of one
    that has started already, is cancelled, or whose time has not come."""
    async with transaction() as tx:
        rows = Campaign.filter(id=campaign_id, status=CampaignStatus.SCHEDULED)
        campaign = await rows.select_for_update(no_key=True).first()
        if campaign is None or (campaign.scheduled_at is not None and campaign.scheduled_at > now):
            return
        if (why := await obstacle(campaign)) is not None:
            await _stop(tx, campaign, why, now=now)
            return
        await tx.rows(_RECIPIENTS, campaign.id, campaign.contact_list_id, A_NUMBER)
        begun = {"status": CampaignStatus.RUNNING, "started_at": now, "served_at": now}
        campaign.update_from_dict(begun)
        await save(campaign, *begun)
        await send_later(tx, campaign)


async def stop(campaign_id: int, why: str, *, now: datetime) -> None:
    """Have nothing more sent of a campaign that runs, and say why; the audit says so, too."""
    async with transaction() as tx:
        rows = Campaign.filter(id=campaign_id, status=CampaignStatus.RUNNING)
        campaign = await rows.select_for_update(no_key=True).first()
        if campaign is not None:
            await _stop(tx, campaign, why, now=now)


async def obstacle(campaign: Campaign) -> str | None:
    """Why the campaign cannot be sent as things are; None where it can."""
    account = await ChannelAccount.get(id=campaign.account_id)
    if account.deleted_at is not None:
        return "The channel account has been disconnected."
    template = await MessageTemplate.get(id=campaign.template_id)
    if template.status != APPROVED:
        return f"The provider does not approve the template any more: it is {template.status}."
    if {value["variable"] for value in campaign.values} != set(template.variables):
        return "The template has other variables by now."
    return None


async def _stop(tx: Transaction, campaign: Campaign, why: str, *, now: datetime) -> None:
    ended = {"status": CampaignStatus.CANCELLED, "ended_at": now, "failure": why}
    await change(tx, campaign, ended, action="stopCampaign", actor=None)
