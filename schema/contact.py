"""Contacts: guests, as the organization knows them; and whoever did something."""

from __future__ import annotations

from typing import Annotated

import strawberry

from models import contact
from resolvers import actors, contact_lists, contacts, own_calendars
from schema.agent import Agent
from schema.desk import ContactList
from schema.field import resolved_by
from schema.node import Node
from schema.scalars import JSON, Locale, TimeZone

MASKED = "Masked from agents whose role is among `maskContactsFrom`."


@strawberry.type(description="A guest as the organization knows them. A guest sees only themselves.")
class Contact(Node):
    rows = contact.Contact
    version: int
    name: str
    email: str | None = resolved_by(contacts.email, description=MASKED)
    phone: str | None = resolved_by(contacts.phone, description=MASKED)
    locale: Locale | None
    time_zone: TimeZone | None
    list_: ContactList = resolved_by(
        contact_lists.list_of_contact, name="list", description="For the organization's agents."
    )
    custom_fields: JSON
    calendar_url: str | None = resolved_by(
        own_calendars.url_of_guest,
        description="Where calendar programs subscribe to the guest's meetings, of the past 31 days and to come. "
        "Whoever knows this address reads them: it is a secret, told to the guest alone, once they have shown that the "
        "contact's address is theirs. Null for everybody else, and once it is revoked.",
    )


@strawberry.type(description="Frontdesk itself.")
class SystemActor:
    name: str

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, actors.SystemActor)


Actor = Annotated[Agent | Contact | SystemActor, strawberry.union("Actor", description="Who did something.")]
