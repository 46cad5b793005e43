"""A calendar of meetings as a file to subscribe to (RFC 5545, RFC 7986).

An entry has the name and the sequence that the mails about its meeting have, so that a program which knows both shows
one. It has no attendees: it is told, not asked (RFC 5545 §3.8.4.1). And no link by which anything could be changed:
whoever finds the address out reads, and does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from models.calendar.entries import Entry
from models.calendar.feed import Reader
from models.meeting.meeting import Meeting
from models.words import MeetingStatus, MeetingType
from providers.mail.invitation import PRODID, UTC_ZONES, Status, Text, local_times
from providers.mail.text import one_line, paragraphs
from providers.mail.vtimezone import vtimezone

_STATUS: Mapping[MeetingStatus, Status] = MappingProxyType(
    {
        MeetingStatus.AWAITING_GUEST: Status.TENTATIVE,
        MeetingStatus.REQUESTED: Status.TENTATIVE,
        MeetingStatus.DECLINED: Status.CANCELLED,
        MeetingStatus.CANCELLED: Status.CANCELLED,
        MeetingStatus.EXPIRED: Status.CANCELLED,
    }
)


def calendar_of(reader: Reader, entries: Sequence[Entry]) -> bytes:
    """The file, with times in the reader's zone."""
    organization = reader.organization
    zone = reader.time_zone or organization.time_zone
    calendar = Calendar()
    calendar.add("PRODID", PRODID)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    for name in ("NAME", "X-WR-CALNAME"):
        calendar.add(name, Text(one_line(organization.name)))
    calendar.add("X-WR-TIMEZONE", zone)
    calendar.add("REFRESH-INTERVAL", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", Text("PT15M"))
    first = min((entry.meeting.start.year for entry in entries), default=None)
    if first is not None and zone not in UTC_ZONES:
        calendar.add_component(vtimezone(ZoneInfo(zone), year=first))
    for entry in entries:
        # The zone's definition is right for two years. What is later is written in UTC, which needs none.
        written = zone if first is not None and entry.meeting.end.year <= first + 1 else "UTC"
        calendar.add_component(_event(entry, zone=written))
    ics: bytes = calendar.to_ical()
    return ics


def _event(entry: Entry, *, zone: str) -> Event:
    meeting = entry.meeting
    start, end = local_times(meeting.start, meeting.end, zone)
    status = _STATUS.get(meeting.status, Status.CONFIRMED)
    event = Event()
    event.add("UID", Text(meeting.uid))
    event.add("SEQUENCE", meeting.sequence)
    event.add("DTSTAMP", entry.changed_at.astimezone(UTC))
    event.add("LAST-MODIFIED", entry.changed_at.astimezone(UTC))
    event.add("CREATED", meeting.created_at.astimezone(UTC))
    event.add("DTSTART", start)
    event.add("DTEND", end)
    for name, text in (
        ("SUMMARY", one_line(_summary(entry))),
        ("DESCRIPTION", paragraphs(entry.notes or "")),
        ("LOCATION", one_line(_location(meeting))),
    ):
        if text:
            event.add(name, Text(text))
    event.add("STATUS", status.value)
    event.add("TRANSP", "TRANSPARENT" if status is Status.CANCELLED else "OPAQUE")
    return event


def _summary(entry: Entry) -> str:
    """What it is about, and who else comes, as far as that does not say so already."""
    title = entry.title
    others = [name for name in entry.names if name not in title]
    return " – ".join(part for part in (title, ", ".join(others)) if part)


def _location(meeting: Meeting) -> str:
    if meeting.office is None or meeting.meeting_type is not MeetingType.OFFICE:
        return ""
    return ", ".join(part for part in (meeting.office.name, meeting.office.address) if part)
