"""How an organization's letters are written: by whom, under which head, in which words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime

import structlog

from models.letter.calls import comes_with_file
from models.letter.changes import Addressee, occasion_of
from models.letter.facts import Links, facts_then, reader_of
from models.letter.masking import mask_of_reader, masked
from models.letter.ordered import Order, OrderedLetter
from models.letter.wording import Choice, saying_for, wording_for
from models.meeting.meeting import MeetingChange
from models.organization.organization import Organization
from providers.mail.composing import Envelope, compose
from providers.mail.facts import Person
from providers.mail.letter import Letter
from providers.mail.mailbox import Mailbox
from providers.mail.meetings import tell
from providers.mail.notices import Notice, notice_words
from providers.mail.pages import Letterhead
from providers.mail.text import web_address
from providers.mail.wordings import BadWording

logger = structlog.get_logger(__name__)

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
    key = f"{meeting.uid}|{change.id}|{addressee.key}"
    envelope = _envelope(organization, reader.person, key=key, date=change.at)
    mask = mask_of_reader(change, addressee)
    facts = masked(facts_then(change, addressee, links=links), mask, reader=reader.person)
    has_file = comes_with_file(change, occasion)
    choice = Choice(
        occasion=occasion,
        audience=reader.audience,
        meeting_type=meeting.meeting_type,
        languages=languages,
    )

    async def written(only_usual: bool) -> Letter:
        saying = await saying_for(organization, choice, only_usual=only_usual)
        return tell(
            facts, occasion=occasion, reader=reader, saying=saying, envelope=envelope, has_file=has_file
        )

    return await _in_own_words(written)


async def write_ordered(row: OrderedLetter, order: Order) -> Letter:
    """The letter that was ordered; refuses an address that nothing can be sent to (ProviderRejected)."""
    organization = row.organization
    reader = Person(name=order.name, address=order.address, zone=order.time_zone)
    said = {name: value for name, value in asdict(order).items() if name not in _NOT_TOLD}
    notice = Notice(organization=organization.name, **said)
    envelope = _envelope(organization, reader, key=f"{organization.id}|{order.key}", date=row.ordered_at)
    choice = Choice(
        occasion=order.occasion, audience=order.audience, meeting_type=None, languages=order.languages
    )

    async def written(only_usual: bool) -> Letter:
        language, wording = await wording_for(organization, choice, only_usual=only_usual)
        words = notice_words(notice, occasion=order.occasion, reader=reader, language=language)
        return compose(wording, words, envelope=envelope, language=language, because=language.from_whom)

    return await _in_own_words(written)


async def _in_own_words(written: Callable[[bool], Awaitable[Letter]]) -> Letter:
    """Or in the usual ones, where a template says what there is not, or too much: people are told in any case."""
    try:
        return await written(False)
    except BadWording:
        logger.exception("template.not_used")
        return await written(True)


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
    """Buttons are of the colour in which a chosen slot is shown."""
    branding = organization.branding
    return Letterhead(
        organization.name, logo_url=web_address(branding.logo_url), color=branding.selected_slot_color
    )
