"""Conversations: finding them, and what is told of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from strawberry import ID
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from errors import BadRequest, NotFound
from models.actor import AgentActor, KnownActor
from models.agent.agent import Agent
from models.contact import Contact
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.conversation.reading import with_unread
from models.meeting.meeting import Meeting
from models.organization.service import Service
from models.words import AssigneeFilter
from resolvers import ids
from resolvers.actors import party
from resolvers.context import Info
from resolvers.paging import Order, Page, page
from schema.inputs.conversations import ConversationFilter


async def conversation(info: Info, id: ID) -> Conversation | None:
    key = ids.split(id)
    if key is None or key[0] != "Conversation":
        return None
    return await Conversation.visible_to(info.context.actor).filter(id=key[1]).first()


async def find(info: Info, id: str) -> Conversation:
    """The conversation, as the viewer may see it; refuses NotFound."""
    key = ids.decode(id, "Conversation", field=("conversationId",))
    found = await Conversation.visible_to(info.context.known()).filter(id=key).first()
    if found is None:
        raise NotFound("There is no such conversation.", field=("conversationId",))
    return found


async def conversations(
    info: Info, filter: ConversationFilter | None = None, first: int | None = 20, after: str | None = None
) -> Page[Conversation]:
    """The conversations that the viewer may see, those with the newest message first."""
    actor = info.context.known()
    rows = Conversation.visible_to(actor)
    if filter is not None:
        rows = rows.filter(*_conditions(filter, actor=actor))
        if filter.unread is not None:
            rows = with_unread(rows, filter.unread, actor=actor)
    newest = Order("last_message_at", descending=True)
    return await page(rows, newest, first=20 if first is None else first, after=after)


def _conditions(filter: ConversationFilter, *, actor: KnownActor) -> list[Q]:
    if filter.started_from and filter.started_to and filter.started_to < filter.started_from:
        raise BadRequest("The range ends before it begins.")
    given: dict[str, Any] = {
        "status__in": filter.status,
        "assignee_id": ids.decode_some(filter.agent_id, "Agent", field=("filter", "agentId")),
        "service_id": ids.decode_some(filter.service_id, "Service", field=("filter", "serviceId")),
        "contact_id": ids.decode_some(filter.contact_id, "Contact", field=("filter", "contactId")),
        "channel": filter.channel,
        "created_at__gte": filter.started_from,
        "created_at__lt": filter.started_to,
        "last_message_direction": filter.last_message_direction,
    }
    conditions = [Q(**{name: value}) for name, value in given.items() if value is not None]
    return [*conditions, *_assignee(filter.assignee, actor=actor)]


def _assignee(wanted: AssigneeFilter | None, *, actor: KnownActor) -> list[Q]:
    me = actor.agent.id if isinstance(actor, AgentActor) else None
    match wanted:
        case AssigneeFilter.ME:
            return [Q(assignee_id=me)]
        case AssigneeFilter.NOBODY:
            return [Q(assignee_id__isnull=True)]
        case AssigneeFilter.OTHERS:
            return [Q(assignee_id__isnull=False) & ~Q(assignee_id=me)]
        case _:
            return []


async def messages(
    info: Info,
    root: Conversation,
    last: int | None = 50,
    before: str | None = None,
    after: str | None = None,
    first: int | None = None,
) -> Page[Message]:
    """In the order of their seqs: the `first` after a cursor or, without `first`, the `last` before one."""
    rows = _messages(info, root)
    return await page(rows, Order("seq"), first=first, after=after, last=last, before=before)


def _messages(info: Info, root: Conversation) -> QuerySet[Message]:
    return Message.visible_to(info.context.actor, root.id)


async def last_message(info: Info, root: Conversation) -> Message | None:
    return await info.context.loaders.last_message_of_conversation.load(root.id)


async def last_seq(info: Info, root: Conversation) -> int:
    return await _shown_seq(info, root.last_seq, conversation_id=root.id)


async def last_read_seq(info: Info, root: Member) -> int:
    return await _shown_seq(info, root.last_read_seq, conversation_id=root.conversation_id)


async def _shown_seq(info: Info, seq: int, *, conversation_id: int) -> int:
    """No higher than the newest message that the viewer may see, so that a guest is not shown by it that there is a
    note."""
    if isinstance(info.context.actor, AgentActor) and await info.context.loaders.readable.load(conversation_id):
        return seq
    newest = await info.context.loaders.last_message_of_conversation.load(conversation_id)
    return min(seq, newest.seq) if newest else 0


async def unread_count(info: Info, root: Conversation) -> int:
    return await info.context.loaders.unread_of_conversation.load(root.id)


async def members(info: Info, root: Conversation) -> Sequence[Member]:
    return await info.context.loaders.members_of_conversation.load(root.id)


async def party_of_member(info: Info, root: Member) -> Agent | Contact | None:
    return await party(info, root.agent_id, root.contact_id)


async def assignee(info: Info, root: Conversation) -> Agent | None:
    return None if root.assignee_id is None else await info.context.loaders.agents.load(root.assignee_id)


async def service(info: Info, root: Conversation) -> Service | None:
    return None if root.service_id is None else await info.context.loaders.services.load(root.service_id)


async def contact(info: Info, root: Conversation) -> Contact | None:
    return None if root.contact_id is None else await info.context.loaders.contacts.load(root.contact_id)


async def meetings(info: Info, root: Conversation) -> Sequence[Meeting]:
    """A guest who holds the link of one meeting sees that one; who has signed in, all that are theirs."""
    return await info.context.loaders.meetings_of_conversation.load(root.id)


async def assignments(info: Info, root: Conversation) -> Sequence[AssignmentRecord]:
    """The ledger is for the agents who may read the conversation: anybody else sees an empty one."""
    context = info.context
    if not isinstance(context.actor, AgentActor) or not await context.loaders.readable.load(root.id):
        return []
    return await info.context.loaders.assignments_of_conversation.load(root.id)


async def from_agent(info: Info, root: AssignmentRecord) -> Agent | None:
    return None if root.from_agent_id is None else await info.context.loaders.agents.load(root.from_agent_id)


async def to_agent(info: Info, root: AssignmentRecord) -> Agent | None:
    return None if root.to_agent_id is None else await info.context.loaders.agents.load(root.to_agent_id)
