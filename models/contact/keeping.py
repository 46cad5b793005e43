"""What agents keep of contacts: the tags that these have, and who has edited them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tortoise import fields

from errors import Invalid, NotFound
from models.actor import AgentActor
from models.agent.agent import Agent
from models.base import Owned
from models.contact.contact import Contact
from models.desk.tag import Tag
from models.transactions import Transaction

MOST_TAGS = 50


class ContactTag(Owned):
    contact: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name="taggings", on_delete=fields.CASCADE
    )
    contact_id: int
    tag: fields.ForeignKeyRelation[Tag] = fields.ForeignKeyField(
        "frontdesk.Tag", related_name=False, on_delete=fields.CASCADE
    )
    tag_id: int

    class Meta:
        table = "contact_tag"
        unique_together = (("contact_id", "tag_id"),)
        indexes = (("tag_id",),)


class ContactEdit(Owned):
    """That an agent has edited a contact, and when they last did."""

    contact: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name="edits", on_delete=fields.CASCADE
    )
    contact_id: int
    agent: fields.ForeignKeyRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, on_delete=fields.CASCADE
    )
    agent_id: int
    at = fields.DatetimeField()

    class Meta:
        table = "contact_edit"
        unique_together = (("contact_id", "agent_id"),)
        indexes = (("agent_id",),)


async def tag_contact(tx: Transaction, contact: Contact, tags: Collection[int]) -> bool:
    """Have the contact, whose row is held, have these tags and no others; whether that changed anything. Refuses
    NotFound, also for a tag that is just deleted, and Invalid for more than 50."""
    wanted, field = set(tags), ("contact", "tagIds")
    if len(wanted) > MOST_TAGS:
        raise Invalid(f"A contact has at most {MOST_TAGS} tags.", field=field)
    found = await Tag.where(
        "organization_id = %s AND id = ANY(%s) ORDER BY id FOR KEY SHARE",
        contact.organization_id,
        sorted(wanted),
    )
    if len(found) != len(wanted):
        raise NotFound("There is no such tag.", field=field)
    gone = await tx.rows(
        "DELETE FROM contact_tag WHERE contact_id = %s AND tag_id <> ALL(%s) RETURNING id",
        contact.id, sorted(wanted),
    )  # fmt: skip
    added = await tx.rows(
        "INSERT INTO contact_tag (organization_id, contact_id, tag_id) SELECT %s, %s, unnest(%s::bigint[])"
        " ON CONFLICT DO NOTHING RETURNING id",
        contact.organization_id, contact.id, sorted(wanted),
    )  # fmt: skip
    return bool(gone or added)


async def note_edit(tx: Transaction, contact: Contact, *, actor: AgentActor, now: datetime) -> None:
    """Keep that the actor has edited the contact, which is one of theirs from then on."""
    await tx.rows(
        "INSERT INTO contact_edit (organization_id, contact_id, agent_id, at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (contact_id, agent_id) DO UPDATE SET at = excluded.at",
        contact.organization_id, contact.id, actor.agent.id, now,
    )  # fmt: skip
