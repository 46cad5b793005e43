"""Inputs about campaigns."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models.words import CampaignField
from schema.enums import ENUMS
from schema.inputs.words import EXPECTED_VERSION, IDEMPOTENCY_KEY

assert ENUMS  # they are told to Strawberry before any input names them


@strawberry.input(description="What a variable of the template is filled with: one of the three.")
class CampaignValueInput:
    variable: str = strawberry.field(description="As the template lists it.")
    text: str | None = strawberry.field(default=None, description="For everybody the same: a line.")
    contact_field: CampaignField | None = strawberry.field(
        default=None, description="What is known of each contact."
    )
    custom_field: str | None = strawberry.field(
        default=None, description="The key of one of the fields that the list defines."
    )
    otherwise: str | None = strawberry.field(
        default=None,
        description="For contacts of whom that is not known. Without it, they are not sent the template, and fail.",
    )


@strawberry.input
class CreateCampaignInput:
    account_id: strawberry.ID = strawberry.field(description="The number by which it is sent.")
    template_id: strawberry.ID = strawberry.field(description="One of the account's that is APPROVED.")
    list_id: strawberry.ID
    values: list[CampaignValueInput] = strawberry.field(
        default_factory=list, description="One for each variable of the template."
    )
    scheduled_at: datetime | None = strawberry.field(
        default=None, description="When it is to start, within a year; null: at once."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input
class CancelCampaignInput:
    campaign_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
