"""`Conversation.visible_to` and `Message.visible_to` for hot paths, by ids: to put either together takes longer than
the database takes to answer it. Both ways ask the same, which a test holds them to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from tortoise import connections

from models.actor import Actor, AgentActor, GuestActor, SignedInGuest
from models.contact.contact import Contact
from models.conversation.asking import SAME_CONTACTS, asking
from models.conversation.conversation import Conversation
from models.conversation.message import Message, condition


async def conversation_seen(id: int, *, by: Actor) -> Conversation | None:
    """The conversation, where they see it."""
    seen = _seen(by, "conversation")
    found = await Conversation.where(f"conversation.id = %(id)s AND {seen}", **asking(by), id=id)
    return found[0] if found else None


async def messages_seen(ids: Collection[int], *, by: Actor) -> list[Message]:
    """Those of the messages that they see, of conversations that they see."""
    return await Message.where(_shown(by), **asking(by), ids=list(ids))


@dataclass(frozen=True, slots=True)
class Told:
    """A message, and the contact who wrote it, as who they are by now; `is_own` says whether that is who asks."""

    message: Message
    author: Contact | None
    is_own: bool


async def message_told(id: int, *, to: Actor) -> Told | None:
    """The message with its author, where `messages_seen` has it."""
    own = _OWN if isinstance(to, GuestActor) else "FALSE"
    told = f"{_TOLD.format(author=_author(), own=own)} WHERE {_shown(to)}"
    rows: list[dict[str, Any]] = await connections.get("default").execute_query_dict(
        told, cast("Any", asking(to) | {"ids": [id]})
    )
    for row in rows:
        author = {name: row[f"author.{name}"] for name in Contact._meta.fields_db_projection.values()}
        contact = None if author["id"] is None else Contact._init_from_db(**author)
        return Told(Message._init_from_db(**row), contact, bool(row["is_own"]))
    return None


@cache
def _author() -> str:
    """The columns of the author."""
    return ", ".join(
        f'author."{name}" AS "author.{name}"' for name in Contact._meta.fields_db_projection.values()
    )


def _shown(actor: Actor) -> str:
    of_seen = (
        f"EXISTS (SELECT FROM conversation c WHERE c.id = message.conversation_id AND {_seen(actor, 'c')})"
    )
    return f"message.id = ANY(%(ids)s::bigint[]) AND {of_seen} AND {condition(actor, 'message')}"


def _seen(actor: Actor, conversation: str) -> str:
    match actor:
        case AgentActor():
            return (_OF_ALL if actor.sees_all else _OF_AGENT).format(c=conversation)
        case SignedInGuest():
            return _OF_GUEST.format(c=conversation, contacts=SAME_CONTACTS)
        case GuestActor():
            of_guest = _OF_GUEST.format(c=conversation, contacts=SAME_CONTACTS)
            return f"{conversation}.id = %(conversation)s AND {of_guest}"
        case _:
            return "FALSE"


_TOLD = """
SELECT message.*, {author}, {own} AS is_own FROM message LEFT JOIN contact wrote ON wrote.id = message.author_contact_id
LEFT JOIN contact author ON author.id = coalesce(wrote.merged_into_id, wrote.id)
"""
_OWN = """
author.id IN (SELECT coalesce(o.merged_into_id, o.id) FROM contact o WHERE o.id = ANY(%(contacts)s::bigint[]))
"""
_OF_ALL = "{c}.organization_id = %(organization)s"
_OF_AGENT = """
{c}.organization_id = %(organization)s AND (coalesce({c}.assignee_id = %(agent)s, FALSE)
    OR EXISTS (SELECT FROM member m WHERE m.conversation_id = {c}.id AND m.agent_id = %(agent)s)
    OR EXISTS (SELECT FROM service_member s WHERE s.service_id = {c}.service_id AND s.agent_id = %(agent)s)
    OR EXISTS (SELECT FROM offer o JOIN offer_recipient r ON r.offer_id = o.id
        WHERE o.conversation_id = {c}.id AND r.agent_id = %(agent)s AND r.is_open))
"""
_OF_GUEST = """
{c}.organization_id = %(organization)s AND EXISTS (SELECT FROM member m
    WHERE m.conversation_id = {c}.id AND m.contact_id IN {contacts})
"""
