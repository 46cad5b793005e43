"""Contacts."""

from __future__ import annotations

import strawberry

from resolvers import (
    contact_changes,
)
from schema.contact import ContactPayload
from schema.field import resolved_by


@strawberry.type
class Contacts:
    create_contact: ContactPayload = resolved_by(
        contact_changes.create_contact,
        description="Into a list, by whoever may add to it (`canAdd`), even if somebody has the same details."
        " CONTACT_FIELD_REQUIRED where the list requires a field.",
    )
    update_contact: ContactPayload = resolved_by(
        contact_changes.update_contact,
        description="Changes what is given, by any agent. An address or a number by whom they are not masked from, and"
        " an address by who sees all of the contact's conversations and meetings: its owner does once they sign in.",
    )
    merge_contacts: ContactPayload = resolved_by(
        contact_changes.merge_contacts,
        description="Has one contact become another, who is kept, with all conversations, meetings, tags and identities"
        " of both; details only where the kept one has none. The other stays, and points to it by `mergedInto`; links"
        " and sessions of either go on. By who sees all that is theirs, unmasked.",
    )
    unmerge_contact: ContactPayload = resolved_by(
        contact_changes.unmerge_contact,
        description="Undoes a merge: what moved then, and is of the kept one still, goes back; what has come since"
        " stays. By who may merge.",
    )
    duplicate_contact: ContactPayload = resolved_by(
        contact_changes.duplicate_contact,
        description="Another contact of the same details and tags in another list, with those of the custom fields that"
        " it defines. By whoever may add to it (`canAdd`). CONTACT_FIELD_REQUIRED where the list requires another.",
    )
