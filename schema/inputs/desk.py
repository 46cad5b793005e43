"""Inputs about tags, canned replies, dispositions and contact lists. In updates, what is absent stays as it is."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from models.words import CustomFieldType
from schema.enums import ENUMS
from schema.inputs.words import EXPECTED_VERSION, IDEMPOTENCY_KEY
from schema.scalars import Locale

assert ENUMS  # they are told to Strawberry before any input names them

_COLOR = "As CSS writes it: # and six hexadecimal digits."
_SHORTCUT = "One word of letters, digits, _ and -, kept in small letters."
_ALL_SERVICES = "Null: of all services."
_EVERY_LANGUAGE = "Null: for every language."
_FIELDS = "All of them, anew; a key keeps its type. What contacts have under a key that goes is kept."
_ADDING = "False: only administrators and managers add contacts."


@strawberry.input
class CreateTagInput:
    name: str
    color: str = strawberry.field(description=_COLOR)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="What is given is changed.")
class UpdateTagInput:
    tag_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    name: str | None = UNSET
    color: str | None = strawberry.field(default=UNSET, description=_COLOR)


@strawberry.input
class DeleteTagInput:
    tag_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)


@strawberry.input
class CreateCannedReplyInput:
    shortcut: str = strawberry.field(description=_SHORTCUT)
    text: str
    service_id: strawberry.ID | None = strawberry.field(default=None, description=_ALL_SERVICES)
    locale: Locale | None = strawberry.field(default=None, description=_EVERY_LANGUAGE)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="What is given is changed.")
class UpdateCannedReplyInput:
    reply_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    shortcut: str | None = strawberry.field(default=UNSET, description=_SHORTCUT)
    text: str | None = UNSET
    service_id: strawberry.ID | None = strawberry.field(default=UNSET, description=_ALL_SERVICES)
    locale: Locale | None = strawberry.field(default=UNSET, description=_EVERY_LANGUAGE)


@strawberry.input
class DeleteCannedReplyInput:
    reply_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)


@strawberry.input
class CreateDispositionInput:
    name: str
    service_id: strawberry.ID | None = strawberry.field(default=None, description=_ALL_SERVICES)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="What is given is changed.")
class UpdateDispositionInput:
    disposition_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    name: str | None = UNSET
    service_id: strawberry.ID | None = strawberry.field(default=UNSET, description=_ALL_SERVICES)


@strawberry.input
class DeleteDispositionInput:
    disposition_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)


@strawberry.input(description="What is kept of each contact of the list.")
class CustomFieldInput:
    key: str = strawberry.field(description="Up to 64 small letters (a-z), digits and _, a letter first.")
    label: str
    type: CustomFieldType
    options: list[str] | None = strawberry.field(default=None, description="Of a CHOICE: 1 to 100, none twice.")
    required: bool | None = False


@strawberry.input
class CreateContactListInput:
    name: str
    agents_can_add: bool | None = strawberry.field(default=True, description=_ADDING)
    custom_fields: list[CustomFieldInput] | None = None
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="What is given is changed.")
class UpdateContactListInput:
    list_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    name: str | None = UNSET
    agents_can_add: bool | None = strawberry.field(default=UNSET, description=_ADDING)
    custom_fields: list[CustomFieldInput] | None = strawberry.field(default=UNSET, description=_FIELDS)


@strawberry.input
class DeleteContactListInput:
    list_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
