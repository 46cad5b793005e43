"""A meeting, its people and a letter, as the tests of mail need them."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32, default
from email.utils import getaddresses
from typing import Any

from icalendar import Calendar

from providers.mail.composing import Envelope
from providers.mail.defaults import default_wording
from providers.mail.facts import MeetingFacts, Person, Reader
from providers.mail.invitation import Attendee, Invitation, Method, Status
from providers.mail.languages import LANGUAGES
from providers.mail.letter import CalendarPart, Letter
from providers.mail.mailbox import Mailbox
from providers.mail.meetings import Saying, tell
from providers.mail.occasions import Audience, Occasion
from providers.mail.pages import Letterhead

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
DESK = Mailbox(name="Acme", address="desk@acme.example")
ANNA = Person(name="Anna Rossi", address="anna@acme.example", zone="Europe/Rome")
MIA = Person(name="Mia Park", address="mia@guest.example", zone="America/New_York")
TO_MIA = Reader(person=MIA, audience=Audience.GUEST)
TO_ANNA = Reader(person=ANNA, audience=Audience.AGENT)

FACTS = MeetingFacts(
    organization="Acme",
    uid="meeting-1@acme.example",
    sequence=1,
    changed_at=datetime(2026, 11, 20, 8, 15, tzinfo=UTC),
    title="First talk",
    meeting_type="VIDEO",
    start=START,
    end=START + timedelta(minutes=30),
    agents=(ANNA,),
    guest=MIA,
    join_url="https://meet.example/abc?a=1&b=2",
    notes="I have two questions.\nBoth are short.",
    manage_url="https://acme.example/m/secret-token",
    confirm_url="https://acme.example/c/secret-token",
    ics_url="https://acme.example/meetings/file-token.ics",
)

INVITATION = Invitation(
    uid="meeting-1@acme.example",
    sequence=3,
    method=Method.REQUEST,
    status=Status.CONFIRMED,
    start=START,
    end=START + timedelta(minutes=30),
    zone="Europe/Rome",
    summary="First talk",
    organizer=Mailbox(name="Anna Rossi", address="desk@acme.example"),
    attendees=(Attendee(Mailbox(name="Mia Park", address="mia@guest.example")),),
    stamped_at=START - timedelta(days=7),
    description="Video call\nwith Anna",
    location="Via Roma 1, Milano",
    url="https://acme.example/m/abc?x=1,2;y",
)

LETTER = Letter(
    to=Mailbox(name="Mia Park", address="mia@guest.example"),
    sender=DESK,
    subject="Hello",
    text="Hello Mia\n",
    html="<p>Hello Mia</p>\n",
    message_id="one@acme.example",
    date=START,
)
WITH_CALENDAR = replace(LETTER, calendar=CalendarPart(content=INVITATION.to_ics(), method="REQUEST"))


def saying(occasion: Occasion, audience: Audience, language: str = "en") -> Saying:
    """What is said where nobody has templates."""
    letter, entry = (
        default_wording(one, audience, language=language) for one in (occasion, Occasion.CALENDAR_EVENT)
    )
    return Saying(LANGUAGES[language], letter, entry)


def told(occasion: Occasion, reader: Reader, facts: MeetingFacts, *, language: str = "en") -> Letter:
    """The letter to the reader, by the desk of Acme."""
    key = f"{facts.uid}|{facts.sequence}|{occasion}|{reader}"
    head = Letterhead(facts.organization)
    return tell(
        facts,
        occasion=occasion,
        reader=reader,
        saying=saying(occasion, reader.audience, language),
        envelope=Envelope(to=reader.person, sender=DESK, letterhead=head, key=key, date=facts.changed_at),
    )


def reopened(letter: Letter | bytes) -> EmailMessage:
    """The letter as the standard library reads its bytes."""
    wire = letter if isinstance(letter, bytes) else letter.to_bytes()
    message = message_from_bytes(wire, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, content_type: str) -> EmailMessage:
    """The one part of that type."""
    found = [one for one in message.walk() if one.get_content_type() == content_type]
    assert len(found) == 1
    assert isinstance(found[0], EmailMessage)
    return found[0]


def content(message: EmailMessage, content_type: str) -> str:
    """The text of the one part of that type, with plain line ends."""
    text: str = part(message, content_type).get_content()
    return text.replace("\r\n", "\n")


def named(wire: bytes, header: str) -> tuple[str, str]:
    """Name and address of the one mailbox in a header, decoded as RFC 2047 has it.

    The modern policies of Python 3.11 leave the space between two encoded words in a name.
    """
    ((name, address),) = getaddresses([re.sub(r"\r?\n", "", message_from_bytes(wire, policy=compat32)[header])])
    return str(make_header(decode_header(name))), address


def event_of(ics: bytes) -> Any:
    """The one event of the file; Any, because the library types each property as one of thirty classes."""
    (event,) = Calendar.from_ical(ics).events
    return event
