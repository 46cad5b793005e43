"""A contact is put into another list besides their own."""

from __future__ import annotations

from datetime import datetime

from models.actor import AgentActor
from models.audit.auditing import audit
from models.contact.changing import list_to_add_to, present
from models.contact.contact import Contact
from models.contact.fields import fitting
from models.contact.keeping import ContactTag, note_edit, tag_contact
from models.desk.listing import defined
from models.transactions import transaction

_COPIED = ("name", "email", "phone", "locale", "time_zone")


async def duplicate_contact(contact_id: int, list_id: int, *, actor: AgentActor, now: datetime) -> Contact:
    """Make another contact of the same details and tags in the list, with those of the custom fields that it defines.
    Conversations, meetings and what the contact is called in channels stay with the first one.

    Refuses NotFound, Invalid, NotAllowed where the actor adds nobody, and ContactFieldRequired.
    """
    async with transaction() as tx:
        own = "id = %s AND organization_id = %s FOR SHARE"
        source = present(next(iter(await Contact.where(own, contact_id, actor.organization_id)), None))
        into = await list_to_add_to(list_id, actor, field=("listId",))
        kept = fitting(source.custom_fields, definitions=defined(into.custom_fields))
        copied = {name: getattr(source, name) for name in _COPIED}
        copy = Contact(
            organization_id=source.organization_id, contact_list_id=into.id, custom_fields=kept, **copied
        )
        await copy.save()
        tags = await ContactTag.filter(contact_id=source.id)
        await tag_contact(tx, copy, [one.tag_id for one in tags])
        await note_edit(tx, copy, actor=actor, now=now)
        await audit(tx, "duplicateContact", copy, actor=actor, of=source, list=into)
    return copy
