"""A campaign's recipients are taken up one by one, each in a transaction of its own before anything is sent to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.campaign.campaign import Campaign
from models.campaign.filling import Person, filled
from models.campaign.hearing import reference_of
from models.campaign.outcome import keep_refused
from models.campaign.starting import obstacle, stop
from models.channel.account import ChannelAccount
from models.channel.address import webhook_url
from models.channel.credentials import Credentials, opened
from models.channel.template import MessageTemplate
from models.keyring import Keyring
from models.transactions import transaction
from models.words import CampaignStatus
from providers.messaging.protocol import TemplateMessage

# The campaign is held against being cancelled or ended, and not against others who send it. Who has been tried in vain
# comes after who has not. Who was merged since is who they are by now.
_TAKE_UP = """
WITH running AS (
    SELECT c.id FROM campaign c JOIN channel_account a ON a.id = c.account_id
    WHERE c.id = %s AND c.status = 'RUNNING' AND a.deleted_at IS NULL FOR SHARE OF c
), next AS (
    SELECT r.id, r.contact_id FROM campaign_recipient r
    WHERE r.campaign_id = %s AND r.status = 'QUEUED' AND EXISTS (SELECT FROM running)
    ORDER BY r.attempts, r.id LIMIT 1 FOR UPDATE OF r SKIP LOCKED
)
UPDATE campaign_recipient r SET status = 'UNKNOWN', attempts = attempts + 1, attempted_at = %s, error = NULL
FROM next LEFT JOIN contact was ON was.id = next.contact_id
    LEFT JOIN contact k ON k.id = coalesce(was.merged_into_id, was.id)
WHERE r.id = next.id
RETURNING r.id, r.phone AS number, k.name, k.email, k.phone, k.custom_fields
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """A campaign that is to be sent to its next recipients, and with what."""

    campaign: Campaign
    account: ChannelAccount
    template: MessageTemplate
    credentials: Credentials
    news_url: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A recipient who has been taken up. Without a message there is nothing to be sent to them."""

    recipient_id: int
    message: TemplateMessage | None


async def begin_batch(account_id: int, *, keys: Keyring, public_url: str, now: datetime) -> Batch | None:
    """The account's campaign whose turn it is; None where none runs any more. What cannot be sent as things are is
    stopped."""
    running = Campaign.filter(account_id=account_id, status=CampaignStatus.RUNNING)
    for campaign in await running.order_by("served_at", "id"):
        account = await ChannelAccount.get(id=account_id)
        known = opened(account.sealed_credentials, provider=account.provider, keys=keys)
        why = await obstacle(campaign)
        if why is None and known is not None:
            await Campaign.filter(id=campaign.id).update(served_at=now)
            template = await MessageTemplate.get(id=campaign.template_id)
            url = webhook_url(account.id, keys=keys, public_url=public_url)
            return Batch(campaign, account, template, known, url)
        lost = "The account's credentials can no longer be read here: give them anew."
        await stop(campaign.id, why or lost, now=now)
    return None


async def take_up(batch: Batch, *, now: datetime) -> Turn | None:
    """Take up the campaign's next recipient, for whom nobody else will be up; None where there is none, or it has
    been ended. Whose number is another one by now, or of whom something is not known, is sent nothing."""
    async with transaction() as tx:
        for row in await tx.rows(_TAKE_UP, batch.campaign.id, batch.campaign.id, now):
            values = _values(row, batch)
            if isinstance(values, str):
                await keep_refused(row["id"], values)
                return Turn(row["id"], None)
            return Turn(row["id"], _worded(row, values, batch))
    return None


async def sending_accounts(*, limit: int) -> list[int]:
    """The accounts by which campaigns are being sent."""
    rows = Campaign.filter(status=CampaignStatus.RUNNING).order_by("account_id").limit(limit)
    return sorted({int(str(id)) for id in await rows.values_list("account_id", flat=True)})


def _values(row: dict[str, Any], batch: Batch) -> dict[str, str] | str:
    """What the template is filled with; or why it cannot be sent."""
    if row["number"] is None:
        return "The contact is forgotten."
    if row["phone"] != row["number"]:
        return "The contact has another number by now."
    person = Person(
        name=row["name"], email=row["email"], phone=row["phone"], custom_fields=row["custom_fields"]
    )
    return filled(batch.campaign.values, person)


def _worded(row: dict[str, Any], values: dict[str, str], batch: Batch) -> TemplateMessage:
    template = batch.template
    return TemplateMessage(
        sender=batch.account.address,
        to=row["number"],
        template_id=template.external_id,
        name=template.name,
        language=template.language,
        values=values,
        reference=reference_of(row["id"]),
        news_url=batch.news_url,
    )
