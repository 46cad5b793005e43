"""Letters about meetings: what happened, told to a guest or an agent, with an event for the calendar."""

from dataclasses import dataclass, replace

from providers.mail.composing import Envelope, compose
from providers.mail.facts import MeetingFacts, Person, Reader
from providers.mail.invitation import Answer, Attendee, Invitation, Method, Status
from providers.mail.languages import Language
from providers.mail.letter import CalendarPart, Letter
from providers.mail.mailbox import Mailbox
from providers.mail.occasions import Audience, Occasion
from providers.mail.variables import goes_on, is_ending
from providers.mail.wordings import Wording, render
from providers.mail.words import meeting_words


@dataclass(frozen=True, slots=True)
class Saying:
    """How a reader is told: in which language, with what words, and with what words in the calendar."""

    language: Language
    letter: Wording
    entry: Wording


def tell(
    facts: MeetingFacts,
    *,
    occasion: Occasion,
    reader: Reader,
    saying: Saying,
    envelope: Envelope,
    has_file: bool = True,
) -> Letter:
    """The letter that tells the reader of the occasion, in the reader's zone, with its calendar file.

    Composed twice of the same facts it is the same letter, by message id and to the byte. Refuses a reader without a
    usable address (ProviderRejected), and words that there are not (BadWording).
    """
    invitation = invite(facts, occasion=occasion, reader=reader, saying=saying, organizer=envelope.sender)
    return compose(
        saying.letter,
        meeting_words(facts, occasion=occasion, reader=reader, language=saying.language),
        envelope=envelope,
        language=saying.language,
        because=saying.language.because_of_a_meeting,
        calendar=CalendarPart(content=invitation.to_ics(), method=invitation.method.value)
        if has_file
        else None,
    )


def invite(
    facts: MeetingFacts, *, occasion: Occasion, reader: Reader, saying: Saying, organizer: Mailbox
) -> Invitation:
    """What the reader's calendar is asked; answers go to the organizer's address, under the agents' names."""
    is_over = is_ending(occasion, reader.audience)
    told = publish(facts, reader=reader, saying=saying, organizer=organizer, is_over=is_over)
    if is_over and goes_on(occasion):
        removed = _attendee(reader.person, reader.person.address or "", is_asked=False)
        return replace(told, method=Method.CANCEL, status=None, attendees=(removed,))
    return replace(
        told,
        method=Method.CANCEL if is_over else Method.REQUEST,
        attendees=_attendees(facts, occasion=occasion, reader=reader),
    )


def publish(
    facts: MeetingFacts, *, reader: Reader, saying: Saying, organizer: Mailbox, is_over: bool
) -> Invitation:
    """The entry for the reader's calendar, for a file that asks nobody (RFC 5546 §3.2.1)."""
    status = Status.TENTATIVE if facts.is_tentative else Status.CONFIRMED
    words = meeting_words(facts, occasion=Occasion.CALENDAR_EVENT, reader=reader, language=saying.language)
    entry = render(saying.entry, words)
    names = ", ".join(agent.name for agent in facts.agents) or organizer.name
    return Invitation(
        uid=facts.uid,
        sequence=facts.sequence,
        method=Method.PUBLISH,
        status=Status.CANCELLED if is_over else status,
        start=facts.start,
        end=facts.end,
        zone=reader.person.zone,
        summary=entry.subject,
        description=entry.text,
        location=str(words["location"] or words["join_url"]),
        url=str(words.get("manage_url") or words["join_url"]),
        organizer=Mailbox(name=names, address=organizer.address),
        attendees=(),
        stamped_at=facts.changed_at,
    )


def _attendees(facts: MeetingFacts, *, occasion: Occasion, reader: Reader) -> tuple[Attendee, ...]:
    """Those who come, as far as the reader may know, and the agents, each address once (RFC 5546 §3.2.2). Only the
    reader is asked; the others agreed by booking or being bookable."""
    gone = occasion is Occasion.LEFT and reader.audience is Audience.AGENT
    coming = [*facts.others] if gone else [facts.guest, *facts.others]
    mine = reader.audience is Audience.AGENT
    people = [*((False, one) for one in coming), *((True, agent) for agent in facts.agents)]
    found: dict[str, Attendee] = {}
    for is_agent, person in people:
        is_asked = (is_agent, person) == (mine, reader.person)
        if person.address and (is_asked or person.address not in found):
            found[person.address] = _attendee(person, person.address, is_asked=is_asked)
    return tuple(found.values())


def _attendee(person: Person, address: str, *, is_asked: bool) -> Attendee:
    answer = Answer.NEEDS_ACTION if is_asked else Answer.ACCEPTED
    return Attendee(Mailbox(name=person.name, address=address), answer=answer, is_asked=is_asked)
