"""What guests have said of themselves before agents added to it: who says no more than that again is the same."""

from __future__ import annotations

from tortoise import fields

from models.base import Owned
from models.contact.contact import Contact
from models.contact.details import Said
from models.transactions import Transaction

_KEEP = """
INSERT INTO contact_alias (organization_id, contact_id, name, email, phone) SELECT %s, %s, %s, %s, %s
WHERE NOT EXISTS (
    SELECT FROM contact_alias WHERE contact_id = %s AND (name, email, phone) IS NOT DISTINCT FROM (%s, %s, %s)
)
"""

_DROP_WRONG = """
DELETE FROM contact_alias WHERE contact_id = %s
    AND (coalesce(email, %s) IS DISTINCT FROM %s OR coalesce(phone, %s) IS DISTINCT FROM %s)
"""


class ContactAlias(Owned):
    """The address and the number are the contact's, or none: by one that was wrong nobody is recognised."""

    contact: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name="aliases", on_delete=fields.CASCADE
    )
    contact_id: int
    name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=320, null=True)
    phone = fields.CharField(max_length=32, null=True)

    class Meta:
        table = "contact_alias"
        indexes = (("contact_id",), ("organization_id", "name"))


async def drop_wrong(tx: Transaction, contact: Contact) -> None:
    """Have nobody be recognised as the contact by an address or a number that is not theirs any more."""
    email, phone = contact.email, contact.phone
    await tx.rows(f"{_DROP_WRONG}RETURNING id", contact.id, email, email, phone, phone)


async def keep_alias(tx: Transaction, contact: Contact, before: Said) -> None:
    """Have whoever says this of themselves go on being recognised as the contact, whose details are others now, as far
    as nothing of it was wrong, nor of what they have said before; the caller writes that they are `known_otherwise`.
    Whoever names neither address nor number could be anybody."""
    await drop_wrong(tx, contact)
    reached = [value for value in (before.email, before.phone) if value is not None]
    still = before.email in (None, contact.email) and before.phone in (None, contact.phone)
    own = (before.name, before.email, before.phone)
    if not reached or not still or own == (contact.name, contact.email, contact.phone):
        return
    await tx.rows(_KEEP, contact.organization_id, contact.id, *own, contact.id, *own)
    contact.known_otherwise = True


async def of_alias(said: Said, *, organization_id: int) -> Contact | None:
    """Whoever said this of themselves before agents added to it; of several, whom there was first."""
    if said.email is None and said.phone is None:
        return None
    own = {"name": said.name, "email": said.email, "phone": said.phone}
    found = ContactAlias.filter(organization_id=organization_id, **own).select_related("contact")
    alias = await found.order_by("contact_id").first()
    return None if alias is None else await alias.contact.present()
