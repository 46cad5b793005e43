"""Mails as calendars send them when somebody answers."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from textwrap import dedent

STAMPED = datetime(2027, 3, 1, 7, 0, tzinfo=UTC)


def an_answer(
    uid: str,
    *,
    address: str = "ivan@guests.example",
    said: str = "ACCEPTED",
    sequence: int = 0,
    at: datetime = STAMPED,
    method: str = "REPLY",
    sent_by: str = "",
) -> str:
    """The calendar in such a mail, folded and worded as Google's is."""
    by = f';SENT-BY="mailto:{sent_by}"' if sent_by else ""
    text = f"""\
        BEGIN:VCALENDAR
        PRODID:-//Google Inc//Google Calendar 70.9054//EN
        VERSION:2.0
        CALSCALE:GREGORIAN
        METHOD:{method}
        BEGIN:VEVENT
        DTSTART:20270301T080000Z
        DTEND:20270301T083000Z
        DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}
        ORGANIZER;CN=Anna:mailto:frontdesk@localhost
        UID:{uid}
        ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={said};CN=Ivan
         ;X-NUM-GUESTS=0{by}:mailto:{address}
        SEQUENCE:{sequence}
        STATUS:CONFIRMED
        SUMMARY:Meeting with Anna
        END:VEVENT
        END:VCALENDAR
        """
    return dedent(text).replace("\n", "\r\n")


def a_mail(calendar: str, *, sender: str = "ivan@guests.example") -> bytes:
    message = EmailMessage()
    message["From"] = f"Ivan <{sender}>"
    message["To"] = "frontdesk@localhost"
    message["Subject"] = "Accepted: Meeting with Anna"
    message.set_content("Ivan has accepted this invitation.")
    message.add_alternative(calendar.encode(), "text", "calendar", params={"method": "REPLY"})
    return message.as_bytes()
