"""A letter out of its wording and the words that it may use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from providers.mail.facts import Person
from providers.mail.languages import Language
from providers.mail.letter import CalendarPart, Letter
from providers.mail.mailbox import Mailbox
from providers.mail.pages import Letterhead, page
from providers.mail.text import one_line
from providers.mail.wordings import Rendering, Wording, render


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Whom a letter goes to, from whom and of when. `key` makes it this letter and no other: composed twice of the same
    things it is the same, by message id and to the byte."""

    to: Person
    sender: Mailbox
    letterhead: Letterhead
    key: str
    date: datetime
    reply_to: Mailbox | None = None

    @property
    def mailbox(self) -> Mailbox:
        """Refuses a reader without a usable address (ProviderRejected)."""
        return Mailbox(name=self.to.name, address=self.to.address or "")

    @property
    def message_id(self) -> str:
        return f"{sha256(self.key.encode()).hexdigest()[:40]}@{self.sender.domain}"


def compose(
    wording: Wording,
    words: Mapping[str, object],
    *,
    envelope: Envelope,
    language: Language,
    because: str,
    calendar: CalendarPart | None = None,
) -> Letter:
    """The letter, as text and as HTML; `because` says why it came, under it. Refuses a reader without a usable address
    (ProviderRejected), and a wording that names other words (BadWording)."""
    rendering, organization = render(wording, words), one_line(envelope.letterhead.organization)
    return Letter(
        to=envelope.mailbox,
        sender=envelope.sender,
        reply_to=envelope.reply_to,
        subject=rendering.subject,
        text=f"{rendering.text}\n\n-- \n{organization}\n",
        html=_page(rendering, envelope, language=language, footer=because.format(organization=organization)),
        message_id=envelope.message_id,
        date=envelope.date,
        calendar=calendar,
    )


def _page(rendering: Rendering, envelope: Envelope, *, language: Language, footer: str) -> str:
    return page(
        rendering.body,
        subject=rendering.subject,
        letterhead=envelope.letterhead,
        language=language.tag,
        footer=footer,
    )
