"""The dashboard: what an agent sees first."""

from __future__ import annotations

import strawberry

from resolvers import dashboard
from schema.field import resolved_by
from schema.meeting import Meeting
from schema.offer import QueueCount


@strawberry.type(
    description="What an agent sees first, as of now. `inboxEvents` tell when some of it has changed: QueueChanged of"
    " `queues`, ConversationChanged of `unreadCount`, MeetingChanged of the meetings."
)
class Dashboard:
    queues: list[QueueCount] = resolved_by(
        dashboard.queues, description="Of the viewer's services by name; of all to who oversees them."
    )
    unread_count: int = resolved_by(
        dashboard.unread_count,
        description="In how many of the conversations that the viewer is a member of something is unread.",
    )
    meetings_today: list[Meeting] = resolved_by(
        dashboard.meetings_today,
        description="The viewer's own, between midnight and midnight in their time zone, also those that are over. By"
        " their start, at most 100.",
    )
    unassigned_meetings: list[Meeting] = resolved_by(
        dashboard.unassigned_meetings,
        description="Those to come that nobody has yet and that the viewer is shown, by their start. At most 100.",
    )
    requests: list[Meeting] = resolved_by(
        dashboard.requests,
        description="Those that wait to be accepted: the viewer's own and those that nobody has yet; all to who"
        " oversees them. By their start, at most 100.",
    )
