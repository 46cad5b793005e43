"""Letters about meetings: what happened, told to a guest or an agent, with an event for the calendar."""

from hashlib import sha256

from providers.mail.facts import Audience, MeetingFacts, Occasion, Person, Reader
from providers.mail.invitation import Answer, Attendee, Invitation, Method, Status
from providers.mail.letter import CalendarPart, Letter
from providers.mail.mailbox import Mailbox
from providers.mail.rendering import render_html, render_text
from providers.mail.words import Words


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
    words = Words.of(facts, reader=reader)
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
    cancelled = occasion is Occasion.CANCELLED
    words = Words.of(facts, reader=reader)
    text = render_text("calendar_event", audience=reader.audience, language=reader.language, words=words)
    names = ", ".join(agent.name for agent in facts.agents) or organizer.name
    return Invitation(
        uid=facts.uid,
        sequence=facts.sequence,
        method=Method.CANCEL if cancelled else Method.REQUEST,
        status=Status.CANCELLED if cancelled else Status.CONFIRMED,
        start=facts.start,
        end=facts.end,
        zone=reader.person.zone,
        summary=text.subject,
        description=text.body,
        location=words.location or words.join_url,
        url=words.manage_url or words.join_url,
        organizer=Mailbox(name=names, address=organizer.address),
        attendees=_attendees(facts, reader=reader),
        stamped_at=facts.changed_at,
    )


def _attendees(facts: MeetingFacts, *, reader: Reader) -> tuple[Attendee, ...]:
    """The guest and the agents. Only the reader is asked; the others agreed by booking or being bookable."""
    everyone = ((Audience.GUEST, facts.guest), *((Audience.AGENT, agent) for agent in facts.agents))
    return tuple(
        _attendee(person, person.address, is_asked=(audience, person) == (reader.audience, reader.person))
        for audience, person in everyone
        if person.address
    )


def _attendee(person: Person, address: str, *, is_asked: bool) -> Attendee:
    answer = Answer.NEEDS_ACTION if is_asked else Answer.ACCEPTED
    return Attendee(Mailbox(name=person.name, address=address), answer=answer, is_asked=is_asked)


def _message_id(facts: MeetingFacts, *, occasion: Occasion, reader: Reader, domain: str) -> str:
    parts = (facts.uid, str(facts.sequence), occasion, reader.audience, reader.person.address or "")
    return f"{sha256('|'.join(parts).encode()).hexdigest()[:40]}@{domain}"
