"""Letters about meetings: what happened, told to a guest or an agent, with an event for the calendar."""

from hashlib import sha256

from providers.mail.facts import Audience, MeetingFacts, Occasion, Person, Reader
from providers.mail.invitation import Answer, Attendee, Invitation, Method, Status
from providers.mail.letter import CalendarPart, Letter
from providers.mail.mailbox import Mailbox
from providers.mail.rendering import render_html, render_text
from providers.mail.words import Words

_OF_ONE = (Occasion.BOOKED, Occasion.REQUESTED, Occasion.JOINED, Occasion.LEFT)
# After it, the meeting is in the reader's calendar no more.
_ENDING = (Occasion.CANCELLED, Occasion.PASSED_ON)


def compose(
    facts: MeetingFacts,
    *,
    occasion: Occasion,
    reader: Reader,
    sender: Mailbox,
    reply_to: Mailbox | None = None,
) -> Letter:
    """The letter that tells the reader of the occasion, in the reader's language and zone.

    Composed twice of the same facts it is the same letter, by message id and to the byte. Refuses a reader
    without a usable address (ProviderRejected).
    """
    to = Mailbox(name=reader.person.name, address=reader.person.address or "")
    words = Words.of(facts, reader=reader, whole=occasion not in _OF_ONE)
    text = render_text(occasion.value, audience=reader.audience, language=reader.language, words=words)
    invitation = invite(facts, occasion=occasion, reader=reader, organizer=sender)
    return Letter(
        to=to,
        sender=sender,
        reply_to=reply_to,
        subject=text.subject,
        text=text.body,
        html=render_html(
            occasion.value,
            audience=reader.audience,
            language=reader.language,
            subject=text.subject,
            words=words,
        ),
        message_id=_message_id(facts, occasion=occasion, reader=reader, domain=sender.domain),
        date=facts.changed_at,
        calendar=CalendarPart(content=invitation.to_ics(), method=invitation.method.value),
    )


def invite(facts: MeetingFacts, *, occasion: Occasion, reader: Reader, organizer: Mailbox) -> Invitation:
    """What the reader's calendar is told; answers go to the organizer's address, under the agents' names."""
    # To agents, whose meeting goes on, that a guest has left is but a change of who comes.
    left = occasion is Occasion.LEFT and reader.audience is not Audience.AGENT
    cancelled = left or occasion in _ENDING
    status = Status.TENTATIVE if facts.is_requested else Status.CONFIRMED
    words = Words.of(facts, reader=reader, whole=True)
    text = render_text("calendar_event", audience=reader.audience, language=reader.language, words=words)
    names = ", ".join(agent.name for agent in facts.agents) or organizer.name
    return Invitation(
        uid=facts.uid,
        sequence=facts.sequence,
        method=Method.CANCEL if cancelled else Method.REQUEST,
        status=Status.CANCELLED if cancelled else status,
        start=facts.start,
        end=facts.end,
        zone=reader.person.zone,
        summary=text.subject,
        description=text.body,
        location=words.location or words.join_url,
        url=words.manage_url or words.join_url,
        organizer=Mailbox(name=names, address=organizer.address),
        attendees=_attendees(facts, occasion=occasion, reader=reader),
        stamped_at=facts.changed_at,
    )


def _attendees(facts: MeetingFacts, *, occasion: Occasion, reader: Reader) -> tuple[Attendee, ...]:
    """Those who come, as far as the reader may know, and the agents. Only the reader is asked; the others agreed by
    booking or being bookable."""
    gone = occasion is Occasion.LEFT and reader.audience is Audience.AGENT
    coming = [*facts.others] if gone else [facts.guest, *facts.others]
    mine = reader.audience is Audience.AGENT
    agents = [reader.person] if occasion is Occasion.PASSED_ON else facts.agents
    people = [*((False, one) for one in coming), *((True, agent) for agent in agents)]
    return tuple(
        _attendee(person, person.address, is_asked=(is_agent, person) == (mine, reader.person))
        for is_agent, person in people
        if person.address
    )


def _attendee(person: Person, address: str, *, is_asked: bool) -> Attendee:
    answer = Answer.NEEDS_ACTION if is_asked else Answer.ACCEPTED
    return Attendee(Mailbox(name=person.name, address=address), answer=answer, is_asked=is_asked)


def _message_id(facts: MeetingFacts, *, occasion: Occasion, reader: Reader, domain: str) -> str:
    parts = [facts.uid, str(facts.sequence), occasion, reader.audience, reader.person.address or ""]
    if facts.in_group:
        parts.append(reader.person.name)  # of guests with one address, each has a link of their own
    return f"{sha256('|'.join(parts).encode()).hexdigest()[:40]}@{domain}"
