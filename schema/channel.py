"""Channel accounts: numbers at providers of messages."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models.channel import account, template
from models.words import MessagingProvider
from resolvers import calendars, channels
from schema.desk import ContactList
from schema.field import resolved_by
from schema.node import Node, UserError
from schema.organization import Service
from schema.scalars import Locale


@strawberry.type(description="Whether messages come through, as far as the provider tells.")
class ChannelHealth:
    is_well: bool = strawberry.field(
        name="ok", description="False from an error until something succeeds, or other credentials are given."
    )
    last_inbound_at: datetime | None = strawberry.field(description="When somebody wrote last.")
    last_outbound_at: datetime | None = strawberry.field(
        description="When the provider took something to be sent last."
    )
    last_error_at: datetime | None
    last_error: str | None = strawberry.field(description="It stays told once all is well again.")


@strawberry.type(
    description="An organization's WhatsApp number at a provider of messages. Its credentials never come back out. For"
    " administrators."
)
class ChannelAccount(Node):
    rows = account.ChannelAccount
    version: int
    name: str
    provider: MessagingProvider
    address: str = strawberry.field(description="The number, in E.164.")
    service: Service = resolved_by(channels.service)
    contact_list: ContactList = resolved_by(channels.contact_list)
    recontact_template: MessageTemplate | None = resolved_by(
        channels.recontact_template, description="By which one writes to somebody who has not written lately."
    )
    templates: list[MessageTemplate] = resolved_by(
        channels.templates, description="As the provider has had them when they were listed last."
    )
    health: ChannelHealth = resolved_by(channels.health)
    webhook_url: str = resolved_by(
        channels.webhook_url,
        description="Enter it at the provider, as where the number's messages and statuses are sent. It is a secret,"
        " and what comes there must be signed by the provider all the same.",
    )


@strawberry.type(
    description="What may be written to somebody who has not written lately, in one language. All but"
    " `availableForAgents` is as the provider has it, and listed once a day."
)
class MessageTemplate(Node):
    rows = template.MessageTemplate
    version: int
    account: ChannelAccount = resolved_by(channels.account_of)
    name: str
    language: Locale
    body: str
    variables: list[str] = strawberry.field(
        description="The places in the body that are filled: {{1}}, {{2}} …"
    )
    status: str = strawberry.field(
        description="The provider's own word: only what is APPROVED may be sent. GONE: the provider has it no more."
    )
    available_for_agents: bool


@strawberry.type
class MessageTemplatePayload:
    template: MessageTemplate | None
    errors: list[UserError]


@strawberry.type
class ChannelAccountPayload:
    account: ChannelAccount | None
    errors: list[UserError]


@strawberry.type
class DisconnectChannelAccountPayload:
    disconnected: bool = resolved_by(calendars.was_disconnected)
    errors: list[UserError]
