"""Conversations, their members, messages and ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from errors import ErrorCode
from models.conversation import conversation, message
from models.conversation import scheduled as scheduled_message
from models.words import (
    AssignmentCause,
    Channel,
    ConversationStatus,
    Direction,
    MemberRole,
    MessageKind,
    ScheduledStatus,
    SystemEvent,
)
from resolvers import (
    actors,
    attachments,
    conversations,
    endings,
    masking,
    messages,
    offers,
    paging,
    scheduled,
)
from schema.agent import Agent
from schema.attachment import Attachment
from schema.contact import REACHES_MASKED, Actor, Contact
from schema.desk import Disposition, Tag
from schema.field import OWN, PEERS, resolved_by
from schema.meeting import Meeting
from schema.node import Node, PageInfo, UserError
from schema.offer import Offer, OfferVerdict
from schema.organization import Service
from schema.scalars import Locale

MessageRef = Annotated["Message", strawberry.lazy("schema.conversation")]
ConversationRef = Annotated["Conversation", strawberry.lazy("schema.conversation")]
ScheduledMessageRef = Annotated["ScheduledMessage", strawberry.lazy("schema.conversation")]


@strawberry.type(description="A party of a conversation, and how far it has read.")
class Member:
    shared = PEERS
    party: Actor = resolved_by(conversations.party_of_member, shared=PEERS)
    role: MemberRole
    last_read_seq: int = resolved_by(conversations.last_read_seq, shared=PEERS)
    joined_at: datetime


@strawberry.type(
    description="Seqs are dense within a conversation. NOTEs are seen by agents, never by a guest; WHISPERs by"
    " those who supervise, and whoever has the conversation."
)
class Message(Node):
    rows = message.Message
    shared = PEERS
    seq: int
    kind: MessageKind
    direction: Direction = strawberry.field(description="OUTBOUND goes to the guest.")
    author: Actor | None = resolved_by(
        messages.author, description="Null for a guest who was forgotten since.", shared=PEERS
    )
    text: str | None = resolved_by(
        messages.text,
        description="As it was written. In what the system says, addresses and numbers are masked for agents whose role"
        " is among `maskContactsFrom`.",
        shared=PEERS,
    )
    at: datetime
    attachment: Attachment | None = resolved_by(
        attachments.of_message,
        description="The file that was sent; none any more in a message that was taken back.",
        shared=PEERS,
    )
    reply_to: MessageRef | None = resolved_by(messages.reply_to, shared=PEERS)
    meeting: Meeting | None = resolved_by(messages.meeting, shared=PEERS)
    system_event: SystemEvent | None
    edited_at: datetime | None = strawberry.field(description="When it was changed last, if it ever was.")
    redacted: bool = strawberry.field(
        description="Whether what it said was taken away, for everyone and for good."
    )


@strawberry.type
class MessageEdge:
    shared = PEERS
    node: Message
    cursor: str


@strawberry.type
class MessageConnection:
    shared = PEERS
    edges: list[MessageEdge]
    page_info: PageInfo


@strawberry.type(description="The ledger's entry of one assignment.")
class AssignmentRecord:
    shared = PEERS
    at: datetime
    from_: Agent | None = resolved_by(conversations.from_agent, name="from", shared=PEERS)
    to: Agent | None = resolved_by(conversations.to_agent, shared=PEERS)
    by: Actor | None = resolved_by(actors.actor, shared=PEERS)
    how: AssignmentCause
    offer: Offer | None = resolved_by(offers.of_record, description="The one that was accepted.", shared=PEERS)
    reason: str | None


@strawberry.type
class Conversation(Node):
    rows = conversation.Conversation
    shared = PEERS
    number: int
    channel: Channel
    status: ConversationStatus
    title: str | None = resolved_by(masking.title, description=REACHES_MASKED, shared=PEERS)
    service: Service | None = resolved_by(conversations.service, shared=PEERS)
    assignee: Agent | None = resolved_by(conversations.assignee, shared=PEERS)
    contact: Contact | None = resolved_by(conversations.contact, shared=PEERS)
    members: list[Member] = resolved_by(
        conversations.members, description="Empty for who may not read the conversation.", shared=PEERS
    )
    meetings: list[Meeting] = resolved_by(conversations.meetings, shared=PEERS)
    tags: list[Tag] = resolved_by(conversations.tags, description="By name. Empty for guests.", shared=PEERS)
    language: Locale | None
    created_at: datetime
    last_message: Message | None = resolved_by(conversations.last_message, shared=PEERS)
    last_message_direction: Direction | None
    waiting_since: datetime | None
    snoozed_until: datetime | None = resolved_by(
        endings.snoozed_until,
        description="Until when it sleeps, where it is SNOOZED. For agents.",
        shared=PEERS,
    )
    disposition: Disposition | None = resolved_by(
        endings.disposition, description="What came of it, where it is CLOSED. For agents.", shared=PEERS
    )
    disposition_note: str | None = resolved_by(
        endings.disposition_note, description="For agents.", shared=PEERS
    )
    last_seq: int = resolved_by(conversations.last_seq, shared=PEERS)
    unread_count: int = resolved_by(
        conversations.unread_count, description="Of the viewer, from the viewer's own read marker.", shared=OWN
    )
    scheduled_messages: list[ScheduledMessageRef] = resolved_by(
        scheduled.of_conversation,
        description="The viewer's own that are to be sent, the next one first, and those that could not be.",
    )
    messages: MessageConnection = resolved_by(conversations.messages, shared=PEERS)
    assignments: list[AssignmentRecord] = resolved_by(
        conversations.assignments, description="Who had it, and why. Empty for guests.", shared=PEERS
    )
    pending_offers: list[Offer] = resolved_by(
        offers.pending, description="Those that somebody can still accept. Empty for guests.", shared=PEERS
    )
    offer_explanation: list[OfferVerdict] = resolved_by(
        offers.explanation,
        description="Why each agent of the service was offered it, or was not: the last few times that this changed,"
        " the newest first. Empty for guests.",
        shared=PEERS,
    )


@strawberry.type(description="A message that is to be sent later: seen by its author alone.")
class ScheduledMessage(Node):
    rows = scheduled_message.ScheduledMessage
    conversation: ConversationRef | None = resolved_by(
        scheduled.conversation, description="Null where the author does not see it any more."
    )
    kind: MessageKind
    text: str | None = strawberry.field(description="Null once it is sent or cancelled.")
    attachment: Attachment | None = resolved_by(scheduled.attachment)
    reply_to: Message | None = resolved_by(scheduled.reply_to)
    created_at: datetime
    send_at: datetime
    status: ScheduledStatus
    failure: ErrorCode | None = resolved_by(
        scheduled.failure, description="Why it could not be sent, where it has FAILED."
    )
    message: Message | None = resolved_by(scheduled.message, description="What it became when it was sent.")


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
class StartConversationPayload:
    conversation: Conversation | None
    guest_token: str | None = strawberry.field(
        description="The guest's own: with it they read, write and subscribe, in this conversation alone. Null to"
        " agents whose role is among `maskContactsFrom`, as it shows the guest as they see themselves."
    )
    errors: list[UserError]


@strawberry.type
class MessagePayload:
    message: Message | None = strawberry.field(description="Null where it is to be sent later.")
    scheduled: ScheduledMessage | None
    errors: list[UserError]


@strawberry.type
class ScheduledMessagePayload:
    scheduled: ScheduledMessage | None
    errors: list[UserError]
