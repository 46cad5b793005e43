"""A meeting as calendars tell each other of it (RFC 5545, RFC 5546): asked for, or called off."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText, vUri

from providers.mail.mailbox import Mailbox
from providers.mail.text import one_line, paragraphs, web_address
from providers.mail.vtimezone import vtimezone

PRODID = "-//Frontdesk//Meetings//EN"
UTC_ZONES = frozenset({"UTC", "UCT", "Universal", "Zulu", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu"})


class Method(StrEnum):
    """What the receiving calendar is to do (RFC 5546 §1.4). What is published is told, and nobody is asked."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Status(StrEnum):
    """How settled the meeting is."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


class Answer(StrEnum):
    """What an attendee has said so far (PARTSTAT)."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True)
class Attendee:
    """One who is to come, and whether his calendar is asked to answer."""

    mailbox: Mailbox
    answer: Answer = Answer.NEEDS_ACTION
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class Invitation:
    """What one reader's calendar is told.

    `uid` stays with the meeting for its life; `sequence` rises with every change (RFC 5545 §3.8.7.4), and
    calendars drop what comes with a lower one. Without a `status` it is called off for its attendees alone, and goes on
    (RFC 5546 §3.2.5). Start, end and `stamped_at` are aware; start and end are written in `zone`.
    """

    uid: str
    sequence: int
    method: Method
    status: Status | None
    start: datetime
    end: datetime
    zone: str
    summary: str
    organizer: Mailbox
    attendees: tuple[Attendee, ...]
    stamped_at: datetime
    description: str = ""
    location: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        if any(moment.tzinfo is None for moment in (self.start, self.end, self.stamped_at)):
            raise ValueError("an invitation's times have a zone")
        if self.end <= self.start or self.sequence < 0 or not one_line(self.uid):
            raise ValueError("an invitation ends after its start and has a uid and a sequence from 0")
        asks = self.method is not Method.PUBLISH
        if asks and (self.method is Method.CANCEL) != (self.status in (Status.CANCELLED, None)):
            raise ValueError("a cancelled meeting is called off by CANCEL, and only that")

    def to_ics(self) -> bytes:
        """The file: UTF-8, CRLF, folded at 75 octets, and the same bytes for the same invitation."""
        calendar = Calendar()
        calendar.add("PRODID", PRODID)
        calendar.add("VERSION", "2.0")
        calendar.add("CALSCALE", "GREGORIAN")
        calendar.add("METHOD", self.method.value)
        start, end = local_times(self.start, self.end, self.zone)
        if isinstance(start.tzinfo, ZoneInfo):
            calendar.add_component(vtimezone(start.tzinfo, year=start.year))
        calendar.add_component(self._event(start=start, end=end))
        ics: bytes = calendar.to_ical()
        return ics

    def _event(self, *, start: datetime, end: datetime) -> Event:
        event = Event()
        event.add("UID", Text(one_line(self.uid)))
        event.add("SEQUENCE", self.sequence)
        event.add("DTSTAMP", self.stamped_at.astimezone(UTC))
        event.add("DTSTART", start)
        event.add("DTEND", end)
        event.add("SUMMARY", Text(one_line(self.summary)))
        for name, text in (
            ("DESCRIPTION", paragraphs(self.description)),
            ("LOCATION", one_line(self.location)),
        ):
            if text:
                event.add(name, Text(text))
        if web_address(self.url):
            event.add("URL", vUri(self.url))
        event.add("ORGANIZER", _calendar_address(self.organizer))
        for attendee in self.attendees:
            event.add("ATTENDEE", _attendee_address(attendee))
        if self.status:
            event.add("STATUS", self.status.value)
        event.add("TRANSP", "OPAQUE")
        return event


def local_times(start: datetime, end: datetime, zone: str) -> tuple[datetime, datetime]:
    """Start and end in the reader's zone; in UTC where the zone is UTC or shows the time a second time.

    A local time that occurs twice means the first one (RFC 5545 §3.3.5): the second cannot be said in
    local time.
    """
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if zone in UTC_ZONES:
        return start, end
    local = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    return (start, end) if any(moment.fold for moment in local) else local


class Text(vText):
    """TEXT escaped as RFC 5545 §3.3.11 says. The library's own takes a typed `\\N` for a line break."""

    def to_ical(self) -> bytes:
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return escaped.encode()


def calendar_name(name: str) -> str:
    """A name as a CN parameter can carry it: one line, no backslash (some parsers take it for an escape)."""
    return one_line(name).replace("\\", "/")


def _calendar_address(mailbox: Mailbox) -> vCalAddress:
    address = vCalAddress(f"mailto:{mailbox.wire_address}")
    name = calendar_name(mailbox.name)
    if name:
        address.params["CN"] = name
    return address


def _attendee_address(attendee: Attendee) -> vCalAddress:
    address = _calendar_address(attendee.mailbox)
    address.params["CUTYPE"] = "INDIVIDUAL"
    address.params["ROLE"] = "REQ-PARTICIPANT"
    address.params["PARTSTAT"] = attendee.answer.value
    address.params["RSVP"] = "TRUE" if attendee.is_asked else "FALSE"
    return address
