"""The record of a meeting's changes, and everyone who is told of one: conversation, inboxes and mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from models.actor import Actor, AgentActor, GuestActor
from models.agent.agent import Agent
from models.conversation.posting import add_system_message, announce_to_inboxes
from models.meeting.meeting import Attendee, Meeting, MeetingChange
from models.transactions import Transaction
from models.words import MeetingChangeKind, MeetingStatus, SystemEvent
from realtime.events import Announcement, Audience, EventKind, announce, conversation_topic

_TOLD_AS = {
    MeetingChangeKind.BOOKED: (SystemEvent.MEETING_BOOKED, "The meeting is booked."),
    MeetingChangeKind.RESCHEDULED: (SystemEvent.MEETING_CHANGED, "The meeting has been moved."),
    MeetingChangeKind.DURATION_CHANGED: (SystemEvent.MEETING_CHANGED, "The meeting has another duration."),
    MeetingChangeKind.REASSIGNED: (SystemEvent.MEETING_CHANGED, "{agents} will hold the meeting."),
    MeetingChangeKind.CANCELLED: (SystemEvent.MEETING_CANCELLED, "The meeting is cancelled."),
    MeetingChangeKind.REMINDED: (SystemEvent.MEETING_REMINDER, "A reminder: the meeting is coming up."),
    MeetingChangeKind.ATTENDEE_JOINED: (SystemEvent.MEMBER_ADDED, "A guest has joined the meeting."),
    MeetingChangeKind.ATTENDEE_LEFT: (SystemEvent.MEMBER_LEFT, "A guest has left the meeting."),
}
# What concerns one guest: the others read that it happened, and are not told of whom.
_OF_ONE = (MeetingChangeKind.ATTENDEE_JOINED, MeetingChangeKind.ATTENDEE_LEFT)


def snapshot(meeting: Meeting) -> dict[str, Any]:
    """What of a meeting its history keeps: enough to write the mail of that moment later."""
    return {
        "status": meeting.status.value,
        "start": meeting.start.isoformat(),
        "end": meeting.end.isoformat(),
        "sequence": meeting.sequence,
    }


def named(agents: Iterable[Agent]) -> list[dict[str, Any]]:
    """Agents, as a history keeps them."""
    return [{"id": agent.id, "name": agent.name} for agent in sorted(agents, key=lambda one: one.id)]


async def record(
    tx: Transaction,
    meeting: Meeting,
    kind: MeetingChangeKind,
    *,
    actor: Actor,
    before: Mapping[str, Any] | None,
    reason: str | None,
    now: datetime,
    party: Attendee | None = None,
) -> MeetingChange:
    """Keep the change and tell everyone, as part of the verb that made it. Mail goes out by a job after commit.
    Where `before` says who had the meeting, it is kept who has it.

    A meeting that was made with its conversation knows it; otherwise it is read. In a group meeting, `party` is the
    guest whom the change concerns, and other guests not.
    """
    after = snapshot(meeting)
    if before is not None and "agents" in before:
        after["agents"] = named(meeting.agents)
    change = await tx.add(
        MeetingChange(
            organization_id=meeting.organization_id,
            meeting_id=meeting.id,
            at=now,
            kind=kind,
            actor_agent_id=actor.agent.id if isinstance(actor, AgentActor) else None,
            actor_contact_id=_contact_id(meeting, kind, actor, party=party),
            party=party,
            before=before,
            after=after,
            reason=reason,
        )
    )
    conversation = await meeting.conversation
    event, text = _told(meeting, kind)
    await add_system_message(tx, conversation, event, text, meeting_id=meeting.id, now=now)
    ids = {"meeting": meeting.id, "change": change.id}
    audience = Audience.AGENTS if kind in _OF_ONE else Audience.EVERYONE
    topic = conversation_topic(conversation.id)
    announce(Announcement(meeting.organization_id, topic, EventKind.MEETING_CHANGED, ids, audience))
    await announce_to_inboxes(conversation, EventKind.MEETING_CHANGED, ids)
    # One after the other for each meeting: the letter of a booking is not to come after that of its cancellation.
    await tx.later("mail.tell_of_change", lock=f"meeting:{meeting.id}", change_id=change.id)
    return change


def _told(meeting: Meeting, kind: MeetingChangeKind) -> tuple[SystemEvent, str]:
    """What the conversation is told of the change."""
    event, text = _TOLD_AS[kind]
    if kind is MeetingChangeKind.BOOKED and meeting.status is MeetingStatus.REQUESTED:
        return event, "The meeting is requested; it is still to be accepted."
    if kind is MeetingChangeKind.REASSIGNED:
        return event, text.format(agents=", ".join(agent["name"] for agent in named(meeting.agents)))
    return event, text


def _contact_id(
    meeting: Meeting, kind: MeetingChangeKind, actor: Actor, *, party: Attendee | None
) -> int | None:
    """Who books from the public page, or joins, is the guest of what comes of it."""
    if isinstance(actor, GuestActor):
        contact_id: int = actor.contact.id
        return contact_id
    if isinstance(actor, AgentActor):
        return None
    if kind is MeetingChangeKind.ATTENDEE_JOINED and party is not None:
        return party.contact_id
    guest_id: int = meeting.guest_id
    return guest_id if kind is MeetingChangeKind.BOOKED else None
