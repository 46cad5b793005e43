"""Events are put on their way to the webhooks that want them, and again where somebody asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from errors import Invalid, NotFound
from models.actor import AgentActor
from models.audit.auditing import audit
from models.transactions import Transaction, transaction
from models.webhook.changing import check_administrator
from models.webhook.webhook import Webhook, WebhookDelivery
from models.words import DeliveryState, WebhookEvent

if TYPE_CHECKING:
    from models.conversation.message import Message

DELIVER, TELL_OF_MESSAGE = "webhooks.deliver", "webhooks.tell_of_message"


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it is sent: its kind, its name, what it is about, and the JSON that tells of it."""

    event: WebhookEvent
    message_id: str
    about: str
    body: str


async def webhooks_for(organization_id: int, event: WebhookEvent) -> list[Webhook]:
    """The organization's webhooks that want to be told of such events."""
    active = await Webhook.filter(organization_id=organization_id, is_active=True).order_by("id")
    return [webhook for webhook in active if event.value in webhook.events]


def wanted(organization: str, event: WebhookEvent) -> str:
    """The condition, in SQL, that a webhook of the organization wants to be told of such events: the same."""
    events = f"w.events @> '[\"{event.value}\"]'::jsonb"
    return (
        f"EXISTS (SELECT FROM webhook w WHERE w.organization_id = {organization} AND w.is_active AND {events})"
    )


async def tell_of_message_later(tx: Transaction, message: Message, *, is_wanted: bool | None = None) -> None:
    """Have what a guest has written sent, if anybody wants to be told of it (`is_wanted`, where that is known); part of
    the verb that writes it.

    Who has made a webhook before the verb began is told; there is no job where nobody would be.
    """
    if is_wanted is None:
        is_wanted = bool(await webhooks_for(message.organization_id, WebhookEvent.MESSAGE_ADDED))
    if is_wanted:
        lock = f"conversation:{message.conversation_id}"
        await tx.later(TELL_OF_MESSAGE, lock=lock, message_id=message.id)


async def send_later(tx: Transaction, webhooks: Sequence[Webhook], told: Told, *, now: datetime) -> None:
    """Have the event sent to each of them. A second time nothing happens, so that a job may run twice."""
    for webhook in webhooks:
        [*added] = await tx.rows(
            "INSERT INTO webhook_delivery"
            " (organization_id, webhook_id, event, message_id, about, body, state, attempts, created_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, 0, %s) ON CONFLICT DO NOTHING RETURNING id",
            webhook.organization_id, webhook.id, told.event.value, told.message_id, told.about, told.body,
            DeliveryState.PENDING.value, now,
        )  # fmt: skip
        for row in added:
            await _queue(tx, row["id"], webhook_id=webhook.id, about=told.about)


async def replay(delivery_id: int, *, actor: AgentActor, now: datetime) -> WebhookDelivery:
    """Send an event again, as it was and under the same name, whether or not it has arrived before.

    Refuses NotAllowed, NotFound, and Invalid for one that is still on its way, or whose webhook is disabled.
    """
    check_administrator(actor)
    async with transaction() as tx:
        rows = WebhookDelivery.visible_to(actor).filter(id=delivery_id).select_for_update(no_key=True)
        delivery = await rows.first()
        if delivery is None:
            raise NotFound("There is no such delivery.", field=("deliveryId",))
        if delivery.state is DeliveryState.PENDING:
            raise Invalid("This is still on its way.", field=("deliveryId",))
        if not await Webhook.exists(id=delivery.webhook_id, is_active=True):
            raise Invalid("The webhook is disabled: enable it first.", field=("deliveryId",))
        delivery.state, delivery.next_attempt_at, delivery.attempts = DeliveryState.PENDING, now, 0
        await delivery.save(update_fields=["state", "next_attempt_at", "attempts"])
        await audit(tx, "replayWebhookDelivery", delivery, actor=actor, message_id=delivery.message_id)
        await _queue(tx, delivery.id, webhook_id=delivery.webhook_id, about=delivery.about)
    return delivery


async def _queue(tx: Transaction, delivery_id: int, *, webhook_id: int, about: str) -> None:
    await tx.later(DELIVER, lock=f"webhook:{webhook_id}:{about}", delivery_id=delivery_id)
