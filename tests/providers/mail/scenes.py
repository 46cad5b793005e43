"""Every letter there is: each occasion, told to each of its readers in each language."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from providers.mail.composing import Envelope, compose
from providers.mail.defaults import default_wording
from providers.mail.facts import MeetingFacts, Person, Reader
from providers.mail.languages import LANGUAGES
from providers.mail.letter import Letter
from providers.mail.notices import Notice, notice_words
from providers.mail.occasions import Audience, Occasion, readers_of
from providers.mail.pages import Letterhead
from providers.mail.variables import is_of_meeting
from tests.providers.mail.samples import ANNA, DESK, FACTS, MIA, START, told

TOM = Person(name="Tom Park", address="tom@guest.example", zone="America/New_York")
BEN = Person(name="Ben Okafor", address="ben@acme.example", zone="Europe/Rome")
READERS = {
    Audience.GUEST: Reader(MIA, Audience.GUEST),
    Audience.AGENT: Reader(ANNA, Audience.AGENT),
    Audience.ATTENDEE: Reader(TOM, Audience.ATTENDEE),
}
_EARLIER = START - timedelta(hours=18)
_GIVEN = replace(FACTS, sequence=2, agents=(BEN,), reason="Anna is ill.", actor="Anna Rossi")
_ENDED = replace(FACTS, sequence=3)
_MEETINGS: dict[Occasion, MeetingFacts] = {
    Occasion.BOOKED: replace(FACTS, location="Via Roma 1, Milano", join_url=None, meeting_type="OFFICE"),
    Occasion.REQUESTED: replace(FACTS, is_tentative=True),
    Occasion.CONFIRM_REQUEST: replace(FACTS, is_tentative=True, deadline=START - timedelta(days=1)),
    Occasion.ACCEPTED: replace(FACTS, sequence=2, actor="Ben Okafor"),
    Occasion.DECLINED: replace(_ENDED, reason="We do not advise on this.", actor="Ben Okafor"),
    Occasion.EXPIRED: _ENDED,
    Occasion.RESCHEDULED: replace(
        FACTS,
        sequence=2,
        former_start=_EARLIER,
        former_end=_EARLIER + timedelta(minutes=30),
        reason="The room is taken on Monday.",
        actor="Ben Okafor",
    ),
    Occasion.REASSIGNED: replace(_GIVEN, agents=(ANNA, BEN)),
    Occasion.PASSED_ON: _GIVEN,
    Occasion.CANCELLED: replace(_ENDED, reason="I have a cold.\nSorry!", actor="Ben Okafor"),
    Occasion.REMINDER: replace(FACTS, meeting_type="PHONE", join_url=None),
    Occasion.JOINED: replace(FACTS, title="Yoga", in_group=True, others=(TOM,)),
    Occasion.LEFT: replace(FACTS, title="Yoga", in_group=True, others=(TOM,), manage_url=None),
    Occasion.CALL_CREATED: replace(FACTS, sequence=2),
    Occasion.CALL_FAILED: replace(FACTS, join_url=None, reason="The provider of calls could not be reached."),
}
_UNTIL = datetime(2026, 12, 1, 9, 10, tzinfo=UTC)
_NOTICES = {
    Occasion.INVITATION: Notice(
        organization="Acme",
        url="https://acme.example/acme/anna",
        message="It was good to meet you.\nHere is my calendar.",
        title="First talk",
        agent_names=("Anna Rossi",),
        until=_UNTIL,
    ),
    Occasion.CONVERSATION_INVITATION: Notice(
        organization="Acme",
        url="https://acme.example/conversation#token",
        title="First talk",
        actor="Tom Park",
    ),
    Occasion.SIGN_IN_CODE: Notice(organization="Acme", code="418290", until=_UNTIL),
    Occasion.AGENT_INVITATION: Notice(
        organization="Acme", url="https://acme.example/welcome#token", actor="Ada Admin", until=_UNTIL
    ),
    Occasion.PASSWORD_RESET: Notice(
        organization="Acme", url="https://acme.example/password#token", until=_UNTIL
    ),
    Occasion.CALENDAR_DISCONNECTED: Notice(
        organization="Acme", account="anna@acme.example", url="https://acme.example/calendars"
    ),
}
OCCASIONS = [one for one in Occasion if one is not Occasion.CALENDAR_EVENT]


def scenes() -> Iterator[tuple[Occasion, Audience, str]]:
    for occasion in OCCASIONS:
        for audience in readers_of(occasion):
            yield from ((occasion, audience, language) for language in LANGUAGES)


def facts_of(occasion: Occasion, audience: Audience) -> MeetingFacts:
    facts = _MEETINGS[occasion]
    if occasion is Occasion.CALL_CREATED and audience is not Audience.AGENT:
        facts = replace(facts, join_url=None, join_from=START - timedelta(minutes=15))
    if audience is not Audience.ATTENDEE:
        return facts
    return replace(facts, others=(TOM,), answer_url="https://acme.example/meeting/answer#token")


def letter(occasion: Occasion, audience: Audience, language: str) -> Letter:
    reader = READERS[audience]
    if is_of_meeting(occasion):
        return told(occasion, reader, facts_of(occasion, audience), language=language)
    words = notice_words(
        _NOTICES[occasion], occasion=occasion, reader=reader.person, language=LANGUAGES[language]
    )
    return compose(
        default_wording(occasion, audience, language=language),
        words,
        envelope=Envelope(
            to=reader.person,
            sender=DESK,
            letterhead=Letterhead("Acme"),
            key=f"{occasion}|{audience}|{language}",
            date=START,
        ),
        language=LANGUAGES[language],
        because=LANGUAGES[language].from_whom,
    )
