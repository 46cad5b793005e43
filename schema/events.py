"""What feeds tell. Every event has a cursor to come back with; a Resync says to fetch anew and go on from its own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

import strawberry

from realtime.events import EventKind, Passing, PassingKind, Typing
from realtime.feed import Event, ResyncReason
from realtime.feed import Resync as ResyncItem
from resolvers import feeds
from schema.agent import Agent
from schema.contact import Actor
from schema.conversation import AssignmentRecord, Conversation, Member, Message
from schema.field import COLLEAGUES, PEERS, resolved_by
from schema.meeting import Meeting
from schema.meeting import MeetingChange as Change
from schema.offer import Offer, QueueCount


@strawberry.interface(description="An event of a feed.")
class FeedEvent:
    kind: ClassVar[EventKind]
    shared = PEERS
    cursor: str = resolved_by(
        feeds.cursor, description="Subscribe with this as `after` to get every event since.", shared=PEERS
    )
    at: datetime

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, Event) and value.kind == cls.kind


@strawberry.type(
    description="Its author has read everything up to it, unless a ReadMarkerMoved that follows says otherwise."
)
class MessageAdded(FeedEvent):
    kind = EventKind.MESSAGE_ADDED
    message: Message = resolved_by(feeds.message, shared=PEERS)


@strawberry.type(description="A message is not what it was: show it as it is now.")
class MessageChanged(FeedEvent):
    kind = EventKind.MESSAGE_CHANGED
    message: Message = resolved_by(feeds.message, shared=PEERS)


@strawberry.type(description="For agents.")
class AssignmentChanged(FeedEvent):
    kind = EventKind.ASSIGNMENT_CHANGED
    conversation: Conversation = resolved_by(feeds.conversation, shared=PEERS)
    record: AssignmentRecord = resolved_by(feeds.record, shared=PEERS)


@strawberry.type
class MembersChanged(FeedEvent):
    kind = EventKind.MEMBERS_CHANGED
    conversation: Conversation = resolved_by(feeds.conversation, shared=PEERS)


@strawberry.type(
    description="Something of the conversation is different: its newest message, status, offers or unread count."
)
class ConversationChanged(FeedEvent):
    kind = EventKind.CONVERSATION_CHANGED
    conversation: Conversation = resolved_by(feeds.conversation, shared=PEERS)


@strawberry.type
class MeetingChanged(FeedEvent):
    kind = EventKind.MEETING_CHANGED
    meeting: Meeting = resolved_by(feeds.meeting, shared=PEERS)
    change: Change | None = resolved_by(feeds.change, shared=PEERS)


@strawberry.type
class ReadMarkerMoved(FeedEvent):
    kind = EventKind.READ_MARKER_MOVED
    member: Member = resolved_by(feeds.member, shared=PEERS)


@strawberry.type(description="An offer to the agent who asks.")
class OfferMade(FeedEvent):
    kind = EventKind.OFFER_MADE
    offer: Offer = resolved_by(feeds.offer, shared=PEERS)


@strawberry.type(
    description="One that they can accept no more: taken, over, withdrawn, or they said no or left; or one of their own"
    " that has ended."
)
class OfferClosed(FeedEvent):
    kind = EventKind.OFFER_CLOSED
    offer: Offer = resolved_by(feeds.offer, shared=PEERS)


@strawberry.type(
    description="Other things wait in a queue of the agent's, or for who oversees the organization in any. Without a"
    " cursor: it may be lost, and is not told of again."
)
class QueueChanged:
    queue: QueueCount = resolved_by(feeds.queue, shared=COLLEAGUES)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, Passing) and value.kind is PassingKind.QUEUE_CHANGED


@strawberry.type(
    description="A colleague has come to their desk, has left it, or is heard of no more. Without a cursor: it may be"
    " lost, and is not told of again."
)
class PresenceChanged:
    agent: Agent = resolved_by(feeds.agent, shared=COLLEAGUES)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, Passing) and value.kind is PassingKind.PRESENCE_CHANGED


@strawberry.type(
    description="Somebody else types, or does so no more. Without a cursor: it may be lost. So show it for eight"
    " seconds at most, unless it is told again, and no longer once there is a message of theirs."
)
class TypingChanged:
    shared = COLLEAGUES
    party: Actor = resolved_by(feeds.typist, shared=COLLEAGUES)
    typing: bool

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, Typing)


@strawberry.type(description="Fetch anew, and go on from `cursor`: what happens after it comes as ever.")
class Resync:
    shared = PEERS
    cursor: str = resolved_by(feeds.cursor, shared=PEERS)
    reason: ResyncReason

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, ResyncItem)


ConversationEvent = Annotated[
    MessageAdded
    | MessageChanged
    | AssignmentChanged
    | MembersChanged
    | ConversationChanged
    | MeetingChanged
    | ReadMarkerMoved
    | TypingChanged
    | Resync,
    strawberry.union("ConversationEvent"),
]
MeetingEvent = Annotated[MeetingChanged | Resync, strawberry.union("MeetingEvent")]
InboxEvent = Annotated[
    OfferMade
    | OfferClosed
    | AssignmentChanged
    | ConversationChanged
    | QueueChanged
    | MeetingChanged
    | PresenceChanged
    | Resync,
    strawberry.union("InboxEvent"),
]
