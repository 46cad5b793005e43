"""A contact: a guest as the organization knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tortoise import fields

from errors import ContactFieldRequired
from models import input
from models.base import Owned
from models.organization.organization import Organization
from models.transactions import Transaction, key_of
from models.words import ContactField
from models.writing import as_json

# Each address is looked up by itself, in its index, whatever the planner knows of the table.
_STRANGERS = b"""
SELECT place FROM json_to_recordset($2::text::json) AS said (place int, email text, phone text)
WHERE coalesce(email, phone) IS NOT NULL
    AND (SELECT id FROM contact WHERE organization_id = $1 AND contact.email = said.email LIMIT 1) IS NULL
    AND (SELECT id FROM contact WHERE organization_id = $1 AND contact.phone = said.phone LIMIT 1) IS NULL
"""

if TYPE_CHECKING:
    from models.desk.contact_list import ContactList


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestDetails:
    """What a guest says of themselves."""

    name: str
    email: str | None
    phone: str | None
    locale: str | None
    time_zone: str
    custom_fields: Mapping[str, object] = field(default_factory=dict)


class Contact(Owned):
    """One that is made without a list comes into the organization's default one.

    The database puts it there (see the migration of contact lists): a booking need not look for it. Only until then is
    there none.
    """

    contact_list: fields.ForeignKeyNullableRelation[ContactList] = fields.ForeignKeyField(
        "frontdesk.ContactList", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    contact_list_id: int | None
    name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=320, null=True)
    phone = fields.CharField(max_length=32, null=True)
    locale = fields.CharField(max_length=35, null=True)
    time_zone = fields.CharField(max_length=64, null=True)
    custom_fields = fields.JSONField[Mapping[str, Any]](default=dict)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "contact"
        indexes = (("organization_id", "email"), ("contact_list_id",))

    @classmethod
    async def recognise(cls, tx: Transaction, details: GuestDetails, *, organization: Organization) -> Contact:
        """The contact whose name, address and number are these, or a new one, which is added.

        Nothing has been verified, so whoever knows a stranger's address alone must not be shown, or change, what
        is known of them. Refuses Invalid details and ContactFieldRequired.
        """
        known = await cls.known(tx, details, organization=organization)
        return known or await tx.add(cls.new(details, organization=organization))

    @classmethod
    async def known(
        cls, tx: Transaction, details: GuestDetails, *, organization: Organization
    ) -> Contact | None:
        """The contact whose name, address and number are these. Where there is none yet, no other transaction makes
        one until this one ends. Refuses Invalid details and ContactFieldRequired.
        """
        return (await cls.alike(tx, details, organization=organization)).same

    @classmethod
    async def alike(cls, tx: Transaction, details: GuestDetails, *, organization: Organization) -> Alike:
        """The same as `known`, and whether anybody is known by that address or number."""
        details = checked(details)
        check_required(details, organization)
        for lock in locks_of(details, organization=organization):
            await tx.lock(lock)
        said = {"name": details.name, "email": details.email, "phone": details.phone}
        shared = [name for name in ("email", "phone") if said[name] is not None]
        conditions = [("name", "email", "phone"), *((name,) for name in shared)]
        found = await cls.where(
            f"id IN ({' UNION ALL '.join(_first(said, names) for names in conditions)}) ORDER BY id",
            *(
                value
                for names in conditions
                for value in (organization.id, *(said[name] for name in names))
                if value is not None
            ),
        )
        same = (one for one in found if (one.name, one.email, one.phone) == tuple(said.values()))
        return Alike(next(same, None), is_stranger=not found)

    @classmethod
    async def strangers(
        cls, tx: Transaction, all: Sequence[GuestDetails], *, organization: Organization
    ) -> list[bool]:
        """Of each, whether they are nobody's address and number, as far as they give any; of who gives none it is not
        said. They are locked, and checked, already."""
        said = [{"place": place, "email": one.email, "phone": one.phone} for place, one in enumerate(all)]
        found = await tx.connection.run(_STRANGERS, [str(organization.id), as_json(said)])
        unknown = {place for [place] in found}
        return [place in unknown for place in range(len(all))]

    @classmethod
    def new(cls, details: GuestDetails, *, organization: Organization) -> Contact:
        """A contact of these details, for a transaction to add. Refuses Invalid."""
        details = checked(details)
        return cls(
            organization_id=organization.id,
            name=details.name,
            email=details.email,
            phone=details.phone,
            locale=details.locale,
            time_zone=details.time_zone,
            custom_fields=details.custom_fields,
        )


@dataclass(frozen=True, slots=True)
class Alike:
    """Who gives these details: the contact who is known by all of them; a stranger, if nobody is by any address."""

    same: Contact | None
    is_stranger: bool


STRANGER = Alike(None, is_stranger=True)


def _first(said: Mapping[str, str | None], names: Sequence[str]) -> str:
    """The first contact of whom so much is the same, as SQL."""
    same = (f"{name} IS NULL" if said[name] is None else f"{name} = %s" for name in names)
    return f"(SELECT id FROM contact WHERE organization_id = %s AND {' AND '.join(same)} ORDER BY id LIMIT 1)"


def locks_of(details: GuestDetails | Contact, *, organization: Organization) -> tuple[int, ...]:
    """What `recognise` locks, for who begins a transaction with it. The details are to be checked before.

    Of several requests of one new guest at once, the first makes the contact and the others find it; and of those who
    give one address, or one number, the meetings are counted one request at a time.
    """
    said = [(), *((one,) for one in (details.email, details.phone) if one is not None)]
    named = (details.name, details.email, details.phone)
    return tuple(sorted(key_of("guest", organization.id, *(one or named)) for one in said))


def checked(details: GuestDetails) -> GuestDetails:
    """What the guest says, in one form. Refuses Invalid."""
    return GuestDetails(
        name=input.line(details.name, field=("guest", "name")),
        email=input.email(details.email, field=("guest", "email")) if details.email is not None else None,
        phone=input.phone(details.phone, field=("guest", "phone")) if details.phone is not None else None,
        locale=input.locale(details.locale, field=("guest", "locale")) if details.locale is not None else None,
        time_zone=input.zone(details.time_zone, field=("guest", "timeZone")).key,
        custom_fields=input.custom_fields(details.custom_fields, field=("guest", "customFields")),
    )


def check_required(details: GuestDetails, organization: Organization) -> None:
    """Refuses ContactFieldRequired."""
    given = {ContactField.EMAIL: details.email, ContactField.PHONE: details.phone}
    for one in organization.settings.required_contact_fields:
        if given[one] is None:
            raise ContactFieldRequired(
                f"Please give your {one.value.lower()}.", field=("guest", one.value.lower())
            )
