"""Merging, for tests of what comes of it."""

from __future__ import annotations

from models.contact.contact import Contact
from models.contact.merging import merge_contacts, unmerge_contact
from models.organization.organization import Organization
from models.words import Role
from tests.builders import MONDAY, acting, an_agent


async def merged(keep: str, merge: str) -> Contact:
    """The contact of the first name, whom the one of the other name has become, by the doing of some administrator."""
    kept, other = await Contact.get(name=keep), await Contact.get(name=merge)
    chief = await an_agent(await Organization.get(id=kept.organization_id), role=Role.ADMINISTRATOR)
    return await merge_contacts(kept.id, other.id, actor=acting(chief), now=MONDAY)


async def unmerged(name: str) -> Contact:
    """The contact of that name is themselves again."""
    contact = await Contact.get(name=name)
    chief = await an_agent(await Organization.get(id=contact.organization_id), role=Role.ADMINISTRATOR)
    return await unmerge_contact(contact.id, actor=acting(chief), now=MONDAY)
