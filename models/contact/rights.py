"""Who may do what with contacts.

Every agent of the organization finds its contacts and edits them. But a guest who signs in sees all that is of their
address, unmasked. So nobody gives a contact an address, or makes two contacts one, of whom they do not see all
themselves.
"""

from __future__ import annotations

from collections.abc import Collection

from tortoise.expressions import RawSQL, Subquery
from tortoise.queryset import QuerySet

from errors import NotAllowed
from models.actor import AgentActor, KnownActor
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.organization.permission import may
from models.words import Permission

_MASKED = "You see the addresses and numbers of contacts masked, and do not change them."
_UNSEEN = "There are meetings or conversations of theirs that you do not see: ask somebody who oversees them."


def visible_to(actor: KnownActor) -> QuerySet[Contact]:
    """Every contact of the organization to its agents, also those who were merged; to guests there is nobody."""
    if isinstance(actor, AgentActor):
        return Contact.filter(organization_id=actor.organization_id)
    return Contact.filter(id__in=[])


def conversations_of(ids: Collection[int]) -> RawSQL:
    """The ids of those of these contacts, and of others that they are members of, for a condition."""
    return _either(_CONVERSATIONS, ids)


def meetings_of(ids: Collection[int]) -> RawSQL:
    """The ids of those that these contacts come to, or have left, for a condition."""
    return _either(_MEETINGS, ids)


# Each part is a look-up in an index.
_CONVERSATIONS = """(
    SELECT id FROM conversation WHERE contact_id IN ({ids})
    UNION SELECT conversation_id FROM member WHERE contact_id IN ({ids})
)"""
_MEETINGS = """(
    SELECT id FROM meeting WHERE guest_id IN ({ids})
    UNION SELECT meeting_id FROM attendee WHERE contact_id IN ({ids}) AND NOT companion
)"""


def _either(sql: str, ids: Collection[int]) -> RawSQL:
    return RawSQL(sql.format(ids=", ".join(str(int(id)) for id in ids) or "0"))


def check_unmasked(actor: AgentActor, organization: Organization) -> None:
    """Refuses NotAllowed to whom addresses are masked."""
    if not may(actor.agent, Permission.SEE_UNMASKED, organization.settings):
        raise NotAllowed(_MASKED)


async def check_sees_all(actor: AgentActor, ids: Collection[int]) -> None:
    """Refuses NotAllowed to whom some meeting or conversation of these contacts is not shown."""
    if actor.sees_all:
        return
    talks = Conversation.visible_to(actor).values("id")
    meetings = Meeting.visible_to(actor).values("id")
    unseen = Conversation.filter(id__in=conversations_of(ids)).exclude(id__in=Subquery(talks))
    not_shown = Meeting.filter(id__in=meetings_of(ids)).exclude(id__in=Subquery(meetings))
    if await unseen.exists() or await not_shown.exists():
        raise NotAllowed(_UNSEEN)
