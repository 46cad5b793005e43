"""A meeting that nobody has, and a letter that nobody gets: what templates are tried on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from models.words import Audience, Occasion
from providers.mail.facts import MeetingFacts, Person, Reader
from providers.mail.languages import ENGLISH, Language
from providers.mail.notices import Notice, notice_words
from providers.mail.variables import is_of_meeting
from providers.mail.words import meeting_words

START = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)
_SITE = "https://frontdesk.example"
_LONGEST = "… " * 2_000


def sample_facts(*, organization: str, zone: str) -> MeetingFacts:
    """With something to say of everything."""
    return replace(
        _meeting(organization, zone),
        former_start=START - timedelta(days=1),
        former_end=START - timedelta(days=1) + timedelta(minutes=30),
        deadline=START - timedelta(days=1),
        reason="Consectetur adipiscing elit.",
        actor="Ben Okafor",
        join_url=f"{_SITE}/join",
        join_from=START - timedelta(minutes=15),
        manage_url=f"{_SITE}/meeting",
        confirm_url=f"{_SITE}/meeting/confirm",
        answer_url=f"{_SITE}/meeting/answer",
        ics_url=f"{_SITE}/meeting.ics",
    )


def _meeting(organization: str, zone: str) -> MeetingFacts:
    return MeetingFacts(
        organization=organization,
        uid="sample",
        sequence=1,
        changed_at=START - timedelta(days=7),
        title="Lorem ipsum",
        meeting_type="VIDEO",
        start=START,
        end=START + timedelta(minutes=30),
        agents=(Person(name="Anna Rossi", address="anna@frontdesk.example", zone=zone),),
        guest=Person(name="Mia Park", address="mia@guest.example", zone=zone),
        others=(Person(name="Tom Park", address="tom@guest.example", zone=zone),),
        location="Via Roma 1, Milano",
        notes="Dolor sit amet.",
    )


def sample_notice(*, organization: str) -> Notice:
    return Notice(
        organization=organization,
        url=f"{_SITE}/link",
        code="123456",
        message="Dolor sit amet.",
        title="Lorem ipsum",
        agent_names=("Anna Rossi",),
        actor="Ben Okafor",
        account="anna@frontdesk.example",
        until=START,
    )


def sample_reader(facts: MeetingFacts, audience: Audience) -> Person:
    people = {Audience.GUEST: facts.guest, Audience.AGENT: facts.agents[0], Audience.ATTENDEE: facts.others[0]}
    return people[audience]


def words_of(
    facts: MeetingFacts,
    notice: Notice,
    reader: Person,
    *,
    occasion: Occasion,
    audience: Audience,
    language: Language,
) -> dict[str, object]:
    """The variables of the occasion, of whichever it is."""
    if not is_of_meeting(occasion):
        return notice_words(notice, occasion=occasion, reader=reader, language=language)
    return meeting_words(facts, occasion=occasion, reader=Reader(reader, audience), language=language)


def sample_words(occasion: Occasion, audience: Audience) -> dict[str, object]:
    """With texts as long as people can make them."""
    facts = replace(
        sample_facts(organization="…" * 200, zone="America/Argentina/ComodRivadavia"),
        title="…" * 200, notes=_LONGEST, reason=_LONGEST, location="…" * 200,
    )  # fmt: skip
    notice = replace(sample_notice(organization="…" * 200), message=_LONGEST)
    reader = sample_reader(facts, audience)
    return words_of(facts, notice, reader, occasion=occasion, audience=audience, language=ENGLISH)
