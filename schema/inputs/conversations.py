"""Inputs about conversations."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models.words import AssigneeFilter, Channel, ConversationStatus, Direction, MessageKind, TagMatch

_TAGS = "Those that have one of these tags or, with ALL as `tagMatch`, every one of them."
_SEARCH = (
    "Words, each at least begun, all of one message; or of the title, the number, and the contact's name, address or"
    " phone. Other forms of a word are found in the conversation's language. At most 200 characters."
)


@strawberry.input(description="All that is given must hold.")
class ConversationFilter:
    status: list[ConversationStatus] | None = None
    assignee: AssigneeFilter | None = None
    agent_id: strawberry.ID | None = None
    service_id: strawberry.ID | None = None
    channel: Channel | None = None
    channel_account_id: strawberry.ID | None = None
    unread: bool | None = None
    tag_ids: list[strawberry.ID] | None = strawberry.field(default=None, description=_TAGS)
    tag_match: TagMatch | None = TagMatch.ANY
    started_from: datetime | None = None
    started_to: datetime | None = None
    last_message_direction: Direction | None = None
    contact_id: strawberry.ID | None = None
    search: str | None = strawberry.field(default=None, description=_SEARCH)


@strawberry.input
class SendMessageInput:
    conversation_id: strawberry.ID
    text: str | None = None
    kind: MessageKind | None = strawberry.field(
        default=MessageKind.TEXT,
        description="TEXT; NOTE, which a guest never sees; or, by those who supervise, WHISPER, which of the agents"
        " only they and whoever has the conversation see. With a file: ATTACHMENT, which TEXT means too then, or VOICE"
        " for a recording.",
    )
    attachment_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="What the viewer has uploaded for this conversation, and not sent yet. Text may be left out then.",
    )
    canned_reply_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="What it says is sent in place of `text`, with its variables filled in; of several replies under"
        " its shortcut, the one in the guest's language.",
    )
    reply_to_id: strawberry.ID | None = None
    expected_last_seq: int | None = strawberry.field(
        default=None, description="Refused as REPLIED_MEANWHILE if another agent has answered since."
    )
    send_at: datetime | None = strawberry.field(
        default=None,
        description="Say it then, within a year, and nothing before; by agents. What is answered is `scheduled`. Where"
        " it cannot be said any more by then, it stays with its author, who is told why.",
    )
    idempotency_key: str | None = None


@strawberry.input
class MarkReadInput:
    conversation_id: strawberry.ID
    seq: int


@strawberry.input
class SetTypingInput:
    conversation_id: strawberry.ID
    typing: bool


@strawberry.input(description="At most 100 tags each.")
class TagConversationInput:
    conversation_id: strawberry.ID
    add: list[strawberry.ID] | None = None
    remove: list[strawberry.ID] | None = None


@strawberry.input
class OfferActionInput:
    offer_id: strawberry.ID
    reason: str | None = strawberry.field(default=None, description="Why not, for colleagues.")


@strawberry.input(description="Without an agent: the viewer.")
class AssignConversationInput:
    conversation_id: strawberry.ID
    agent_id: strawberry.ID | None = None
    service_id: strawberry.ID | None = None
    note: str | None = None
