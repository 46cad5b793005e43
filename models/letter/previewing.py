"""What a template would say: of a meeting, or of one that nobody has. Its links lead nowhere: keys are for guests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from errors import Invalid
from models.contact.masking import NO_MASK, Mask
from models.letter import parties
from models.letter.facts import Links, among_others, facts_now, guest_of, person_of
from models.letter.masking import masked
from models.letter.parties import People
from models.letter.sample import sample_facts, sample_notice, sample_reader, words_of
from models.letter.writing import letterhead_of
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.words import Audience, Occasion
from providers.mail.facts import MeetingFacts, Person
from providers.mail.languages import language_of
from providers.mail.pages import page
from providers.mail.variables import is_of_meeting, variables_of
from providers.mail.wordings import BadWording, Wording, render, unknown_variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text that is to be tried; `mask` is that of who tries it."""

    occasion: Occasion
    audience: Audience
    language: str
    wording: Wording
    mask: Mask = NO_MASK


@dataclass(frozen=True, slots=True)
class Preview:
    """Variables that there are not stand in it as they were written."""

    subject: str
    body: str
    html: str
    unknown_variables: list[str]


async def preview(
    draft: Draft, meeting: Meeting | None, *, organization: Organization, links: Links
) -> Preview:
    """The letter, of the meeting where there is one. Refuses Invalid for what is no template, and for a meeting where
    the occasion is of none."""
    if meeting is not None and not is_of_meeting(draft.occasion):
        raise Invalid("This occasion is of no meeting.", field=("meetingId",))
    facts, reader = await _facts(draft, meeting, organization=organization, links=links)
    language = language_of((draft.language, organization.locale))
    notice = sample_notice(organization=organization.name)
    known = variables_of(draft.occasion, draft.audience)
    words = words_of(facts, notice, reader, occasion=draft.occasion, audience=draft.audience, language=language)
    try:
        unknown = _unknown(draft.wording, known=known)
        said = render(draft.wording, words | {name: f"{{{{ {name} }}}}" for name in unknown})
    except BadWording as bad:
        raise Invalid(str(bad)) from None
    because = language.because_of_a_meeting if is_of_meeting(draft.occasion) else language.from_whom
    head, footer = letterhead_of(organization), because.format(organization=organization.name)
    html = page(said.body, subject=said.subject, letterhead=head, language=language.tag, footer=footer)
    return Preview(said.subject, said.text, html, unknown)


def _unknown(wording: Wording, *, known: tuple[str, ...]) -> list[str]:
    both = [*unknown_variables(wording.subject, known=known), *unknown_variables(wording.body, known=known)]
    return list(dict.fromkeys(both))


async def _facts(
    draft: Draft, meeting: Meeting | None, *, organization: Organization, links: Links
) -> tuple[MeetingFacts, Person]:
    sample = sample_facts(organization=organization.name, zone=organization.time_zone)
    if "reason" not in variables_of(draft.occasion, draft.audience):
        sample = replace(sample, reason=None)
    if meeting is None:
        return sample, sample_reader(sample, draft.audience)
    facts = facts_now(meeting, organization=organization, at=meeting.created_at, links=links)
    guest = guest_of(meeting)
    if meeting.is_group:
        people = _people(meeting)
        facts = among_others(facts, meeting, people, reader=None, links=links)
        guest = facts.guest
    facts = masked(facts, draft.mask)
    agent = next((person_of(one) for one in meeting.agents), sample.agents[0])
    readers = {Audience.GUEST: guest, Audience.AGENT: agent, Audience.ATTENDEE: sample.others[0]}
    return _pretended(facts, meeting, sample, links=links), readers[draft.audience]


def _pretended(facts: MeetingFacts, meeting: Meeting, sample: MeetingFacts, *, links: Links) -> MeetingFacts:
    """With something to say of what has not happened to the meeting, and links without their keys."""
    return replace(
        facts,
        former_start=meeting.start - timedelta(days=1),
        former_end=meeting.end - timedelta(days=1),
        reason=sample.reason,
        actor=sample.actor,
        manage_url=f"{links.public_url}/meeting",
        confirm_url=f"{links.public_url}/meeting/confirm",
        answer_url=f"{links.public_url}/meeting/answer",
        ics_url=f"{links.public_url}/meeting.ics",
        deadline=meeting.confirmation_deadline or meeting.start - timedelta(days=1),
    )


def _people(meeting: Meeting) -> People | None:
    """All who come, as the agents know of them."""
    present = sorted((one for one in meeting.attendees if one.left_at is None), key=lambda one: one.id)
    guests = tuple(one for one in present if not one.companion)
    if not guests:
        return None
    return replace(
        parties.seen_by_guest(meeting, guests[0]),
        others=tuple(one for one in present if one is not guests[0]),
        guests=guests,
    )
