"""Contact lists are made, changed and deleted, and what is kept of their contacts is defined."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypedDict, Unpack

from errors import Invalid
from models import input
from models.actor import AgentActor
from models.campaign.campaign import Campaign
from models.channel.account import ChannelAccount
from models.contact.contact import Contact
from models.desk.contact_list import ContactList
from models.idempotency import Once
from models.organization.authority import authority_of
from models.register import Register
from models.transactions import Transaction
from models.words import CustomFieldType

MOST_FIELDS = input.MOST_CUSTOM_FIELDS
MOST_OPTIONS = 100
_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class CustomField:
    """What is kept of a list's contacts under `key`; `options` are of a CHOICE alone."""

    key: str
    label: str
    type: CustomFieldType
    options: Sequence[str] | None = None
    required: bool = False


CONTACT_LISTS = Register(ContactList, "list", "listId")


class ListFields(TypedDict, total=False):
    """What is set of a list; what is not given stays. Fields are given anew, as a whole."""

    name: str
    agents_can_add: bool
    custom_fields: Sequence[CustomField]


async def create_contact_list(
    *, actor: AgentActor, once: Once | None = None, **fields: Unpack[ListFields]
) -> ContactList:
    """Add a list, without contacts yet; it needs a name of its own. Refuses NotAllowed and Invalid."""
    (await authority_of(actor)).over_organization()
    made = ContactList(organization_id=actor.organization_id, **_checked(fields))
    return await CONTACT_LISTS.add(made, actor=actor, once=once)


async def update_contact_list(
    list_id: int, *, actor: AgentActor, expected_version: int | None = None, **fields: Unpack[ListFields]
) -> ContactList:
    """Change what is given of the list. What contacts have under the key of a field that is gone stays, and is shown
    again with it. Refuses NotAllowed, NotFound, Stale, and Invalid: also for another type under a key that there is."""
    (await authority_of(actor)).over_organization()
    columns = _checked(fields)

    async def check(tx: Transaction, row: ContactList) -> None:
        _check_types(row.custom_fields, columns.get("custom_fields", ()))

    return await CONTACT_LISTS.change(
        list_id, columns, actor=actor, expected_version=expected_version, check=check
    )


async def delete_contact_list(list_id: int, *, actor: AgentActor, expected_version: int | None = None) -> None:
    """Take an empty list away. Refuses NotAllowed, NotFound, Stale, and Invalid: for the default list, for one with
    contacts, for one into which who writes to a channel account comes, and for one of a campaign, which names it."""
    (await authority_of(actor)).over_organization()
    await CONTACT_LISTS.delete(list_id, actor=actor, expected_version=expected_version, check=_check_unused)


def defined(stored: Sequence[dict[str, Any]]) -> list[CustomField]:
    """The fields of a list, as they are stored."""
    return [CustomField(**{**one, "type": CustomFieldType(one["type"])}) for one in stored]


async def _check_unused(tx: Transaction, row: ContactList) -> None:
    if row.is_default:
        raise Invalid(
            "The default list stays: contacts are in it unless another one is named.", field=("listId",)
        )
    if number := await Contact.filter(contact_list_id=row.id, merged_into_id__isnull=True).count():
        contacts = "contact is" if number == 1 else "contacts are"
        raise Invalid(f"{number} {contacts} in this list: move them to another one first.", field=("listId",))
    account = await ChannelAccount.of(row.organization_id).filter(contact_list_id=row.id).first()
    if account is not None:
        raise Invalid(
            f"Who writes to the channel account {account.name} comes into this list: give it another one first.",
            field=("listId",),
        )
    if await Campaign.filter(contact_list_id=row.id).exists():
        raise Invalid("Campaigns name this list: it stays with them.", field=("listId",))
    # Whoever was merged into somebody else is in no list that anybody sees.
    default = await ContactList.get(organization_id=row.organization_id, is_default=True)
    await Contact.filter(contact_list_id=row.id).update(contact_list_id=default.id)


def _check_types(known: Sequence[dict[str, Any]], wanted: Sequence[dict[str, Any]]) -> None:
    """What contacts have would not be of the new type."""
    types = {one["key"]: one["type"] for one in known}
    for index, one in enumerate(wanted):
        if types.get(one["key"], one["type"]) != one["type"]:
            field = ("customFields", str(index), "type")
            raise Invalid("A field keeps its type: add another one under a new key.", field=field)


def _checked(fields: ListFields) -> dict[str, Any]:
    """The fields as they are kept."""
    columns: dict[str, Any] = {**fields}
    if "name" in fields:
        columns["name"] = input.line(fields["name"], field=("name",))
    if "custom_fields" in fields:
        columns["custom_fields"] = _stored(fields["custom_fields"])
    return columns


def _stored(definitions: Sequence[CustomField]) -> list[dict[str, Any]]:
    if len(definitions) > MOST_FIELDS:
        raise Invalid(f"A list has at most {MOST_FIELDS} fields.", field=("customFields",))
    kept: list[dict[str, Any]] = []
    for index, one in enumerate(definitions):
        place = ("customFields", str(index))
        if not _KEY.fullmatch(one.key):
            raise Invalid("A key has up to 64 small letters (a-z), digits and _.", field=(*place, "key"))
        if any(one.key == other["key"] for other in kept):
            raise Invalid("This key is given twice.", field=(*place, "key"))
        label = input.line(one.label, field=(*place, "label"))
        options = _options(one, place=place)
        kept.append({**asdict(one), "type": one.type.value, "label": label, "options": options})
    return kept


def _options(definition: CustomField, *, place: tuple[str, ...]) -> list[str] | None:
    field = (*place, "options")
    if definition.type is not CustomFieldType.CHOICE:
        if definition.options:
            raise Invalid("Options are those of a CHOICE.", field=field)
        return None
    options = [input.line(one, field=field) for one in definition.options or ()]
    if not 1 <= len(options) <= MOST_OPTIONS or len(set(options)) != len(options):
        raise Invalid(f"A CHOICE has 1 to {MOST_OPTIONS} options, none twice.", field=field)
    return options
