"""Holding contacts for what is done to them, so that nobody is recognised as one of them meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any

from models.contact.alias import ContactAlias
from models.contact.contact import Contact
from models.contact.details import Said
from models.contact.recognising import locks_of
from models.organization.organization import Organization
from models.transactions import Transaction, key_of, transaction


def merging_lock(organization_id: int) -> int:
    """Whoever merges contacts of the organization holds it alone; whoever relies on it that a contact is nobody else
    meanwhile shares it."""
    return key_of("contacts-merging", organization_id)


@asynccontextmanager
async def holding(
    ids: Collection[int], *, organization: Organization, merging: bool = False
) -> AsyncIterator[tuple[Transaction, Mapping[int, Contact]]]:
    """Begin a transaction that holds these contacts of the organization, as far as there are such; with `merging`, also
    all who are the same as one of them, and nobody else merges.

    Whoever books gives the contact's details and holds the locks of these (see recognising.py): they come before, or
    after. If somebody changes the details before the locks are had, these are others, and it begins anew.
    """
    first = (merging_lock(organization.id),) if merging else ()
    while True:
        seen = await _found(ids, organization, merging=merging)
        aliases = await ContactAlias.filter(contact_id__in=list(seen))
        said: list[Said] = [*seen.values(), *aliases]
        locks = sorted({lock for one in said for lock in locks_of(one, organization=organization)})
        async with transaction(locks=(*first, *locks)) as tx:
            # NO KEY: what only names them, as a message does its author, is written meanwhile.
            await tx.rows("SELECT FROM contact WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", sorted(seen))
            held = await _found(ids, organization, merging=merging)
            if _details(held) == _details(seen):
                yield tx, held
                return


async def present_held(tx: Transaction, contact: Contact) -> Contact:
    """Who the contact is by now, and is until the transaction ends: nobody merges contacts of their organization until
    then, nor renames this one. To be called before rows are locked."""
    await share_merging(tx, contact.organization_id)
    current = await (await Contact.get(id=contact.id)).present()
    [held] = await Contact.where("id = %s FOR SHARE", current.id)
    return held


async def share_merging(tx: Transaction, organization_id: int) -> None:
    """Have nobody merge contacts of the organization until the transaction ends."""
    await tx.rows("SELECT pg_advisory_xact_lock_shared(%s)", merging_lock(organization_id))


async def _found(ids: Collection[int], organization: Organization, *, merging: bool) -> dict[int, Contact]:
    rows = Contact.filter(organization_id=organization.id)
    wanted = Contact.same_as(ids) if merging else list(ids)
    return {one.id: one for one in await rows.filter(id__in=wanted).order_by("id")}


def _details(contacts: Mapping[int, Contact]) -> dict[int, Any]:
    return {id: (one.name, one.email, one.phone, one.merged_into_id) for id, one in contacts.items()}
