"""Agents make contacts, edit them, and make two of them one."""

from __future__ import annotations

from typing import Any

from models.contact import changing, duplicating, merging
from resolvers import ids
from resolvers.context import Info
from resolvers.given import given, said
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.contacts import (
    ContactInput,
    CreateContactInput,
    DuplicateContactInput,
    MergeContactsInput,
    UnmergeContactInput,
    UpdateContactInput,
)

_NULLABLE = ("email", "phone", "locale", "time_zone")
_READ = {"list_id", "tag_ids"}


@refusals_as_values
async def create_contact(info: Info, input: CreateContactInput) -> Payload:
    actor, context = info.context.agent(), info.context
    once = once_of(context, "createContact", input, organization_id=actor.organization_id)
    named = _meant(input.contact, said(input.contact, without=_READ), input.contact.tag_ids or [])
    made = await changing.create_contact(actor=actor, now=context.now(), once=once, **named)
    return Payload(contact=made)


@refusals_as_values
async def update_contact(info: Info, input: UpdateContactInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.contact_id, "Contact", field=("contactId",))
    named = given(input.contact, nullable=_NULLABLE, without=_READ, within=("contact",))
    changed = await changing.update_contact(
        key,
        actor=actor,
        now=info.context.now(),
        expected_version=input.expected_version,
        **_meant(input.contact, named, input.contact.tag_ids),
    )
    return Payload(contact=changed)


@refusals_as_values
async def merge_contacts(info: Info, input: MergeContactsInput) -> Payload:
    kept = await merging.merge_contacts(
        ids.decode(input.keep_id, "Contact", field=("keepId",)),
        ids.decode(input.merge_id, "Contact", field=("mergeId",)),
        actor=info.context.agent(),
        now=info.context.now(),
    )
    return Payload(contact=kept)


@refusals_as_values
async def unmerge_contact(info: Info, input: UnmergeContactInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.contact_id, "Contact", field=("contactId",))
    return Payload(contact=await merging.unmerge_contact(key, actor=actor, now=info.context.now()))


@refusals_as_values
async def duplicate_contact(info: Info, input: DuplicateContactInput) -> Payload:
    copy = await duplicating.duplicate_contact(
        ids.decode(input.contact_id, "Contact", field=("contactId",)),
        ids.decode(input.list_id, "ContactList", field=("listId",)),
        actor=info.context.agent(),
        now=info.context.now(),
    )
    return Payload(contact=copy)


def _meant(contact: ContactInput, named: dict[str, Any], tag_ids: Any) -> dict[str, Any]:
    """What the input names, in the words of the model."""
    named["contact_list_id"] = ids.decode(contact.list_id, "ContactList", field=("contact", "listId"))
    tags = ids.decode_all(tag_ids, "Tag", field=("contact", "tagIds"))
    return named if tags is None else {**named, "tags": tags}
