"""Conversations, their members, messages and ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from models.conversation import conversation, message
from models.words import (
    AssignmentCause,
    Channel,
    ConversationStatus,
    Direction,
    MemberRole,
    MessageKind,
    SystemEvent,
)
from resolvers import actors, conversations, messages, paging
from schema.agent import Agent
from schema.contact import Actor, Contact
from schema.field import resolved_by
from schema.meeting import Meeting
from schema.node import Node, PageInfo, UserError
from schema.organization import Service
from schema.scalars import Locale

MessageRef = Annotated["Message", strawberry.lazy("schema.conversation")]


@strawberry.type(description="A party of a conversation, and how far it has read.")
class Member:
    party: Actor = resolved_by(conversations.party_of_member)
    role: MemberRole
    last_read_seq: int = resolved_by(conversations.last_read_seq)
    joined_at: datetime


@strawberry.type(
    description="Seqs are dense within a conversation. NOTEs are seen by agents, never by a guest."
)
class Message(Node):
    rows = message.Message
    seq: int
    kind: MessageKind
    direction: Direction = strawberry.field(description="OUTBOUND goes to the guest.")
    author: Actor | None = resolved_by(messages.author)
    text: str | None
    at: datetime
    reply_to: MessageRef | None = resolved_by(messages.reply_to)
    meeting: Meeting | None = resolved_by(messages.meeting)
    system_event: SystemEvent | None


@strawberry.type
class MessageEdge:
    node: Message
    cursor: str


@strawberry.type
class MessageConnection:
    edges: list[MessageEdge]
    page_info: PageInfo


@strawberry.type(description="The ledger's entry of one assignment.")
class AssignmentRecord:
    at: datetime
    from_: Agent | None = resolved_by(conversations.from_agent, name="from")
    to: Agent | None = resolved_by(conversations.to_agent)
    by: Actor | None = resolved_by(actors.actor)
    how: AssignmentCause
    reason: str | None


@strawberry.type
class Conversation(Node):
    rows = conversation.Conversation
    number: int
    channel: Channel
    status: ConversationStatus
    title: str | None
    service: Service | None = resolved_by(conversations.service)
    assignee: Agent | None = resolved_by(conversations.assignee)
    contact: Contact | None = resolved_by(conversations.contact)
    members: list[Member] = resolved_by(conversations.members)
    meetings: list[Meeting] = resolved_by(conversations.meetings)
    language: Locale | None
    created_at: datetime
    last_message: Message | None = resolved_by(conversations.last_message)
    last_message_direction: Direction | None
    waiting_since: datetime | None
    last_seq: int = resolved_by(conversations.last_seq)
    unread_count: int = resolved_by(
        conversations.unread_count, description="Of the viewer, from the viewer's own read marker."
    )
    messages: MessageConnection = resolved_by(conversations.messages)
    assignments: list[AssignmentRecord] = resolved_by(
        conversations.assignments, description="Who had it, and why. Empty for guests."
    )


@strawberry.type
class ConversationEdge:
    node: Conversation
    cursor: str


@strawberry.type
class ConversationConnection:
    edges: list[ConversationEdge]
    page_info: PageInfo
    total_count: int = resolved_by(paging.total_count)


@strawberry.type
class ConversationPayload:
    conversation: Conversation | None
    errors: list[UserError]


@strawberry.type
class MessagePayload:
    message: Message | None
    errors: list[UserError]
