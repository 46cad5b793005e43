"""Webhooks, and what became of the events that were sent to them."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models.webhook import webhook
from models.words import DeliveryState, WebhookEvent
from resolvers import paging, webhooks
from schema.field import resolved_by
from schema.node import Node, PageInfo, UserError
from schema.scalars import JSON


@strawberry.type(
    description="An event on its way to a webhook. It is sent by POST until it is answered with 2xx, with pauses from"
    " half a minute to a day, for three days; at least once, and what concerns one meeting in its order."
)
class WebhookDelivery(Node):
    rows = webhook.WebhookDelivery
    event: WebhookEvent = resolved_by(webhooks.event)
    message_id: str = strawberry.field(
        description="The header webhook-id: the same at every attempt, by which a receiver knows what it has already."
    )
    state: DeliveryState = strawberry.field(description="FAILED: given up; it can be sent again.")
    created_at: datetime
    attempts: int = strawberry.field(description="How many there were, since it was last asked for.")
    attempted_at: datetime | None = strawberry.field(description="When the last attempt ended.")
    duration_milliseconds: int | None = strawberry.field(description="How long the last attempt took.")
    status_code: int | None = strawberry.field(description="What the last attempt was answered with.")
    next_attempt_at: datetime | None
    error: str | None = strawberry.field(description="Why the last attempt was none that counts.")
    answer: str | None = strawberry.field(description="How such an answer began: a thousand bytes at most.")
    body: JSON = resolved_by(webhooks.body, description="What is sent.")


@strawberry.type
class WebhookDeliveryEdge:
    node: WebhookDelivery
    cursor: str


@strawberry.type
class WebhookDeliveryConnection:
    edges: list[WebhookDeliveryEdge]
    page_info: PageInfo
    total_count: int = resolved_by(paging.total_count)


@strawberry.type(
    description="Where an organization's events are sent, signed as Standard Webhooks says"
    " (https://www.standardwebhooks.com): HMAC-SHA256 over webhook-id, webhook-timestamp and the body. For"
    " administrators."
)
class Webhook(Node):
    rows = webhook.Webhook
    version: int
    url: str
    description: str | None
    events: list[WebhookEvent] = resolved_by(webhooks.events)
    is_active: bool = strawberry.field(
        description="False also once nothing has arrived for three days, or it has answered 410 (Gone)."
    )
    failing_since: datetime | None = strawberry.field(description="Null while what was sent last has arrived.")
    last_error: str | None
    disabled_at: datetime | None = strawberry.field(description="When it was disabled for its answers.")
    former_until: datetime | None = strawberry.field(
        name="formerSecretUntil",
        description="Until when what is sent is signed by the former secret too.",
    )
    created_at: datetime
    deliveries: WebhookDeliveryConnection = resolved_by(
        webhooks.deliveries, description="Of the last fourteen days, the newest first."
    )


@strawberry.type
class WebhookPayload:
    webhook: Webhook | None
    errors: list[UserError]


@strawberry.type
class WebhookSecretPayload:
    webhook: Webhook | None
    secret: str | None = strawberry.field(
        description="What what is sent is signed with (whsec_…). It is shown here, and never again."
    )
    errors: list[UserError]


@strawberry.type
class ReplayWebhookDeliveryPayload:
    delivery: WebhookDelivery | None
    errors: list[UserError]
