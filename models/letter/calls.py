"""What letters say of a meeting's call, and to whom.

A call is made right after a booking. The letters of that wait a moment, so that one letter tells of both.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from models.letter.addressee import Addressee
from models.meeting.meeting import MeetingChange
from models.words import Audience, DeliveryState, MeetingChangeKind, MeetingStatus, Occasion

PATIENCE = timedelta(minutes=1)
# Shorter: a call that is made just when a letter no longer waits must have a letter of its own.
AT_ONCE = timedelta(seconds=45)

_TAKES_PLACE = (MeetingChangeKind.BOOKED, MeetingChangeKind.CONFIRMED, MeetingChangeKind.ACCEPTED)


def hears_of_call(change: MeetingChange, addressee: Addressee) -> bool:
    """Who is brought along does where the organization's automation says so."""
    how = change.organization.settings.virtual_meetings
    return addressee.audience is not Audience.ATTENDEE or (how.enabled and how.invite_attendees)


def comes_with_file(change: MeetingChange, occasion: Occasion) -> bool:
    """Every letter does, but for the news of a call where the organization does not want it."""
    is_news = occasion in (Occasion.CALL_CREATED, Occasion.CALL_FAILED)
    return not is_news or change.organization.settings.virtual_meetings.send_ics


def waits_for_call(change: MeetingChange, *, now: datetime) -> bool:
    """Whether the change is to be told in a moment, as the meeting's call is just being made."""
    meeting = change.meeting
    is_coming = meeting.call_state is DeliveryState.PENDING and meeting.status is MeetingStatus.SCHEDULED
    return is_coming and now - change.at < PATIENCE


async def is_told_with_booking(change: MeetingChange) -> bool:
    """Whether the change is a new call of which the letters tell that have waited for it."""
    if change.kind is not MeetingChangeKind.VIRTUAL_MEETING_CREATED or change.before is not None:
        return False
    earlier = MeetingChange.filter(meeting_id=change.meeting_id, id__lt=change.id)
    booked = await earlier.filter(kind__in=_TAKES_PLACE).order_by("-id").first()
    return booked is not None and change.at - booked.at < AT_ONCE
