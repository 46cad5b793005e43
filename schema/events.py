"""What feeds tell. Every event has a cursor to come back with; a Resync says to fetch anew and go on from its own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

import strawberry

from realtime.events import EventKind
from realtime.feed import Event, ResyncReason
from realtime.feed import Resync as ResyncItem
from resolvers import feeds
from schema.conversation import AssignmentRecord, Conversation, Member, Message
from schema.field import resolved_by
from schema.meeting import Meeting
from schema.meeting import MeetingChange as Change


@strawberry.interface(description="An event of a feed.")
class FeedEvent:
    kind: ClassVar[EventKind]
    cursor: str = resolved_by(
        feeds.cursor, description="Subscribe with this as `after` to get every event since."
    )
    at: datetime

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, Event) and value.kind == cls.kind


@strawberry.type
class MessageAdded(FeedEvent):
    kind = EventKind.MESSAGE_ADDED
    message: Message = resolved_by(feeds.message)


@strawberry.type(description="For agents.")
class AssignmentChanged(FeedEvent):
    kind = EventKind.ASSIGNMENT_CHANGED
    conversation: Conversation = resolved_by(feeds.conversation)
    record: AssignmentRecord = resolved_by(feeds.record)


@strawberry.type
class MembersChanged(FeedEvent):
    kind = EventKind.MEMBERS_CHANGED
    conversation: Conversation = resolved_by(feeds.conversation)


@strawberry.type(
    description="Something of the conversation is different: its newest message, status or unread count."
)
class ConversationChanged(FeedEvent):
    kind = EventKind.CONVERSATION_CHANGED
    conversation: Conversation = resolved_by(feeds.conversation)


@strawberry.type
class MeetingChanged(FeedEvent):
    kind = EventKind.MEETING_CHANGED
    meeting: Meeting = resolved_by(feeds.meeting)
    change: Change | None = resolved_by(feeds.change)


@strawberry.type
class ReadMarkerMoved(FeedEvent):
    kind = EventKind.READ_MARKER_MOVED
    member: Member = resolved_by(feeds.member)


@strawberry.type(description="Fetch anew, and go on from `cursor`: what happens after it comes as ever.")
class Resync:
    cursor: str = resolved_by(feeds.cursor)
    reason: ResyncReason

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, ResyncItem)


ConversationEvent = Annotated[
    MessageAdded
    | AssignmentChanged
    | MembersChanged
    | ConversationChanged
    | MeetingChanged
    | ReadMarkerMoved
    | Resync,
    strawberry.union("ConversationEvent"),
]
InboxEvent = Annotated[
    AssignmentChanged | ConversationChanged | MeetingChanged | Resync, strawberry.union("InboxEvent")
]
