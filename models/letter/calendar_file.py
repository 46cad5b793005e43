"""A meeting's calendar file by itself, for whoever adds the meeting to a calendar by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from models.letter import parties
from models.letter.facts import Links, among_others, facts_now, guest_of
from models.letter.wording import Choice, saying_for
from models.letter.writing import sender_of
from models.meeting.file_link import recognise_file
from models.meeting.meeting import Attendee, Meeting, MeetingChange
from models.words import Audience, MeetingStatus, Occasion
from providers.mail.facts import MeetingFacts, Reader
from providers.mail.meetings import publish

_OVER = (MeetingStatus.CANCELLED, MeetingStatus.DECLINED, MeetingStatus.EXPIRED)


async def calendar_file(token: str, *, links: Links) -> bytes | None:
    """The file that the token is good for, as the meeting is now; None for a token that is good for nothing.

    No key to the meeting, or to its call, is in it: whoever has the file's address reads, and does nothing.
    """
    found = await recognise_file(token, keys=links.keys)
    if found is None:
        return None
    meeting, attendee = found
    reader = _reader(meeting, attendee)
    organization = meeting.organization
    choice = Choice(
        occasion=Occasion.CALENDAR_EVENT,
        audience=reader.audience,
        meeting_type=meeting.meeting_type,
        languages=(meeting.language,) if attendee is None else parties.languages(meeting, attendee),
    )
    saying = await saying_for(organization, choice)
    return publish(
        await _facts(meeting, attendee, links=links),
        reader=reader,
        saying=saying,
        organizer=sender_of(organization),
        is_over=meeting.status in _OVER,
    ).to_ics()


async def _facts(meeting: Meeting, attendee: Attendee | None, *, links: Links) -> MeetingFacts:
    facts = facts_now(meeting, organization=meeting.organization, at=await _changed_at(meeting), links=links)
    if attendee is not None:
        people = parties.seen_by_guest(meeting, attendee)
        facts = among_others(facts, meeting, people, reader=attendee, links=links)
    return replace(facts, manage_url=None, join_url=None, answer_url=None)


def _reader(meeting: Meeting, attendee: Attendee | None) -> Reader:
    if attendee is None:
        return Reader(guest_of(meeting), Audience.GUEST)
    audience = Audience.ATTENDEE if attendee.companion else Audience.GUEST
    return Reader(parties.person(meeting, attendee), audience)


async def _changed_at(meeting: Meeting) -> datetime:
    last = await MeetingChange.filter(meeting_id=meeting.id).order_by("-id").only("at").first()
    return meeting.created_at if last is None else last.at
