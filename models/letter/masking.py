"""What letters tell of how guests are reached: to an agent, no more than the API does."""

from __future__ import annotations

from dataclasses import replace

from models.contact.masking import NO_MASK, Mask, mask_of
from models.letter.addressee import Addressee
from models.meeting.meeting import MeetingChange
from models.words import Audience
from providers.mail.facts import MeetingFacts, Person

_ATTENDEES_MASK = Mask(hides=True)


def mask_of_reader(change: MeetingChange, addressee: Addressee) -> Mask:
    """An agent is masked by their role, as of now. Where anybody is, those who are brought along are not told the
    others' addresses either: an agent who books may bring themselves along, under an address of their own."""
    settings = change.organization.settings
    if addressee.audience is Audience.ATTENDEE:
        return _ATTENDEES_MASK if settings.mask_contacts_from else NO_MASK
    agent = next((one for one in (*change.agents, *change.former) if one.id == addressee.agent_id), None)
    return NO_MASK if agent is None else mask_of(agent, settings)


def masked(facts: MeetingFacts, mask: Mask, *, reader: Person | None = None) -> MeetingFacts:
    """The facts as the mask shows them; the reader knows themselves."""
    if not mask.hides:
        return facts

    def shown(one: Person) -> Person:
        return one if one == reader else _shown(one, mask)

    return replace(
        facts,
        title=mask.text(facts.title) or "",
        actor=facts.actor and mask.name(facts.actor),
        guest=shown(facts.guest),
        guests=tuple(map(shown, facts.guests)),
        others=tuple(map(shown, facts.others)),
    )


def _shown(person: Person, mask: Mask) -> Person:
    return replace(
        person,
        name=mask.name(person.name),
        address=None,
        shown_address=mask.email(person.address),
    )
