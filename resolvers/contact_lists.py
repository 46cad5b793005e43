"""Contact lists, and what is kept of the contacts in them."""

from __future__ import annotations

from typing import Any

from models.contact.contact import Contact
from models.desk import listing
from models.desk.contact_list import ContactList
from models.desk.listing import CustomField
from resolvers import ids
from resolvers.agents import for_colleagues
from resolvers.context import Info
from resolvers.given import given, said
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.desk import CreateContactListInput, DeleteContactListInput, UpdateContactListInput


async def contact_lists(info: Info) -> list[ContactList]:
    """The default one first."""
    own = info.context.agent().organization_id
    return await ContactList.filter(organization_id=own).order_by("-is_default", "name", "id")


async def list_of_contact(info: Info, root: Contact) -> ContactList | None:
    """Which list a guest is in is the organization's own affair. Of a contact that was made just now, only the database
    knows it."""
    own = for_colleagues(info, root)
    if own.contact_list_id is None:
        await own.refresh_from_db(fields=["contact_list_id"])
    assert own.contact_list_id is not None
    return await info.context.loaders.contact_lists.load(own.contact_list_id)


def custom_field_definitions(root: ContactList) -> list[CustomField]:
    return listing.defined(root.custom_fields)


def can_add(info: Info, root: ContactList) -> bool:
    return root.can_add(info.context.agent())


async def count(info: Info, root: ContactList) -> int:
    return await info.context.loaders.contacts_of_list.load(root.id)


@refusals_as_values
async def create_contact_list(info: Info, input: CreateContactListInput) -> Payload:
    actor = info.context.agent()
    once = once_of(info.context, "createContactList", input, organization_id=actor.organization_id)
    made = await listing.create_contact_list(actor=actor, once=once, **_meant(said(input)))
    return Payload(list_=made)


@refusals_as_values
async def update_contact_list(info: Info, input: UpdateContactListInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.list_id, "ContactList", field=("listId",))
    named, version = _meant(given(input, without={"list_id"})), input.expected_version
    changed = await listing.update_contact_list(key, actor=actor, expected_version=version, **named)
    return Payload(list_=changed)


@refusals_as_values
async def delete_contact_list(info: Info, input: DeleteContactListInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.list_id, "ContactList", field=("listId",))
    await listing.delete_contact_list(key, actor=actor, expected_version=input.expected_version)
    return Payload(deleted=True)


def _meant(named: dict[str, Any]) -> dict[str, Any]:
    """What the input names, in the words of the model."""
    if "custom_fields" in named:
        named["custom_fields"] = [
            CustomField(one.key, one.label, one.type, one.options, required=bool(one.required))
            for one in named["custom_fields"]
        ]
    return named
