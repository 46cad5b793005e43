"""Reading what calendars answer by mail: METHOD:REPLY (RFC 5546 §3.2.3), as it is sent (RFC 6047)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import Compat32
from email.utils import parseaddr

from icalendar import Calendar, Component
from icalendar.timezone import tzp

from providers.mail.invitation import Answer

MOST_PARTS = 10
MOST_EVENTS = 20
MOST_MULTIPARTS = 20
LONGEST_HEADER = 2_000
_CALENDARS = ("text/calendar", "application/ics")
_LONGEST_UID = 255
_LARGEST_SEQUENCE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class CalendarReply:
    """What one attendee's calendar says to one event; `address` is theirs, in small letters, `stamped_at` aware."""

    uid: str
    address: str
    answer: Answer
    sequence: int
    stamped_at: datetime


def read_replies(mail: bytes) -> list[CalendarReply]:
    """The answers in a mail as it came in; none in one that is something else, or cannot be read.

    Whom a mail is from is taken as it says: that is for the relay to check. Who answers for somebody else, without
    being named as sent by them, is not heard.
    """
    if mail.lower().count(b"multipart/") > MOST_MULTIPARTS:
        return []
    try:
        message = message_from_bytes(mail, policy=_BOUNDED)
        sender = _sender(message)
        return [reply for part in _parts(message) for reply in _replies(part, sender=sender)]
    except _UNREADABLE:
        return []
    finally:
        # It remembers each zone that a calendar defines, for good, and a mail has room for thousands.
        tzp.use_default()


# What the readers of mails and of calendars raise for what is neither.
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError, ArithmeticError)


class _Bounded(Compat32):
    """Anybody may write such a mail, and some headers take seconds to read for a few thousand characters, as does a
    multipart within a multipart: of longer headers nothing is read, nor of what is nested deeply."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value if len(value) <= LONGEST_HEADER else ""


_BOUNDED = _Bounded()


def _sender(message: Message) -> str:
    """Nobody, where a mail names several: which of them was checked by the relay is not known."""
    [sender] = message.get_all("From", [""])
    return parseaddr(str(sender))[1].lower()


def _parts(message: Message) -> Iterator[bytes]:
    found = (part for part in message.walk() if part.get_content_type() in _CALENDARS)
    for _, part in zip(range(MOST_PARTS), found, strict=False):
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield content


def _replies(content: bytes, *, sender: str) -> Iterator[CalendarReply]:
    calendar = Calendar.from_ical(content)
    if str(calendar.get("METHOD", "")).upper() != "REPLY":
        return
    for _, event in zip(range(MOST_EVENTS), calendar.walk("VEVENT"), strict=False):
        reply = _reply(event, sender=sender)
        if reply is not None:
            yield reply


def _reply(event: Component, *, sender: str) -> CalendarReply | None:
    """None for what is no whole answer: of one attendee, to one event."""
    attendee, uid, stamp = event.get("ATTENDEE"), str(event.get("UID", "")), event.get("DTSTAMP")
    if attendee is None or isinstance(attendee, list) or stamp is None or not 0 < len(uid) <= _LONGEST_UID:
        return None
    address = _address(str(attendee))
    if sender not in (address, _address(str(attendee.params.get("SENT-BY", "")))):
        return None
    said = str(attendee.params.get("PARTSTAT", "")).upper()
    sequence = int(event.get("SEQUENCE", 0))
    if said not in tuple(Answer) or not 0 <= sequence <= _LARGEST_SEQUENCE:
        return None
    stamped_at = stamp.dt if stamp.dt.tzinfo else stamp.dt.replace(tzinfo=UTC)
    return CalendarReply(uid, address, Answer(said), sequence, stamped_at)


def _address(value: str) -> str:
    value = value.strip().lower()
    return value.removeprefix("mailto:").strip()
