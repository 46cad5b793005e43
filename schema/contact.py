"""Contacts: guests, as the organization knows them; and whoever did something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from models.contact import contact
from models.words import Channel
from resolvers import actors, contact_lists, contacts, journeys, own_calendars, paging
from schema.agent import Agent
from schema.channel import ChannelAccount
from schema.desk import ContactList, Tag
from schema.field import COLLEAGUES, resolved_by
from schema.node import Node, PageInfo, UserError
from schema.scalars import JSON, Locale, TimeZone

if TYPE_CHECKING:
    from schema.journey import JourneyConnection

MASKED = "Masked from agents whose role is among `maskContactsFrom`: {form}."
EMAIL_MASKED = MASKED.format(form="`g•••@•••`")
REACHES_MASKED = "To agents whose role is among `maskContactsFrom`, addresses and numbers in it are masked."
_AGENTS = "For the organization's agents."

ContactRef = Annotated["Contact", strawberry.lazy("schema.contact")]
JourneyRef = Annotated["JourneyConnection", strawberry.lazy("schema.journey")]


@strawberry.type(description="What a contact is called in a channel.")
class ChannelIdentity:
    shared = COLLEAGUES
    channel: Channel
    account: ChannelAccount | None = resolved_by(
        contacts.account_of_identity, description="The number that they have written to. For administrators."
    )
    identity: str = resolved_by(
        contacts.identity,
        description="As the channel writes it. " + MASKED.format(form="as addresses and numbers are"),
        shared=COLLEAGUES,
    )


@strawberry.type(description="A guest as the organization knows them. A guest sees only themselves.")
class Contact(Node):
    rows = contact.Contact
    shared = COLLEAGUES
    version: int
    name: str = resolved_by(contacts.name, description=REACHES_MASKED, shared=COLLEAGUES)
    email: str | None = resolved_by(contacts.email, description=EMAIL_MASKED, shared=COLLEAGUES)
    phone: str | None = resolved_by(
        contacts.phone, description=MASKED.format(form="`+39 ••• ••56`"), shared=COLLEAGUES
    )
    locale: Locale | None
    time_zone: TimeZone | None
    list_: ContactList = resolved_by(
        contact_lists.list_of_contact, name="list", description=_AGENTS, shared=COLLEAGUES
    )
    external_ids: list[ChannelIdentity] = resolved_by(
        contacts.external_ids, description=_AGENTS, shared=COLLEAGUES
    )
    tags: list[Tag] = resolved_by(contacts.tags, description=_AGENTS, shared=COLLEAGUES)
    custom_fields: JSON = resolved_by(
        contacts.custom_fields,
        description="What the list defines, by its keys, and what the guest gave when they booked. To a guest what"
        " they gave, until an agent edits the contact.",
        shared=COLLEAGUES,
    )
    managed_by: list[Agent] = resolved_by(
        contacts.managed_by,
        description="Who has edited them, or has been in a conversation or a meeting with them. " + _AGENTS,
        shared=COLLEAGUES,
    )
    merged_into: ContactRef | None = resolved_by(
        contacts.merged_into,
        description="Who they are by now, where they were merged. What was theirs is of that contact.",
        shared=COLLEAGUES,
    )
    journey: JourneyRef = resolved_by(
        journeys.journey,
        description="Their conversations and meetings, the newest first, as far as the viewer sees them. "
        + _AGENTS,
    )
    is_masked: bool = resolved_by(
        contacts.is_masked,
        description="Whether the viewer is one from whom it is kept how guests are reached: to them address, number and"
        " identities come masked, wherever they stand. True also of another guest, to a guest, and of oneself, to who"
        " holds a link, once agents have edited the contact.",
        shared=COLLEAGUES,
    )
    calendar_url: str | None = resolved_by(
        own_calendars.url_of_guest,
        description="Where calendar programs subscribe to the guest's meetings, of the past 31 days and to come. "
        "Whoever knows this address reads them: it is a secret, told to the guest alone, once they have shown that the "
        "contact's address is theirs. Null for everybody else, and once it is revoked.",
    )


@strawberry.type(description="Frontdesk itself.")
class SystemActor:
    shared = COLLEAGUES
    name: str

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, actors.SystemActor)


Actor = Annotated[Agent | Contact | SystemActor, strawberry.union("Actor", description="Who did something.")]


@strawberry.type
class ContactEdge:
    node: Contact
    cursor: str


@strawberry.type
class ContactConnection:
    edges: list[ContactEdge]
    page_info: PageInfo
    total_count: int = resolved_by(paging.total_count)


@strawberry.type
class ContactPayload:
    contact: Contact | None
    errors: list[UserError]
