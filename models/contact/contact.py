"""A contact: a guest as the organization knows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from models.base import Edited
from models.contact.details import GuestDetails, checked
from models.organization.organization import Organization

if TYPE_CHECKING:
    from models.desk.contact_list import ContactList


class Contact(Edited):
    """One that is made without a list comes into the organization's default one.

    The database puts it there (see the migration of contact lists): a booking need not look for it. Only until then is
    there none.

    One that was merged stays, empty, and points to whom it became: `merged_into` is never merged itself. Who is
    `known_otherwise` is recognised by other details, too: those of whoever became them, or their own before agents
    added to these (see docs/decisions/0030).
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
    created_at = fields.DatetimeField(auto_now_add=True)
    merged_into: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name=False, null=True, on_delete=fields.CASCADE
    )
    merged_into_id: int | None
    known_otherwise = fields.BooleanField(default=False)

    class Meta:
        table = "contact"
        indexes = (("organization_id", "email"), ("contact_list_id",), ("merged_into_id",))

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

    @classmethod
    def of(cls, organization_id: int) -> QuerySet[Contact]:
        """The organization's, without those who were merged into others."""
        return cls.filter(organization_id=organization_id, merged_into_id__isnull=True)

    @classmethod
    def same_as(cls, ids: Collection[int]) -> RawSQL:
        """The ids of all contacts who are the same as one of these, for a condition: whom they were merged into, and
        whoever else was. Whoever came by a link, or has an open connection, is known by the id that they had then."""
        return RawSQL(SAME.format(ids=f"'{{{', '.join(str(int(id)) for id in sorted(ids))}}}'::bigint[]"))

    @classmethod
    async def ends_of(cls, ids: Collection[int]) -> dict[int, int]:
        """Who each of them is by now, where there is such a contact."""
        rows = await cls.filter(id__in=list(set(ids))).values_list("id", "merged_into_id")
        return {int(str(id)): int(str(end or id)) for id, end in rows}

    async def others(self) -> frozenset[int]:
        """The ids of those who were merged into this contact."""
        if not self.known_otherwise:
            return frozenset()
        merged = await Contact.filter(merged_into_id=self.id).values_list("id", flat=True)
        return frozenset(int(str(id)) for id in merged)

    async def present(self) -> Contact:
        """Who this contact is by now: themselves, or whom they were merged into."""
        return self if self.merged_into_id is None else await Contact.get(id=self.merged_into_id)


def others_of(contact: str) -> str:
    """The ids of those who were merged into what is called so, in SQL: as `Contact.others` has them, in an array."""
    others = f"SELECT other.id FROM contact other WHERE other.merged_into_id = {contact}.id"
    return f"CASE WHEN {contact}.known_otherwise THEN ARRAY({others}) ELSE ARRAY[]::bigint[] END"


# Each step is a look-up in an index.
SAME = """(
    SELECT o.id FROM contact o WHERE o.id = ANY({ids})
    UNION SELECT o.merged_into_id FROM contact o WHERE o.id = ANY({ids}) AND o.merged_into_id IS NOT NULL
    UNION SELECT f.id FROM contact o JOIN contact f ON f.merged_into_id = coalesce(o.merged_into_id, o.id)
        WHERE o.id = ANY({ids})
)"""
