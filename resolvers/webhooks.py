"""Webhooks: where an organization's events are sent."""

from __future__ import annotations

from typing import Any

import orjson

from errors import Forbidden
from models.actor import AgentActor
from models.webhook import changing, telling
from models.webhook.webhook import Webhook, WebhookDelivery
from models.words import Role, WebhookEvent
from resolvers import ids
from resolvers.context import Context, Info
from resolvers.given import given, said
from resolvers.once import once_of
from resolvers.paging import Order, Page, page
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.webhooks import (
    CreateWebhookInput,
    DeleteWebhookInput,
    RenewWebhookSecretInput,
    ReplayWebhookDeliveryInput,
    UpdateWebhookInput,
)


async def webhooks(info: Info) -> list[Webhook]:
    """All of the organization's, in the order in which they were made. Refuses Forbidden to who is no administrator."""
    actor = _administrator(info)
    return await Webhook.visible_to(actor).order_by("id")


async def deliveries(
    info: Info, root: Webhook, first: int | None = 20, after: str | None = None
) -> Page[WebhookDelivery]:
    rows = WebhookDelivery.visible_to(_administrator(info)).filter(webhook_id=root.id)
    newest = Order("created_at", descending=True)
    return await page(rows, newest, first=20 if first is None else first, after=after)


def events(root: Webhook) -> list[WebhookEvent]:
    return [WebhookEvent(event) for event in root.events]


def event(root: WebhookDelivery) -> WebhookEvent:
    return WebhookEvent(root.event)


def body(root: WebhookDelivery) -> Any:
    return orjson.loads(root.body)


@refusals_as_values
async def create_webhook(info: Info, input: CreateWebhookInput) -> Payload:
    context, actor = info.context, info.context.agent()
    made = await changing.create_webhook(
        actor=actor,
        keys=context.world.keys,
        addresses=context.world.webhook_addresses,
        once=once_of(context, "createWebhook", input, organization_id=actor.organization_id),
        **said(input),
    )
    return _with_secret(context, made)


@refusals_as_values
async def update_webhook(info: Info, input: UpdateWebhookInput) -> Payload:
    changed = await changing.update_webhook(
        ids.decode(input.webhook_id, "Webhook", field=("webhookId",)),
        actor=info.context.agent(),
        addresses=info.context.world.webhook_addresses,
        expected_version=input.expected_version,
        **given(input, nullable={"description"}, without={"webhook_id"}),
    )
    return Payload(webhook=changed)


@refusals_as_values
async def renew_webhook_secret(info: Info, input: RenewWebhookSecretInput) -> Payload:
    context, actor = info.context, info.context.agent()
    renewed = await changing.renew_secret(
        ids.decode(input.webhook_id, "Webhook", field=("webhookId",)),
        actor=actor,
        keys=context.world.keys,
        now=context.now(),
        expected_version=input.expected_version,
        once=once_of(context, "renewWebhookSecret", input, organization_id=actor.organization_id),
    )
    return _with_secret(context, renewed)


@refusals_as_values
async def delete_webhook(info: Info, input: DeleteWebhookInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.webhook_id, "Webhook", field=("webhookId",))
    await changing.delete_webhook(key, actor=actor, expected_version=input.expected_version)
    return Payload(deleted=True)


@refusals_as_values
async def replay_webhook_delivery(info: Info, input: ReplayWebhookDeliveryInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.delivery_id, "WebhookDelivery", field=("deliveryId",))
    return Payload(delivery=await telling.replay(key, actor=actor, now=info.context.now()))


def _with_secret(context: Context, webhook: Webhook) -> Payload:
    return Payload(webhook=webhook, secret=changing.secret_of(webhook, keys=context.world.keys))


def _administrator(info: Info) -> AgentActor:
    actor = info.context.agent()
    if actor.agent.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only administrators see where events are sent.")
    return actor
