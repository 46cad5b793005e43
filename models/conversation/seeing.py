"""`Conversation.visible_to` and `Message.visible_to` for hot paths, by ids: to put either together takes longer than
the database takes to answer it. Both ways ask the same, which a test holds them to."""

from __future__ import annotations

from collections.abc import Collection

from models.actor import Actor, AgentActor, GuestActor, SignedInGuest
from models.conversation.asking import SAME_CONTACTS, asking
from models.conversation.conversation import Conversation
from models.conversation.message import Message, condition


async def conversation_seen(id: int, *, by: Actor) -> Conversation | None:
    """The conversation, where they see it."""
    of_seen = seen(by, "conversation")
    found = await Conversation.where(f"conversation.id = %(id)s AND {of_seen}", **asking(by), id=id)
    return found[0] if found else None


async def messages_seen(ids: Collection[int], *, by: Actor) -> list[Message]:
    """Those of the messages that they see, of conversations that they see."""
    return await Message.where(_shown(by), **asking(by), ids=list(ids))


def _shown(actor: Actor) -> str:
    of_seen = f"EXISTS (SELECT FROM conversation c WHERE c.id = message.conversation_id AND {seen(actor, 'c')})"
    return f"message.id = ANY(%(ids)s::bigint[]) AND {of_seen} AND {condition(actor, 'message')}"


def seen(actor: Actor, conversation: str) -> str:
    """The condition, with placeholders for the values of `asking`, that the actor sees what is called so there."""
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
