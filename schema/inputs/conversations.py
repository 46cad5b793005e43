"""Inputs about conversations."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models.words import AssigneeFilter, Channel, ConversationStatus, Direction, MessageKind


@strawberry.input(description="All that is given must hold.")
class ConversationFilter:
    status: list[ConversationStatus] | None = None
    assignee: AssigneeFilter | None = None
    agent_id: strawberry.ID | None = None
    service_id: strawberry.ID | None = None
    channel: Channel | None = None
    unread: bool | None = None
    started_from: datetime | None = None
    started_to: datetime | None = None
    last_message_direction: Direction | None = None
    contact_id: strawberry.ID | None = None


@strawberry.input
class SendMessageInput:
    conversation_id: strawberry.ID
    text: str | None = None
    kind: MessageKind | None = strawberry.field(
        default=MessageKind.TEXT, description="TEXT, or NOTE, which a guest never sees."
    )
    reply_to_id: strawberry.ID | None = None
    expected_last_seq: int | None = strawberry.field(
        default=None, description="Refused as REPLIED_MEANWHILE if another agent has answered since."
    )
    idempotency_key: str | None = None


@strawberry.input
class MarkReadInput:
    conversation_id: strawberry.ID
    seq: int


@strawberry.input(description="Without an agent: the viewer.")
class AssignConversationInput:
    conversation_id: strawberry.ID
    agent_id: strawberry.ID | None = None
    service_id: strawberry.ID | None = None
    note: str | None = None
