"""What agents have at hand: tags, canned replies and dispositions; and the lists of contacts."""

from __future__ import annotations

import strawberry

from models.desk import canned_reply, contact_list, disposition, tag
from models.desk.variables import VARIABLES
from models.words import CustomFieldType
from resolvers import canned_replies, contact_lists, dispositions
from schema.field import COLLEAGUES, resolved_by
from schema.node import Node, UserError
from schema.organization import Service
from schema.scalars import Locale


@strawberry.type(description="By which conversations and contacts are sorted.")
class Tag(Node):
    rows = tag.Tag
    shared = COLLEAGUES
    version: int
    name: str
    color: str = strawberry.field(description="As CSS writes it: # and six hexadecimal digits.")


@strawberry.type(description="A text that agents have at hand by its shortcut.")
class CannedReply(Node):
    rows = canned_reply.CannedReply
    version: int
    shortcut: str
    text: str = strawberry.field(
        description="With variables (`{{ guest_name }}`), and parts that depend on them (`{% if meeting_when %}`):"
        f" {', '.join(VARIABLES)}. The meeting is the conversation's next one."
    )
    service: Service | None = resolved_by(canned_replies.service, description="Null: of all services.")
    locale: Locale | None = strawberry.field(description="Null: for every language.")


@strawberry.type(description="What came of a conversation, as agents say when they close it.")
class Disposition(Node):
    rows = disposition.Disposition
    shared = COLLEAGUES
    version: int
    name: str
    service: Service | None = resolved_by(
        dispositions.service, description="Null: of all services.", shared=COLLEAGUES
    )


@strawberry.type(description="What is kept of each contact of a list, under `key` in its `customFields`.")
class CustomField:
    key: str
    label: str
    type: CustomFieldType
    options: list[str] | None = strawberry.field(description="Of a CHOICE, one of which a contact has.")
    required: bool


@strawberry.type(description="A list of contacts. Every contact is in one.")
class ContactList(Node):
    rows = contact_list.ContactList
    shared = COLLEAGUES
    version: int
    name: str
    is_default: bool = strawberry.field(
        description="Whether guests who book come into it; there is one such list, and it stays."
    )
    agents_can_add: bool = strawberry.field(description="False: only administrators and managers add contacts.")
    custom_field_definitions: list[CustomField] = resolved_by(
        contact_lists.custom_field_definitions, shared=COLLEAGUES
    )
    can_add: bool = resolved_by(
        contact_lists.can_add, description="Whether the viewer may add contacts to it.", shared=COLLEAGUES
    )
    count: int = resolved_by(contact_lists.count, description="How many contacts are in it.", shared=COLLEAGUES)


@strawberry.type
class TagPayload:
    tag: Tag | None
    errors: list[UserError]


@strawberry.type
class CannedReplyPayload:
    reply: CannedReply | None
    errors: list[UserError]


@strawberry.type
class DispositionPayload:
    disposition: Disposition | None
    errors: list[UserError]


@strawberry.type
class ContactListPayload:
    list_: ContactList | None = strawberry.field(name="list")
    errors: list[UserError]
