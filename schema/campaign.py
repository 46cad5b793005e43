"""Campaigns: templates that are sent to the contacts of a list, and to whom they were sent."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models.campaign import campaign
from models.words import CampaignField, CampaignStatus, MessageStatus
from resolvers import campaigns, paging
from schema.channel import ChannelAccount, MessageTemplate
from schema.contact import Contact
from schema.desk import ContactList
from schema.field import resolved_by
from schema.node import Node, PageInfo, UserError


@strawberry.type(description="What a variable of the template is filled with: one of the three.")
class CampaignValue:
    variable: str
    text: str | None = strawberry.field(description="For everybody the same.")
    field: CampaignField | None = strawberry.field(
        name="contactField", description="What is known of each contact."
    )
    custom_field: str | None = strawberry.field(description="The key of one of the list's fields.")
    otherwise: str | None = strawberry.field(description="For contacts of whom that is not known.")


@strawberry.type(
    description="A number that a campaign is sent to, once, and whose it was when the campaign started."
)
class CampaignRecipient(Node):
    rows = campaign.CampaignRecipient
    contact: Contact | None = resolved_by(
        campaigns.contact_of_recipient, description="Null once the contact is forgotten."
    )
    phone: str | None = strawberry.field(description="Null once the contact is forgotten.")
    status: MessageStatus = strawberry.field(
        description="QUEUED: nothing has been sent. UNKNOWN: it is just being sent, or the provider's answer was lost;"
        " it is not sent again. FAILED: not sent, or not delivered. It never goes back."
    )
    attempted_at: datetime | None = strawberry.field(description="When the provider was given it last.")
    error: str | None = strawberry.field(description="Why it has not arrived, as far as anybody says.")


@strawberry.type
class CampaignRecipientEdge:
    node: CampaignRecipient
    cursor: str


@strawberry.type
class CampaignRecipientConnection:
    edges: list[CampaignRecipientEdge]
    page_info: PageInfo
    total_count: int = resolved_by(paging.total_count)


@strawberry.type(
    description="A template that is sent to every contact of a list who has a number, once to each number. Who is in"
    " the list is looked at when it starts. For administrators."
)
class Campaign(Node):
    rows = campaign.Campaign
    version: int
    account: ChannelAccount = resolved_by(campaigns.account)
    template: MessageTemplate = resolved_by(campaigns.template)
    list_: ContactList = resolved_by(campaigns.contact_list, name="list")
    values: list[CampaignValue] = resolved_by(campaigns.values)
    status: CampaignStatus = strawberry.field(
        description="DONE: there is nobody left to send it to. CANCELLED: by an administrator, or for the `failure`."
    )
    scheduled_at: datetime | None = strawberry.field(description="When it is to start; null: at once.")
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    failure: str | None = strawberry.field(
        description="Why it could not be started or finished: its number was disconnected, the template is not approved"
        " any more, or the provider takes nothing from the account."
    )
    sent_count: int = resolved_by(
        campaigns.sent_count, description="Those that the provider has taken, and that have not failed."
    )
    delivered_count: int = resolved_by(
        campaigns.delivered_count, description="Of those, who has it, as far as the provider tells."
    )
    read_count: int = resolved_by(campaigns.read_count, description="Of those, who has read it.")
    failed_count: int = resolved_by(campaigns.failed_count)
    pending_count: int = resolved_by(
        campaigns.pending_count,
        description="To whom nothing has been sent; until it starts, to whom it would be sent now.",
    )
    unknown_count: int = resolved_by(
        campaigns.unknown_count,
        description="Those just being sent, or the answers to which were lost: they may have been sent.",
    )
    recipients: CampaignRecipientConnection = resolved_by(
        campaigns.recipients,
        description="To whom it is sent since it has started; with `status`, those of that one.",
    )


@strawberry.type
class CampaignPayload:
    campaign: Campaign | None
    errors: list[UserError]
