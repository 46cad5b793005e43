"""Conversations: finding them, and what is told of one."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

from strawberry import ID
from tortoise.queryset import QuerySet

from errors import NotFound
from models.actor import AgentActor
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.conversation.seeing import conversation_seen
from models.conversation.tagging import tag_conversation as tag
from models.desk.tag import Tag
from models.meeting.meeting import Meeting
from models.organization.service import Service
from resolvers import ids
from resolvers.actors import party
from resolvers.context import Info
from resolvers.paging import Order, Page, page
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.conversations import TagConversationInput


async def conversation(info: Info, id: ID) -> Conversation | None:
    key = ids.split(id)
    if key is None or key[0] != "Conversation":
        return None
    return await conversation_seen(key[1], by=info.context.actor)


async def find(info: Info, id: str) -> Conversation:
    """The conversation, as the viewer may see it; refuses NotFound."""
    key = ids.decode(id, "Conversation", field=("conversationId",))
    found = await conversation_seen(key, by=info.context.known())
    if found is None:
        raise NotFound("There is no such conversation.", field=("conversationId",))
    return found


async def as_seen(info: Info, conversation: Conversation | None) -> Conversation | None:
    """What an offer or an event tells an agent of: that it is there and how it stands, once it is no longer theirs to
    see; events of long ago are shown as of now."""
    context = info.context
    if conversation is None or not isinstance(context.actor, AgentActor):
        return conversation
    if await context.loaders.readable.load(conversation.id):
        return conversation
    bare = copy(conversation)
    for name in _OF_READERS:
        setattr(bare, name, None)
    return bare


_OF_READERS = (
    "title",
    "contact_id",
    "language",
    "last_message_direction",
    "disposition_id",
    "disposition_note",
)


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
    return await info.context.loaders.shown_seqs.load((root.id, root.last_seq))


async def last_read_seq(info: Info, root: Member) -> int:
    return await info.context.loaders.shown_seqs.load((root.conversation_id, root.last_read_seq))


async def unread_count(info: Info, root: Conversation) -> int:
    return await info.context.loaders.unread_of_conversation.load(root.id)


async def members(info: Info, root: Conversation) -> Sequence[Member]:
    if not await info.context.loaders.readable.load(root.id):
        return []
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


async def tags(info: Info, root: Conversation) -> Sequence[Tag]:
    """Sorting is the agents' own: guests see none of it."""
    if not isinstance(info.context.actor, AgentActor) or not await info.context.loaders.readable.load(root.id):
        return []
    return await info.context.loaders.tags_of_conversation.load(root.id)


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


@refusals_as_values
async def tag_conversation(info: Info, input: TagConversationInput) -> Payload:
    actor = info.context.agent()
    conversation = await find(info, input.conversation_id)
    add = [ids.decode(one, "Tag", field=("add",)) for one in input.add or ()]
    remove = [ids.decode(one, "Tag", field=("remove",)) for one in input.remove or ()]
    return Payload(conversation=await tag(conversation, add=add, remove=remove, actor=actor))
