"""What is listened to."""

from __future__ import annotations

import strawberry

from resolvers import (
    feeds,
    meeting_feeds,
    slot_feeds,
)
from schema.events import ConversationEvent, InboxEvent, MeetingEvent
from schema.field import streamed_by
from schema.slots import SlotsChanged


@strawberry.type(
    description='To start without a gap: subscribe with `after: ""`, get a Resync at once, fetch, take what follows.'
)
class Subscription:
    conversation_events: ConversationEvent = streamed_by(
        feeds.conversation_events, description="Everything that happens in a conversation."
    )
    inbox_events: InboxEvent = streamed_by(
        feeds.inbox_events, description="What concerns the agent who asks: meetings, conversations."
    )
    meeting_events: MeetingEvent = streamed_by(
        meeting_feeds.meeting_events,
        description="What happens to a meeting: by its id for who may see it, or by its manage token for whoever has"
        " that, who then hears what its guest may. It ends within a second of the right to see it. Name one of both.",
    )
    slot_events: SlotsChanged = streamed_by(
        slot_feeds.slot_events,
        description="The days whose slots have changed, with all of their slots, at most once a second; for whoever may"
        " ask for the `slots` of the input. With `after`, the `cursor` of `slots` or of what was told last, first the"
        " days that differ from what was known; with an empty one, all days; without, what changes from now on.",
    )
