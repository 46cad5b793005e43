"""Whoever looks at a meeting is told to look again: because of a change that its history keeps, or without one."""

from __future__ import annotations

from models.agent.agent import Agent
from models.conversation.adding import announce_to_inboxes
from models.conversation.conversation import Conversation
from models.meeting.meeting import Meeting, MeetingChange
from models.words import Role
from realtime.events import Announcement, Audience, EventKind, announce, conversation_topic


async def notice(
    meeting: Meeting, audience: Audience = Audience.EVERYONE, change: MeetingChange | None = None
) -> None:
    """Announce that something about the meeting is different; part of the verb that made it so. Its agents hear of it
    in their inboxes, its guest where the audience is everyone."""
    ids = {"meeting": meeting.id} | ({} if change is None else {"change": change.id})
    conversation = await meeting.conversation
    topic = conversation_topic(conversation.id)
    announce(Announcement(meeting.organization_id, topic, EventKind.MEETING_CHANGED, ids, audience))
    hidden = await _hidden_from(meeting, conversation)
    await announce_to_inboxes(conversation, EventKind.MEETING_CHANGED, ids, unless=hidden)


async def _hidden_from(meeting: Meeting, conversation: Conversation) -> set[int]:
    """Of the agents of its service, who does not see the meeting as long as nobody has it."""
    if conversation.assignee_id is not None or meeting.service_id is None:
        return set()
    is_shown = (await meeting.organization).settings.show_unassigned_meetings
    members = await Agent.filter(memberships__service_id=meeting.service_id)
    return {
        agent.id
        for agent in members
        if agent.role is Role.AGENT and not (is_shown and agent.speaks(meeting.language))
    }
