"""A letter: everything that one mail to one reader says, and its form as a MIME message."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from hashlib import sha256

from providers.mail import headers
from providers.mail.mailbox import Mailbox

_MESSAGE_ID = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
AUTOMATIC = (("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "OOF, AutoReply"))


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """An iCalendar file with the iTIP method that it carries out (RFC 6047): `REQUEST`, `CANCEL`."""

    content: bytes
    method: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one reader.

    `message_id` (without angles) and `date` are part of it, so that a letter sent again is the same message to
    the byte, and mail programs show it once.
    """

    to: Mailbox
    sender: Mailbox
    subject: str
    text: str
    html: str
    message_id: str
    date: datetime
    reply_to: Mailbox | None = None
    calendar: CalendarPart | None = None
    headers: tuple[tuple[str, str], ...] = AUTOMATIC

    def __post_init__(self) -> None:
        if self.date.tzinfo is None:
            raise ValueError("a letter's date has a zone")
        if not _MESSAGE_ID.fullmatch(self.message_id) or len(self.message_id) > 200:
            raise ValueError(f"{self.message_id!r} is no message id")
        if not all(_HEADER_NAME.fullmatch(name) for name, _ in self.headers):
            raise ValueError("a header's name is letters, digits and dashes")

    @property
    def needs_utf8(self) -> bool:
        """Whether an address in it can only be written by SMTPUTF8 (RFC 6531)."""
        return any(box.needs_utf8 for box in (self.to, self.sender, self.reply_to) if box)

    def to_message(self) -> EmailMessage:
        """The MIME message: mixed(alternative(text, HTML, calendar), invite.ics).

        Mail programs show their accept-or-decline card for the text/calendar alternative (RFC 6047); the
        attachment is for those that know none of this.
        """
        policy = (SMTPUTF8 if self.needs_utf8 else SMTP).clone(refold_source="none")
        message = EmailMessage(policy=policy)
        for name, value in self._head():
            message.set_raw(name, value)
        message.set_content(self.text, subtype="plain", cte="quoted-printable")
        message.add_alternative(self.html, subtype="html", cte="quoted-printable")
        if self.calendar:
            _attach(self.calendar, message)
        self._mark_boundaries(message)
        return message

    def to_bytes(self) -> bytes:
        """The message as it is sent and stored."""
        return self.to_message().as_bytes()

    def _head(self) -> list[tuple[str, str]]:
        head = [
            ("Date", format_datetime(self.date.astimezone(UTC))),
            ("Message-ID", f"<{self.message_id}>"),
            ("From", headers.address(self.sender, header="From")),
            ("To", headers.address(self.to, header="To")),
            ("Subject", headers.unstructured(self.subject, header="Subject")),
        ]
        if self.reply_to:
            head.append(("Reply-To", headers.address(self.reply_to, header="Reply-To")))
        return head + [(name, headers.unstructured(value, header=name)) for name, value in self.headers]

    def _mark_boundaries(self, message: EmailMessage) -> None:
        # Chance boundaries would make two messages of one letter. No quoted-printable or base64 text contains
        # "=_".
        digest = sha256(self.message_id.encode()).hexdigest()[:24]
        for depth, part in enumerate(part for part in message.walk() if part.is_multipart()):
            part.set_boundary(f"=_{depth}_{digest}")


def _attach(calendar: CalendarPart, message: EmailMessage) -> None:
    message.add_alternative(
        calendar.content,
        maintype="text",
        subtype="calendar",
        cte="base64",
        params={"charset": "UTF-8", "method": calendar.method},
    )
    message.add_attachment(calendar.content, maintype="application", subtype="ics", filename="invite.ics")
