"""The variables that a template about a meeting may use, each a text that is safe to stand in a mail."""

from collections.abc import Sequence

from providers.mail.adding import calendar_links, google_url, outlook_url
from providers.mail.facts import MeetingFacts, Person, Reader
from providers.mail.languages import Language
from providers.mail.marks import Link, Typed
from providers.mail.occasions import Audience, Occasion
from providers.mail.table import table
from providers.mail.text import inert, one_line, paragraphs, typed, web_address
from providers.mail.times import at, when
from providers.mail.variables import is_ending, variables_of

MOST_NAMES = 3

Words = dict[str, object]
# What tells of one guest alone, also to the agents of a group meeting.
_OF_ONE = (Occasion.BOOKED, Occasion.REQUESTED, Occasion.JOINED, Occasion.LEFT)


def meeting_words(facts: MeetingFacts, *, occasion: Occasion, reader: Reader, language: Language) -> Words:
    """The facts in the reader's language and zone; what there is nothing of is the empty text. What people typed can
    hold no link and no line of ours.

    Of a group meeting as a whole, all guests are named. Notes are for agents and for who wrote them. `actor` is empty
    where the reader is the actor, who needs not be told.
    """
    words = _people(facts, occasion=occasion, reader=reader) | _times(facts, reader=reader, language=language)
    words |= _links(facts, occasion=occasion, reader=reader, language=language)
    words |= {
        "organization": one_line(facts.organization),
        "title": typed(facts.title),
        "meeting_type": language.meeting_types[facts.meeting_type],
        "location": one_line(facts.location or ""),
        "reason": Typed(inert(paragraphs(facts.reason or ""))),
        "actor": typed(facts.actor or "") if facts.actor != reader.person.name else "",
        "in_group": facts.in_group,
        "call_changed": facts.call_changed,
    }
    words["facts"] = table(words, occasion=occasion, audience=reader.audience, language=language)
    words["google_url"] = google_url(facts, words)
    words["outlook_url"] = outlook_url(facts, words)
    words["calendar_links"] = calendar_links(words, language=language)
    return {name: words[name] for name in variables_of(occasion, reader.audience)}


def _people(facts: MeetingFacts, *, occasion: Occasion, reader: Reader) -> Words:
    guests = () if occasion in _OF_ONE else facts.guests
    notes = "" if guests or reader.audience is Audience.ATTENDEE else facts.notes or ""
    return {
        "reader_name": typed(reader.person.name),
        "guest_name": _names(guests) or typed(facts.guest.name),
        "guest_address": "" if guests else one_line(facts.guest.address or facts.guest.shown_address or ""),
        "agent_names": Typed(", ".join(typed(agent.name) for agent in facts.agents)),
        "notes": Typed(inert(paragraphs(notes))),
    }


def _times(facts: MeetingFacts, *, reader: Reader, language: Language) -> Words:
    zone = reader.person.zone
    now = when(facts.start, facts.end, zone=zone, language=language)
    former = ""
    if facts.former_start and facts.former_end:
        former = str(when(facts.former_start, facts.former_end, zone=zone, language=language))
    deadline = at(facts.deadline, zone=zone, language=language) if facts.deadline else ""
    opens = at(facts.join_from, zone=zone, language=language) if facts.join_from else ""
    return {
        "when": str(now),
        "date": now.day,
        "hours": now.hours,
        "zone": now.zone,
        "former_when": former,
        "deadline": deadline,
        "join_from": language.join_from.format(moment=opens) if opens else "",
    }


def _links(facts: MeetingFacts, *, occasion: Occasion, reader: Reader, language: Language) -> Words:
    """A guest's links are for the guest. After its end, a meeting can only be looked at, and another one booked."""
    doing = "leave" if facts.in_group else "manage_url"
    doing = "join_url" if occasion is Occasion.CALL_CREATED else doing
    doing = "again" if is_ending(occasion, reader.audience) else doing
    manage_url = facts.manage_url if reader.audience is Audience.GUEST else None
    confirm_url = facts.confirm_url if reader.audience is Audience.GUEST else None
    answer_url = facts.answer_url if reader.audience is Audience.ATTENDEE else None
    buttons = language.buttons
    return {
        "manage_url": Link.to(web_address(manage_url), buttons[doing]),
        "confirm_url": Link.to(web_address(confirm_url), buttons["confirm_url"]),
        "answer_url": Link.to(web_address(answer_url), buttons["answer_url"]),
        "join_url": Link.to(web_address(facts.join_url), buttons["join_url"]),
        "ics_url": Link.to(web_address(facts.ics_url), buttons["ics_url"]),
    }


def _names(guests: Sequence[Person]) -> str:
    """The first of them, in words that are the same in every language."""
    shown = [typed(guest.name) for guest in guests[:MOST_NAMES]]
    return Typed(", ".join([*shown, "…"] if len(guests) > MOST_NAMES else shown))
