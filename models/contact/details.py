"""What a guest says of themselves, before it is known who they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from errors import ContactFieldRequired
from models import input
from models.contact.number import phone
from models.organization.organization import Organization
from models.words import ContactField


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestDetails:
    """What a guest says of themselves."""

    name: str
    email: str | None
    phone: str | None
    locale: str | None
    time_zone: str
    custom_fields: Mapping[str, object] = field(default_factory=dict)


class Said(Protocol):
    """What guests are recognised by."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str | None: ...
    @property
    def phone(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Known:
    """The same, as it was at a moment."""

    name: str
    email: str | None
    phone: str | None

    @classmethod
    def of(cls, said: Said) -> Known:
        return cls(said.name, said.email, said.phone)


def checked(details: GuestDetails) -> GuestDetails:
    """What the guest says, in one form. Refuses Invalid."""
    return GuestDetails(
        name=input.line(details.name, field=("guest", "name")),
        email=input.email(details.email, field=("guest", "email")) if details.email is not None else None,
        phone=phone(details.phone, field=("guest", "phone")) if details.phone is not None else None,
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
