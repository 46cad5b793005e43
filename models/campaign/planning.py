"""Administrators make campaigns and cancel them. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from errors import AlreadyDecided, Invalid, NotFound
from models.actor import AgentActor
from models.audit.auditing import audit, change, everything_of
from models.campaign.campaign import Campaign
from models.campaign.filling import Value, checked
from models.campaign.queueing import start_later
from models.channel.account import ChannelAccount
from models.channel.connecting import ACCOUNTS, check_administrator
from models.channel.template import APPROVED, MessageTemplate
from models.desk.contact_list import ContactList
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.organization.settling import lock_organization
from models.register import Register
from models.transactions import transaction
from models.words import CampaignStatus

MOST_OPEN = 100
FURTHEST = timedelta(days=366)
OPEN = (CampaignStatus.SCHEDULED, CampaignStatus.RUNNING)

CAMPAIGNS = Register(Campaign, "campaign", "campaignId")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCampaign:
    """A campaign as an administrator describes it. Without a moment it starts at once."""

    account_id: int
    template_id: int
    list_id: int
    values: Sequence[Value]
    scheduled_at: datetime | None


async def create_campaign(
    wish: NewCampaign, *, actor: AgentActor, now: datetime, once: Once | None = None
) -> Campaign:
    """Have the template sent to every contact of the list who has a number. Refuses NotAllowed to all but
    administrators, NotFound, and Invalid: also for a template that is not approved, a moment that is past or more than
    a year ahead, and values that are not those of the template."""
    check_administrator(actor)
    async with transaction() as tx:
        if (earlier := await earlier_outcome(tx, once)) is not None:
            return await Campaign.get(id=earlier)
        await lock_organization(actor)
        await _check_number(actor)
        _check_moment(wish.scheduled_at, now=now)
        account = await ACCOUNTS.lock(wish.account_id, actor=actor)
        campaign = await _described(wish, account, now=now)
        await campaign.save()
        if wish.scheduled_at is None:
            await start_later(tx, campaign)
        await audit(tx, "createCampaign", campaign, actor=actor, after=everything_of(campaign))
        await remember_outcome(tx, once, campaign.id)
    return campaign


async def cancel_campaign(
    campaign_id: int, *, actor: AgentActor, now: datetime, expected_version: int | None = None
) -> Campaign:
    """Have nothing more sent of it: what the provider is being given in this moment may still come. Refuses NotAllowed,
    NotFound, Stale, and AlreadyDecided once it is over."""
    check_administrator(actor)
    async with transaction() as tx:
        campaign = await CAMPAIGNS.lock(campaign_id, actor=actor, expected_version=expected_version)
        if campaign.status not in OPEN:
            over = campaign.status is CampaignStatus.DONE
            raise AlreadyDecided("It has been sent." if over else "It is cancelled.", field=("campaignId",))
        ended = {"status": CampaignStatus.CANCELLED, "ended_at": now}
        await change(tx, campaign, ended, action="cancelCampaign", actor=actor)
    return campaign


async def _check_number(actor: AgentActor) -> None:
    """The organization is locked: of two that would both be the last one, the second sees the first."""
    own = Campaign.filter(organization_id=actor.organization_id, status__in=OPEN)
    if await own.count() >= MOST_OPEN:
        raise Invalid(f"At most {MOST_OPEN} campaigns wait or run at a time: cancel one first.")


def _check_moment(moment: datetime | None, *, now: datetime) -> None:
    if moment is not None and not now <= moment <= now + FURTHEST:
        raise Invalid("This is in the past, or more than a year ahead.", field=("scheduledAt",))


async def _described(wish: NewCampaign, account: ChannelAccount, *, now: datetime) -> Campaign:
    """The list is held, so that it is not deleted meanwhile."""
    template = await MessageTemplate.get_or_none(id=wish.template_id, account_id=account.id)
    if template is None:
        raise NotFound("The account has no such template.", field=("templateId",))
    if template.status != APPROVED:
        raise Invalid("The provider has not approved this template.", field=("templateId",))
    lists = ContactList.filter(organization_id=account.organization_id, id=wish.list_id)
    contact_list = await lists.select_for_update(no_key=True).first()
    if contact_list is None:
        raise NotFound("There is no such list.", field=("listId",))
    return Campaign(
        organization_id=account.organization_id,
        account_id=account.id,
        template_id=template.id,
        contact_list_id=contact_list.id,
        values=checked(wish.values, variables=template.variables, contact_list=contact_list),
        scheduled_at=wish.scheduled_at,
        created_at=now,
    )
