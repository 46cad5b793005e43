"""Agents make contacts, and edit them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, TypedDict, Unpack

from errors import Invalid, NotAllowed, NotFound, Stale
from models import input
from models.actor import AgentActor
from models.audit.auditing import audit
from models.contact import number
from models.contact.alias import keep_alias
from models.contact.contact import Contact
from models.contact.details import Known
from models.contact.fields import check_moved, checked
from models.contact.holding import holding
from models.contact.keeping import note_edit, tag_contact
from models.contact.rights import check_sees_all, check_unmasked
from models.contact.telling import tell_of
from models.desk.contact_list import ContactList
from models.desk.listing import defined
from models.editing import save
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.organization.organization import Organization
from models.transactions import Transaction, transaction

_REACHED = ("email", "phone")


class ContactFields(TypedDict, total=False):
    """What is set of a contact; what is not given stays. Of `custom_fields` a null takes the value away."""

    contact_list_id: int
    name: str
    email: str | None
    phone: str | None
    locale: str | None
    time_zone: str | None
    tags: Collection[int]
    custom_fields: object


async def create_contact(
    *, actor: AgentActor, now: datetime, once: Once | None = None, **fields: Unpack[ContactFields]
) -> Contact:
    """Add a contact to a list, whoever else has the same details. Refuses NotAllowed where the actor adds nobody,
    NotFound, Invalid, and ContactFieldRequired for a custom field."""
    columns = _checked(fields)
    async with transaction() as tx:
        if (earlier := await earlier_outcome(tx, once)) is not None:
            return await _still_there(earlier, actor)
        into = await list_to_add_to(fields["contact_list_id"], actor)
        columns["custom_fields"] = checked(
            fields.get("custom_fields", {}), definitions=defined(into.custom_fields)
        )
        contact = Contact(organization_id=actor.organization_id, contact_list_id=into.id, **columns)
        await contact.save()
        await tag_contact(tx, contact, fields.get("tags", ()))
        await note_edit(tx, contact, actor=actor, now=now)
        await audit(tx, "createContact", contact, actor=actor, list=into)
        await remember_outcome(tx, once, contact.id)
    return contact


async def update_contact(
    contact_id: int,
    *,
    actor: AgentActor,
    now: datetime,
    expected_version: int | None = None,
    **fields: Unpack[ContactFields],
) -> Contact:
    """Change what is given of the contact; whoever looks at their conversations is told.

    Refuses NotFound, Stale, Invalid, ContactFieldRequired, and NotAllowed: for a list to which the actor adds nobody,
    and for an address or number where they do not see all that is the contact's.
    """
    columns = _checked(fields)
    organization = await Organization.get(id=actor.organization_id)
    async with holding([contact_id], organization=organization) as (tx, held):
        contact = present(held.get(contact_id), expected_version=expected_version)
        columns |= await _moved(contact, fields, actor=actor)
        changed = {name: value for name, value in columns.items() if getattr(contact, name) != value}
        await _check_reaching(contact, changed, actor=actor, organization=organization)
        tagged = "tags" in fields and await tag_contact(tx, contact, fields["tags"])
        if changed or tagged:
            before = Known.of(contact)
            contact.update_from_dict(changed)
            await keep_alias(tx, contact, before)
            await save(contact, *changed, "known_otherwise")
            await _keep(tx, contact, [*changed, *(["tags"] if tagged else [])], actor=actor, now=now)
    return contact


async def list_to_add_to(
    list_id: int, actor: AgentActor, *, field: input.Field = ("contact", "listId")
) -> ContactList:
    """The list, which stays as it is until the transaction ends. Refuses NotFound, and NotAllowed where the actor does
    not add to it."""
    found = await ContactList.where(
        "id = %s AND organization_id = %s FOR SHARE", list_id, actor.organization_id
    )
    for one in found:
        if not one.can_add(actor):
            raise NotAllowed("Only administrators and managers add contacts to this list.", field=field)
        return one
    raise NotFound("There is no such list.", field=field)


def present(contact: Contact | None, *, expected_version: int | None = None) -> Contact:
    """The contact, who is held, if they are still themselves. Refuses NotFound, Invalid and Stale."""
    if contact is None:
        raise NotFound("There is no such contact.", field=("contactId",))
    if contact.merged_into_id is not None:
        raise Invalid("This contact was merged into another one.", field=("contactId",))
    if expected_version is not None and expected_version != contact.version:
        raise Stale("Somebody has changed this meanwhile.", field=("expectedVersion",))
    return contact


async def _moved(contact: Contact, fields: ContactFields, *, actor: AgentActor) -> dict[str, Any]:
    """The list that the contact is in from now on, and what is kept of them there. What their list requires is looked
    at where one of the two is given anew."""
    list_id = fields.get("contact_list_id", contact.contact_list_id)
    moves = list_id != contact.contact_list_id
    if not moves and "custom_fields" not in fields:
        return {}
    assert list_id is not None
    into = await list_to_add_to(list_id, actor) if moves else await ContactList.get(id=list_id)
    definitions = defined(into.custom_fields)
    kept = checked(fields.get("custom_fields", {}), definitions=definitions, known=contact.custom_fields)
    if moves:
        check_moved(kept, definitions=definitions)
    return {"contact_list_id": list_id, "custom_fields": kept}


async def _check_reaching(
    contact: Contact, changed: dict[str, Any], *, actor: AgentActor, organization: Organization
) -> None:
    """Whom an address or a number reaches sees more than an agent may who is to be kept from it."""
    if not changed.keys().isdisjoint(_REACHED):
        check_unmasked(actor, organization)
    if changed.get("email") is not None:
        await check_sees_all(actor, [contact.id])


async def _keep(
    tx: Transaction, contact: Contact, changed: Iterable[str], *, actor: AgentActor, now: datetime
) -> None:
    """Who has edited what: by the names alone, as what was said of guests is forgotten one day."""
    await note_edit(tx, contact, actor=actor, now=now)
    await audit(tx, "updateContact", contact, actor=actor, changed=sorted(changed))
    await tell_of(contact)


async def _still_there(id: int, actor: AgentActor) -> Contact:
    found = await Contact.get_or_none(id=id, organization_id=actor.organization_id)
    if found is None:
        raise NotFound("The contact has been deleted since.", field=("idempotencyKey",))
    return found


def _checked(fields: ContactFields) -> dict[str, Any]:
    """The columns as they are kept, but for those that depend on the list."""
    columns: dict[str, Any] = {
        name: value
        for name, value in fields.items()
        if name not in ("contact_list_id", "tags", "custom_fields")
    }
    checks = {"email": input.email, "phone": number.phone, "locale": input.locale, "time_zone": _zone}
    for name, check in {"name": input.line, **checks}.items():
        if columns.get(name) is not None:
            columns[name] = check(columns[name], field=("contact", _CALLED.get(name, name)))
    return columns


_CALLED = {"time_zone": "timeZone"}


def _zone(name: str, *, field: input.Field) -> str:
    return input.zone(name, field=field).key
