"""The record of a meeting's changes, and everyone who is told of one: conversation, inboxes and mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from models.actor import Actor, AgentActor, GuestActor
from models.agent.agent import Agent
from models.call.following import FOLLOWED, follow_later
from models.changes import hint_at_schedules
from models.conversation.adding import add_system_message
from models.conversation.said import Said, said
from models.conversation.saying import Saying
from models.meeting.meeting import Attendee, Meeting, MeetingChange
from models.meeting.noticing import notice
from models.transactions import Transaction
from models.words import MeetingChangeKind, MeetingStatus, SystemEvent
from realtime.events import Audience

_TOLD_AS = {
    MeetingChangeKind.BOOKED: (SystemEvent.MEETING_BOOKED, Saying.MEETING_BOOKED),
    MeetingChangeKind.CONFIRMED: (SystemEvent.MEETING_CHANGED, Saying.MEETING_CONFIRMED),
    MeetingChangeKind.ACCEPTED: (SystemEvent.MEETING_CHANGED, Saying.MEETING_ACCEPTED),
    MeetingChangeKind.DECLINED: (SystemEvent.MEETING_CANCELLED, Saying.MEETING_DECLINED),
    MeetingChangeKind.RESCHEDULED: (SystemEvent.MEETING_CHANGED, Saying.MEETING_MOVED),
    MeetingChangeKind.DURATION_CHANGED: (SystemEvent.MEETING_CHANGED, Saying.MEETING_LASTS),
    MeetingChangeKind.REASSIGNED: (SystemEvent.MEETING_CHANGED, Saying.MEETING_GIVEN),
    MeetingChangeKind.CANCELLED: (SystemEvent.MEETING_CANCELLED, Saying.MEETING_CANCELLED),
    MeetingChangeKind.VIRTUAL_MEETING_CREATED: (SystemEvent.MEETING_CHANGED, Saying.MEETING_CALL),
    MeetingChangeKind.COMPLETED: (SystemEvent.MEETING_CHANGED, Saying.MEETING_HELD),
    MeetingChangeKind.NO_SHOW: (SystemEvent.MEETING_CHANGED, Saying.MEETING_MISSED),
    MeetingChangeKind.REMINDED: (SystemEvent.MEETING_REMINDER, Saying.MEETING_NEARS),
    MeetingChangeKind.EXPIRED: (SystemEvent.MEETING_CANCELLED, Saying.MEETING_EXPIRED),
    MeetingChangeKind.ATTENDEE_JOINED: (SystemEvent.MEMBER_ADDED, Saying.MEETING_JOINED),
    MeetingChangeKind.ATTENDEE_LEFT: (SystemEvent.MEMBER_LEFT, Saying.MEETING_LEFT),
}
# What may be done and leave something to be decided.
_LEAVE_OPEN = (
    MeetingChangeKind.BOOKED,
    MeetingChangeKind.CONFIRMED,
    MeetingChangeKind.RESCHEDULED,
    MeetingChangeKind.DURATION_CHANGED,
)
_STILL_TO_BE = {
    MeetingStatus.AWAITING_GUEST: Saying.TO_CONFIRM,
    MeetingStatus.REQUESTED: Saying.TO_ACCEPT,
}
_NEVER_WAS = {
    MeetingStatus.AWAITING_GUEST: Saying.NOT_CONFIRMED,
    MeetingStatus.REQUESTED: Saying.NOT_ACCEPTED,
}
# What concerns one guest: the others read that it happened, and are not told of whom.
_OF_ONE = (MeetingChangeKind.ATTENDEE_JOINED, MeetingChangeKind.ATTENDEE_LEFT)
_FOR_AGENTS = (*_OF_ONE, MeetingChangeKind.VIRTUAL_MEETING_FAILED)


def snapshot(meeting: Meeting) -> dict[str, Any]:
    """What of a meeting its history keeps: enough to write the mail of that moment later."""
    return {
        "status": meeting.status.value,
        "start": meeting.start.isoformat(),
        "end": meeting.end.isoformat(),
        "sequence": meeting.sequence,
        **({"expiresAt": meeting.expires_at.isoformat()} if meeting.expires_at else {}),
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
    quietly: bool = False,
) -> MeetingChange:
    """Keep the change and tell everyone, as part of the verb that made it. Mail goes out by a job after commit.
    Where `before` says who had the meeting, it is kept who has it. `quietly`, the conversation says nothing of it.

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
    if not quietly and kind in _TOLD_AS:
        event, told = _told(meeting, kind, before=before)
        await add_system_message(tx, conversation, event, told, meeting_id=meeting.id, now=now)
    await notice(meeting, Audience.AGENTS if kind in _FOR_AGENTS else Audience.EVERYONE, change)
    hint_at_schedules(meeting.organization_id)
    # One after the other for each meeting: the letter of a booking is not to come after that of its cancellation.
    await tx.later("mail.tell_of_change", lock=f"meeting:{meeting.id}", change_id=change.id)
    if kind in FOLLOWED:
        await follow_later(tx, meeting, now=now)
    return change


def _told(
    meeting: Meeting, kind: MeetingChangeKind, *, before: Mapping[str, Any] | None
) -> tuple[SystemEvent, Said]:
    """What the conversation is told of the change."""
    event, saying = _TOLD_AS[kind]
    if kind is MeetingChangeKind.EXPIRED and before is not None:
        return event, said(saying, why=said(_NEVER_WAS[MeetingStatus(before["status"])]))
    if kind in _LEAVE_OPEN and meeting.status in _STILL_TO_BE:
        done = Saying.MEETING_REQUESTED if kind is MeetingChangeKind.BOOKED else saying
        return event, said(Saying.STILL_OPEN, done=said(done), open=said(_STILL_TO_BE[meeting.status]))
    if kind is MeetingChangeKind.REASSIGNED:
        return event, said(saying, agents=", ".join(agent["name"] for agent in named(meeting.agents)))
    return event, said(saying)


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
