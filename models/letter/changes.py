"""Whom a meeting's change is told to, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from models.agent.agent import Agent
from models.letter import parties
from models.letter.addressee import Addressee as Addressee
from models.letter.calls import hears_of_call, is_told_with_booking
from models.meeting.meeting import Meeting, MeetingChange
from models.words import Audience, MeetingChangeKind, MeetingStatus, Occasion
from providers.mail.occasions import readers_of

OCCASIONS: Mapping[MeetingChangeKind, Occasion] = MappingProxyType(
    {
        MeetingChangeKind.BOOKED: Occasion.BOOKED,
        MeetingChangeKind.CONFIRMED: Occasion.BOOKED,
        MeetingChangeKind.ACCEPTED: Occasion.ACCEPTED,
        MeetingChangeKind.DECLINED: Occasion.DECLINED,
        MeetingChangeKind.EXPIRED: Occasion.EXPIRED,
        MeetingChangeKind.RESCHEDULED: Occasion.RESCHEDULED,
        MeetingChangeKind.DURATION_CHANGED: Occasion.RESCHEDULED,
        MeetingChangeKind.REASSIGNED: Occasion.REASSIGNED,
        MeetingChangeKind.CANCELLED: Occasion.CANCELLED,
        MeetingChangeKind.REMINDED: Occasion.REMINDER,
        MeetingChangeKind.ATTENDEE_JOINED: Occasion.JOINED,
        MeetingChangeKind.ATTENDEE_LEFT: Occasion.LEFT,
        MeetingChangeKind.VIRTUAL_MEETING_CREATED: Occasion.CALL_CREATED,
        MeetingChangeKind.VIRTUAL_MEETING_FAILED: Occasion.CALL_FAILED,
    }
)
_COMING = (Occasion.BOOKED, Occasion.JOINED)
_OF_CALLS = (Occasion.CALL_CREATED, Occasion.CALL_FAILED)


async def find_change(change_id: int) -> MeetingChange | None:
    """The change with all that its letters speak of; None where it is gone."""
    change = (
        await MeetingChange.filter(id=change_id)
        .select_related("organization", "actor_agent", "actor_contact", "party")
        .first()
    )
    if change is not None:
        meeting = Meeting.filter(id=change.meeting_id).select_related("guest", "office")
        change.meeting = await meeting.prefetch_related("agents", "attendees__contact").get()
        change.agents = await _agents_then(change)
        if gone := _ids(change.before) - _ids(change.after):
            change.former = await Agent.filter(id__in=list(gone))
        change.is_known_to_companions = await _is_known_to_companions(change)
    return change


async def _agents_then(change: MeetingChange) -> list[Agent]:
    """Who had the meeting after the change: that is kept whenever it is given to others."""
    had = _ids(change.after)
    if change.kind is not MeetingChangeKind.REASSIGNED:
        later = MeetingChange.filter(meeting_id=change.meeting_id, id__gt=change.id)
        given = await later.filter(kind=MeetingChangeKind.REASSIGNED).order_by("id").first()
        if given is None:
            return sorted(change.meeting.agents, key=lambda one: one.id)
        had = _ids(given.before)
    return await Agent.filter(id__in=list(had)).order_by("id")


async def _is_known_to_companions(change: MeetingChange) -> bool:
    """Whether the ordinary meeting was to take place before: from then on those who are brought along know of it."""
    if change.meeting.is_group or not parties.companions(change.meeting):
        return False
    earlier = await MeetingChange.filter(meeting_id=change.meeting_id, id__lt=change.id)
    return any(status_after(one) is MeetingStatus.SCHEDULED for one in earlier)


async def addressees(change: MeetingChange) -> list[Addressee]:
    """The guest, or those of a group meeting, whom they bring along, the agents, and those who were, as far as they
    have an address and the change is told to them."""
    if await is_told_with_booking(change):
        return []
    everyone = [*change.agents, *change.former]
    agents = [agent for agent in everyone if agent.is_active and agent.email]
    told = [Addressee(Audience.AGENT, agent.id) for agent in sorted(agents, key=lambda one: one.id)]
    return [one for one in [*await _guests(change), *told] if occasion_of(change, one) is not None]


async def _guests(change: MeetingChange) -> list[Addressee]:
    meeting = change.meeting
    if not meeting.is_group:
        guest = [Addressee(Audience.GUEST)] if meeting.guest.email else []
        brought = [Addressee(Audience.ATTENDEE, attendee_id=one.id) for one in parties.companions(meeting)]
        return [*guest, *brought]
    return [
        Addressee(Audience.ATTENDEE if one.companion else Audience.GUEST, attendee_id=one.id)
        for one in await parties.told(change)
        if one.email
    ]


def occasion_of(change: MeetingChange, addressee: Addressee) -> Occasion | None:
    """What the change is to the addressee; None where they are not told.

    Until the guest has confirmed a meeting, it is between them and us: nobody else hears of it, and whatever changes,
    they are asked again. Whom the guest of an ordinary one brings along hears of it once it is to take place. One that
    is reassigned is a new one to whom it is given; a group meeting is to its first guest one that they have joined.
    """
    occasion = OCCASIONS.get(change.kind)
    if occasion is not None and _is_unconfirmed(change):
        return _of_unconfirmed(change, addressee)
    if occasion in _OF_CALLS:
        is_told = addressee.audience in readers_of(occasion) and hears_of_call(change, addressee)
        return occasion if is_told else None
    if addressee.audience is Audience.ATTENDEE and not change.meeting.is_group:
        return _of_brought_along(change)
    if occasion is Occasion.REASSIGNED and addressee.agent_id is not None:
        occasion = _given(change, addressee.agent_id)
    if occasion in _COMING and addressee.attendee_id is not None:
        occasion = Occasion.JOINED
    if occasion in _COMING and status_after(change) is MeetingStatus.REQUESTED:
        is_one_more = occasion is Occasion.JOINED and addressee.agent_id is not None
        return occasion if is_one_more else Occasion.REQUESTED
    return occasion


def is_outdated(change: MeetingChange, *, now: datetime) -> bool:
    """Whether it makes no sense any more to tell of the change: asking to confirm what waits for that no longer, or
    reminding of what is over, has begun, or has moved. All else is told also late, one thing after the other."""
    meeting = change.meeting
    if _is_unconfirmed(change) and status_after(change) is MeetingStatus.AWAITING_GUEST:
        return meeting.status is not MeetingStatus.AWAITING_GUEST or meeting.has_expired(now)
    if change.kind is not MeetingChangeKind.REMINDED:
        return False
    return (
        meeting.status is not MeetingStatus.SCHEDULED
        or meeting.start <= now
        or meeting.start.isoformat() != (change.after or {}).get("start")
    )


def status_after(change: MeetingChange) -> MeetingStatus | None:
    return _status(change.after)


def _is_unconfirmed(change: MeetingChange) -> bool:
    waits = MeetingStatus.AWAITING_GUEST in (_status(change.before), _status(change.after))
    return waits and change.kind is not MeetingChangeKind.CONFIRMED


def _of_unconfirmed(change: MeetingChange, addressee: Addressee) -> Occasion | None:
    if addressee.audience is not Audience.GUEST or change.kind is MeetingChangeKind.REASSIGNED:
        return None
    waits = status_after(change) is MeetingStatus.AWAITING_GUEST
    return Occasion.CONFIRM_REQUEST if waits else OCCASIONS[change.kind]


def _of_brought_along(change: MeetingChange) -> Occasion | None:
    occasion = OCCASIONS.get(change.kind)
    if occasion is None or change.is_known_to_companions:
        return occasion
    return Occasion.BOOKED if status_after(change) is MeetingStatus.SCHEDULED else None


def _given(change: MeetingChange, agent_id: int) -> Occasion:
    if agent_id not in _ids(change.after):
        return Occasion.PASSED_ON
    return Occasion.REASSIGNED if agent_id in _ids(change.before) else Occasion.BOOKED


def _ids(kept: Mapping[str, Any] | None) -> set[int]:
    """The agents who had the meeting before it was reassigned, or have it since."""
    return {agent["id"] for agent in (kept or {}).get("agents", ())}


def _status(kept: Mapping[str, Any] | None) -> MeetingStatus | None:
    return MeetingStatus(kept["status"]) if kept and "status" in kept else None
