"""Who a guest is: by all that they say of themselves (docs/decisions/0004)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.contact.alias import of_alias
from models.contact.contact import Contact
from models.contact.details import GuestDetails, Said, check_required, checked
from models.organization.organization import Organization
from models.transactions import Transaction, key_of
from models.trip import Statement
from models.writing import as_json

# Each address is looked up by itself, in its index, whatever the planner knows of the table.
_STRANGERS = b"""
SELECT email, phone FROM json_to_recordset($2::text::json) AS said (email text, phone text)
WHERE coalesce(email, phone) IS NOT NULL
    AND (SELECT id FROM contact WHERE organization_id = $1 AND contact.email = said.email LIMIT 1) IS NULL
    AND (SELECT id FROM contact WHERE organization_id = $1 AND contact.phone = said.phone LIMIT 1) IS NULL
"""


@dataclass(frozen=True, slots=True)
class Alike:
    """Who gives these details: the contact who is known by all of them, as who they are by now; a stranger, if nobody
    is by any address."""

    same: Contact | None
    is_stranger: bool


STRANGER = Alike(None, is_stranger=True)


async def recognise(tx: Transaction, details: GuestDetails, *, organization: Organization) -> Contact:
    """The contact whose name, address and number are these, or a new one, which is added.

    Nothing has been verified, so whoever knows a stranger's address alone must not be shown, or change, what
    is known of them. Refuses Invalid details and ContactFieldRequired.
    """
    known = await alike(tx, details, organization=organization)
    return known.same or await tx.add(Contact.new(details, organization=organization))


async def alike(tx: Transaction, details: GuestDetails, *, organization: Organization) -> Alike:
    """The contact whose name, address and number are these, and whether anybody is known by that address or number.
    Where there is none yet, no other transaction makes one until this one ends. Refuses Invalid details and
    ContactFieldRequired."""
    details = checked(details)
    check_required(details, organization)
    for lock in locks_of(details, organization=organization):
        await tx.lock(lock)
    said = {"name": details.name, "email": details.email, "phone": details.phone}
    shared = [name for name in ("email", "phone") if said[name] is not None]
    conditions = [("name", "email", "phone"), *((name,) for name in shared)]
    found = await Contact.where(
        f"id IN ({' UNION ALL '.join(_first(said, names) for names in conditions)}) ORDER BY id",
        *(
            value
            for names in conditions
            for value in (organization.id, *(said[name] for name in names))
            if value is not None
        ),
    )
    same = next((one for one in found if (one.name, one.email, one.phone) == tuple(said.values())), None)
    if same is None:
        own = None if not found else await of_alias(details, organization_id=organization.id)
        return Alike(own, is_stranger=not found)
    return Alike(await same.present(), is_stranger=False)


async def known_by(said: Said, *, organization_id: int) -> Contact | None:
    """Whoever `alike` would find to be the same by details that have been checked; without waiting for anybody."""
    own = {"name": said.name, "email": said.email, "phone": said.phone}
    found = await Contact.filter(organization_id=organization_id, **own).order_by("id").first()
    return await found.present() if found else await of_alias(said, organization_id=organization_id)


async def hold_other_details(tx: Transaction, contact: Contact | None) -> None:
    """Have the meetings of a contact of several details be counted one request at a time, by whichever of them they are
    known. After all other locks of details, and for one contact in a transaction: so nobody waits in a ring."""
    if contact is not None and contact.known_otherwise:
        await tx.lock(_lock_of_all(contact.id))


def _lock_of_all(contact_id: int) -> int:
    return key_of("contact", contact_id)


def asking_for_strangers(all: Sequence[GuestDetails], *, organization: Organization) -> Statement:
    """Which of these addresses and numbers are nobody's, as far as each gives any; of who gives none it is not said.
    They are to be locked before it is asked, and are checked already."""
    said = [{"email": one.email, "phone": one.phone} for one in all]
    return Statement(_STRANGERS, [str(organization.id), as_json(said)])


def _first(said: Mapping[str, str | None], names: Sequence[str]) -> str:
    """The first contact of whom so much is the same, as SQL."""
    same = (f"{name} IS NULL" if said[name] is None else f"{name} = %s" for name in names)
    return f"(SELECT id FROM contact WHERE organization_id = %s AND {' AND '.join(same)} ORDER BY id LIMIT 1)"


def locks_of(details: Said, *, organization: Organization) -> tuple[int, ...]:
    """What `recognise` locks, for who begins a transaction with it. The details are to be checked before.

    Of several requests of one new guest at once, the first makes the contact and the others find it; and of those who
    give one address, or one number, the meetings are counted one request at a time.
    """
    said = [(), *((one,) for one in (details.email, details.phone) if one is not None)]
    named = (details.name, details.email, details.phone)
    return tuple(sorted(key_of("guest", organization.id, *(one or named)) for one in said))


def locks_of_all(contact: Contact, *, organization: Organization) -> tuple[int, ...]:
    """The same of somebody who is known, and so that nobody counts their meetings by other details meanwhile."""
    end = contact.merged_into_id or contact.id
    own = locks_of(contact, organization=organization)
    is_known_otherwise = contact.known_otherwise or contact.merged_into_id is not None
    return (*own, _lock_of_all(end)) if is_known_otherwise else own
