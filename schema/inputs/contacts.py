"""Inputs about contacts."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import UNSET

from models.words import TagMatch
from schema.enums import ENUMS
from schema.inputs.words import EXPECTED_VERSION, IDEMPOTENCY_KEY
from schema.scalars import JSON, Locale, TimeZone

assert ENUMS  # they are told to Strawberry before any input names them

_PHONE = "With its country code: +39 …; kept as it is dialled today, and found in older forms, too."


@strawberry.input(
    description="All that is given must hold. Nobody is found who was merged into another contact."
)
class ContactFilter:
    list_id: strawberry.ID | None = None
    tag_ids: list[strawberry.ID] | None = None
    tag_match: TagMatch | None = strawberry.field(
        default=TagMatch.ANY, description="Whether one of the tags will do, or all are wanted."
    )
    mine: bool | None = strawberry.field(
        default=None,
        description="Whom the viewer has edited, or has been in a conversation or a meeting with.",
    )
    search: str | None = strawberry.field(
        default=None,
        description="Words of the name, the address or the number, as they begin. Whom addresses are masked from"
        " search by names, and find nobody by `email` or `phone`.",
    )
    email: str | None = strawberry.field(default=None, description="The whole address.")
    phone: str | None = strawberry.field(default=None, description="The whole number, in whichever form.")
    custom_fields: JSON | None = strawberry.field(
        default=None, description="An object: each of these fields has this very value."
    )
    created_from: datetime | None = None
    created_to: datetime | None = strawberry.field(default=None, description="Before this moment.")


@strawberry.input(description="In `updateContact` what is absent stays, and null takes away.")
class ContactInput:
    list_id: strawberry.ID
    name: str
    email: str | None = UNSET
    phone: str | None = strawberry.field(default=UNSET, description=_PHONE)
    locale: Locale | None = UNSET
    time_zone: TimeZone | None = UNSET
    tag_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="All of them, anew; at most 50."
    )
    custom_fields: JSON | None = strawberry.field(
        default=UNSET,
        description="An object: fields that the list defines, with values of their types. Those that are absent stay,"
        " and null takes one away; what the list requires must be there in the end.",
    )


@strawberry.input
class CreateContactInput:
    contact: ContactInput
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input
class UpdateContactInput:
    contact_id: strawberry.ID
    contact: ContactInput
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)


@strawberry.input
class MergeContactsInput:
    keep_id: strawberry.ID = strawberry.field(
        description="Who is kept; of one who was merged before, whom they are by now."
    )
    merge_id: strawberry.ID = strawberry.field(description="Who becomes the other one.")


@strawberry.input
class UnmergeContactInput:
    contact_id: strawberry.ID = strawberry.field(description="Who was merged.")


@strawberry.input
class DuplicateContactInput:
    contact_id: strawberry.ID
    list_id: strawberry.ID
