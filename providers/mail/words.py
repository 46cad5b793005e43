"""The variables that a template may use, each a text that is safe to stand in a mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from providers.mail.facts import Audience, MeetingFacts, Person, Reader
from providers.mail.languages import LANGUAGES
from providers.mail.text import inert, one_line, paragraphs, web_address
from providers.mail.times import when

MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Words:
    """All that is there for templates to say; what there is nothing of is the empty text.

    `when` is `date`, `hours` and `zone` together.
    """

    organization: str
    title: str
    meeting_type: str
    reader_name: str
    guest_name: str
    guest_address: str
    agent_names: str
    when: str
    date: str
    hours: str
    zone: str
    former_when: str
    location: str
    join_url: str
    manage_url: str
    notes: str
    reason: str
    actor: str
    in_group: bool

    @classmethod
    def of(cls, facts: MeetingFacts, *, reader: Reader, whole: bool = False) -> Self:
        """The facts in the reader's language and zone. What people typed can hold no link and no line of ours.

        Of a group meeting as a `whole`, all guests are named. Notes are for agents and for who wrote them.

        `actor` is empty where the reader is the actor, who needs not be told.
        """
        zone, language = reader.person.zone, reader.language
        now = when(facts.start, facts.end, zone=zone, language=LANGUAGES[language])
        former, guests = "", facts.guests if whole else ()
        notes = "" if guests or reader.audience is Audience.ATTENDEE else facts.notes or ""
        if facts.former_start and facts.former_end:
            former = str(when(facts.former_start, facts.former_end, zone=zone, language=LANGUAGES[language]))
        return cls(
            organization=one_line(facts.organization),
            title=_typed(facts.title),
            meeting_type=one_line(facts.meeting_type),
            reader_name=_typed(reader.person.name),
            guest_name=_names(guests) or _typed(facts.guest.name),
            guest_address="" if guests else one_line(facts.guest.address or ""),
            agent_names=", ".join(_typed(agent.name) for agent in facts.agents),
            when=str(now),
            date=now.day,
            hours=now.hours,
            zone=now.zone,
            former_when=former,
            location=one_line(facts.location or ""),
            join_url=web_address(facts.join_url),
            manage_url=web_address(facts.manage_url) if reader.audience is Audience.GUEST else "",
            notes=inert(paragraphs(notes)),
            reason=inert(paragraphs(facts.reason or "")),
            actor=_typed(facts.actor or "") if facts.actor != reader.person.name else "",
            in_group=facts.in_group,
        )


def _names(guests: Sequence[Person]) -> str:
    """The first of them, in words that are the same in every language."""
    shown = [_typed(guest.name) for guest in guests[:MOST_NAMES]]
    return ", ".join([*shown, "…"] if len(guests) > MOST_NAMES else shown)


def _typed(text: str) -> str:
    return inert(one_line(text))
