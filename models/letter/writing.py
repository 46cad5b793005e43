"""How an organization's letters are written: by whom, under which head, in which words."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from models.letter.changes import Addressee, occasion_of
from models.letter.facts import Links, facts_then, reader_of
from models.letter.ordered import Order, OrderedLetter
from models.letter.wording import saying_for
from models.meeting.meeting import MeetingChange
from models.organization.organization import Organization
from providers.mail.composing import Envelope, compose
from providers.mail.defaults import default_wording
from providers.mail.facts import Person
from providers.mail.languages import language_of
from providers.mail.letter import Letter
from providers.mail.mailbox import Mailbox
from providers.mail.meetings import tell
from providers.mail.notices import Notice, notice_words
from providers.mail.pages import Letterhead

_NOT_TOLD = ("key", "occasion", "audience", "name", "address", "time_zone", "languages")


async def write(change: MeetingChange, addressee: Addressee, *, links: Links) -> Letter | None:
    """The letter that tells the addressee of the change; None for who has left the meeting meanwhile.

    Refuses an address that nothing can be sent to (ProviderRejected).
    """
    occasion, found = occasion_of(change, addressee), reader_of(change, addressee)
    if occasion is None or found is None:
        return None
    reader, languages = found
    organization, meeting = change.organization, change.meeting
    return tell(
        facts_then(change, addressee, links=links),
        occasion=occasion,
        reader=reader,
        saying=await saying_for(
            organization,
            occasion=occasion,
            audience=reader.audience,
            meeting_type=meeting.meeting_type,
            languages=languages,
        ),
        envelope=_envelope(
            organization, reader.person, key=f"{meeting.uid}|{change.id}|{addressee.key}", date=change.at
        ),
    )


def write_ordered(row: OrderedLetter, order: Order) -> Letter:
    """The letter that was ordered; refuses an address that nothing can be sent to (ProviderRejected)."""
    organization = row.organization
    reader = Person(name=order.name, address=order.address, zone=order.time_zone)
    language = language_of((*order.languages, organization.locale))
    said = {name: value for name, value in asdict(order).items() if name not in _NOT_TOLD}
    notice = Notice(organization=organization.name, **said)
    return compose(
        default_wording(order.occasion, order.audience, language=language.tag),
        notice_words(notice, occasion=order.occasion, reader=reader, language=language),
        envelope=_envelope(organization, reader, key=f"{organization.id}|{order.key}", date=row.ordered_at),
        language=language,
        because=language.from_whom,
    )


def _envelope(organization: Organization, to: Person, *, key: str, date: datetime) -> Envelope:
    return Envelope(
        to=to,
        sender=sender_of(organization),
        reply_to=reply_to_of(organization),
        letterhead=letterhead_of(organization),
        key=key,
        date=date,
    )


def sender_of(organization: Organization) -> Mailbox:
    settings = organization.settings
    return Mailbox(name=settings.mail_sender_name or organization.name, address=settings.mail_from)


def reply_to_of(organization: Organization) -> Mailbox | None:
    settings = organization.settings
    if settings.mail_reply_to is None:
        return None
    return Mailbox(name=settings.mail_sender_name or organization.name, address=settings.mail_reply_to)


def letterhead_of(organization: Organization) -> Letterhead:
    return Letterhead(organization.name)
