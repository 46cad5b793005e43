"""Inputs about webhooks. In updates, what is absent stays as it is."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from models.words import WebhookEvent
from schema.enums import ENUMS
from schema.inputs.words import EXPECTED_VERSION, IDEMPOTENCY_KEY

assert ENUMS  # they are told to Strawberry before any input names them

_URL = "An https address of the public internet, without a password in it."
_DESCRIPTION = "For people, such as what listens there."


@strawberry.input
class CreateWebhookInput:
    url: str = strawberry.field(description=_URL)
    events: list[WebhookEvent]
    description: str | None = strawberry.field(default=None, description=_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input
class UpdateWebhookInput:
    webhook_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    url: str | None = strawberry.field(default=UNSET, description=_URL)
    events: list[WebhookEvent] | None = UNSET
    description: str | None = strawberry.field(default=UNSET, description=_DESCRIPTION)
    is_active: bool | None = strawberry.field(
        default=UNSET,
        description="One that was disabled begins anew; what it has missed can be sent by `replayWebhookDelivery`.",
    )


@strawberry.input
class RenewWebhookSecretInput:
    webhook_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input
class DeleteWebhookInput:
    webhook_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)


@strawberry.input
class ReplayWebhookDeliveryInput:
    delivery_id: strawberry.ID
