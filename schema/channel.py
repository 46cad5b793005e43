"""Channel accounts: numbers at providers of messages."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models.channel import account
from models.words import MessagingProvider
from resolvers import calendars, channels
from schema.desk import ContactList
from schema.field import resolved_by
from schema.node import Node, UserError
from schema.organization import Service


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
    health: ChannelHealth = resolved_by(channels.health)
    webhook_url: str = resolved_by(
        channels.webhook_url,
        description="Enter it at the provider, as where the number's messages and statuses are sent. It is a secret,"
        " and what comes there must be signed by the provider all the same.",
    )


@strawberry.type
class ChannelAccountPayload:
    account: ChannelAccount | None
    errors: list[UserError]


@strawberry.type
class DisconnectChannelAccountPayload:
    disconnected: bool = resolved_by(calendars.was_disconnected)
    errors: list[UserError]
