"""Campaigns, and to whom they are sent."""

from __future__ import annotations

from models.campaign import planning
from models.campaign.campaign import Campaign, CampaignRecipient
from models.campaign.counting import Tally
from models.campaign.filling import Value, unstored
from models.campaign.planning import NewCampaign
from models.channel.account import ChannelAccount
from models.channel.template import MessageTemplate
from models.contact.contact import Contact
from models.desk.contact_list import ContactList
from models.words import MessageStatus
from resolvers import ids
from resolvers.channels import administrator
from resolvers.context import Info
from resolvers.once import once_of
from resolvers.paging import Order, Page, page
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.campaigns import CampaignValueInput, CancelCampaignInput, CreateCampaignInput

MOST = 200


async def campaigns(info: Info) -> list[Campaign]:
    """The newest ones, the newest first."""
    return await Campaign.visible_to(administrator(info)).order_by("-created_at", "-id").limit(MOST)


async def account(info: Info, root: Campaign) -> ChannelAccount | None:
    return await info.context.loaders.channel_accounts.load(root.account_id)


async def template(info: Info, root: Campaign) -> MessageTemplate | None:
    return await info.context.loaders.message_templates.load(root.template_id)


async def contact_list(info: Info, root: Campaign) -> ContactList | None:
    return await info.context.loaders.contact_lists.load(root.contact_list_id)


def values(root: Campaign) -> list[Value]:
    return unstored(root.values)


async def sent_count(info: Info, root: Campaign) -> int:
    tally = await _tally(info, root)
    return tally[MessageStatus.SENT] + _delivered(tally)


async def delivered_count(info: Info, root: Campaign) -> int:
    return _delivered(await _tally(info, root))


async def read_count(info: Info, root: Campaign) -> int:
    return (await _tally(info, root))[MessageStatus.READ]


async def failed_count(info: Info, root: Campaign) -> int:
    return (await _tally(info, root))[MessageStatus.FAILED]


async def pending_count(info: Info, root: Campaign) -> int:
    return (await _tally(info, root))[MessageStatus.QUEUED]


async def unknown_count(info: Info, root: Campaign) -> int:
    return (await _tally(info, root))[MessageStatus.UNKNOWN]


async def recipients(
    info: Info,
    root: Campaign,
    status: MessageStatus | None = None,
    first: int | None = 20,
    after: str | None = None,
) -> Page[CampaignRecipient]:
    rows = CampaignRecipient.visible_to(administrator(info)).filter(campaign_id=root.id)
    if status is not None:
        rows = rows.filter(status=status)
    return await page(rows, Order("id"), first=20 if first is None else first, after=after)


async def contact_of_recipient(info: Info, root: CampaignRecipient) -> Contact | None:
    return None if root.contact_id is None else await info.context.loaders.contacts.load(root.contact_id)


@refusals_as_values
async def create_campaign(info: Info, input: CreateCampaignInput) -> Payload:
    context, actor = info.context, info.context.agent()
    wish = NewCampaign(
        account_id=ids.decode(input.account_id, "ChannelAccount", field=("accountId",)),
        template_id=ids.decode(input.template_id, "MessageTemplate", field=("templateId",)),
        list_id=ids.decode(input.list_id, "ContactList", field=("listId",)),
        values=[_value(one) for one in input.values],
        scheduled_at=input.scheduled_at,
    )
    once = once_of(context, "createCampaign", input, organization_id=actor.organization_id)
    return Payload(campaign=await planning.create_campaign(wish, actor=actor, now=context.now(), once=once))


@refusals_as_values
async def cancel_campaign(info: Info, input: CancelCampaignInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.campaign_id, "Campaign", field=("campaignId",))
    now, version = info.context.now(), input.expected_version
    cancelled = await planning.cancel_campaign(key, actor=actor, now=now, expected_version=version)
    return Payload(campaign=cancelled)


def _value(given: CampaignValueInput) -> Value:
    return Value(
        variable=given.variable,
        text=given.text,
        field=given.contact_field,
        custom_field=given.custom_field,
        otherwise=given.otherwise,
    )


async def _tally(info: Info, root: Campaign) -> Tally:
    return await info.context.loaders.tallies.load(root.id)


def _delivered(tally: Tally) -> int:
    return tally[MessageStatus.DELIVERED] + tally[MessageStatus.READ]
