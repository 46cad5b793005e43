"""What guests and agents read of an ordinary meeting. The letters as a whole lie in snapshots/ (test_snapshots.py)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from errors import ProviderRejected
from providers.mail.facts import MeetingFacts, Person, Reader
from providers.mail.languages import LANGUAGES
from providers.mail.letter import Letter
from providers.mail.occasions import Audience, Occasion
from providers.mail.text import one_line
from providers.mail.times import when
from tests.providers.mail.samples import ANNA, FACTS, MIA, TO_ANNA, TO_MIA, event_of, reopened, told

MOVED = replace(
    FACTS,
    sequence=2,
    former_start=datetime(2026, 11, 30, 15, 0, tzinfo=UTC),
    former_end=datetime(2026, 11, 30, 15, 30, tzinfo=UTC),
    reason="The room is taken on Monday.",
    actor="Anna Rossi",
)
CANCELLED = replace(FACTS, sequence=3, reason="I have a cold.\nSorry!", actor="Mia Park")
BEN = Person(name="Ben Okafor", address="ben@acme.example", zone="Europe/Rome")
GIVEN = replace(FACTS, sequence=2, agents=(BEN,), reason="Anna is ill.", actor="Anna Rossi")
TOLD = {
    Occasion.BOOKED: FACTS,
    Occasion.REQUESTED: replace(FACTS, is_tentative=True),
    Occasion.RESCHEDULED: MOVED,
    Occasion.REASSIGNED: GIVEN,
    Occasion.PASSED_ON: GIVEN,
    Occasion.CANCELLED: CANCELLED,
}
READERS = {"guest": TO_MIA, "agent": TO_ANNA}
# A meeting is passed on by agents, who alone are told so.
TO_BOTH = [occasion for occasion in TOLD if occasion is not Occasion.PASSED_ON]
CASES = [(occasion, reader) for occasion in TO_BOTH for reader in READERS.values()] + [
    (Occasion.PASSED_ON, TO_ANNA)
]


def letter(occasion: Occasion, reader: Reader, facts: MeetingFacts | None = None) -> Letter:
    return told(occasion, reader, facts or TOLD[occasion])


class Page(HTMLParser):
    """The text, links and tags of an HTML page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize(("occasion", "reader"), CASES)
def test_html_says_what_the_text_says(occasion: Occasion, reader: Reader) -> None:
    composed = letter(occasion, reader)
    page = " ".join(" ".join(Page(composed.html).words).split())
    for line in composed.text.splitlines():
        said = line.partition(":  ")[2].strip() or line
        if line.startswith(("What", "With", "How", "Before", "Reason")) and "(" not in said:
            assert said in page
    assert composed.subject in page


@pytest.mark.parametrize("occasion", TO_BOTH)
def test_the_manage_link_is_for_the_guest_alone(occasion: Occasion) -> None:
    to_guest, to_agent = letter(occasion, TO_MIA), letter(occasion, TO_ANNA)
    assert "https://acme.example/m/secret-token" in to_guest.text
    assert "https://acme.example/m/secret-token" in Page(to_guest.html).links
    assert b"secret-token" not in to_agent.to_bytes()
    assert to_agent.calendar is not None
    assert b"secret-token" not in to_agent.calendar.content.replace(b"\r\n ", b"")
    assert "secret-token" not in to_agent.text + to_agent.html


def test_a_former_time_is_struck_through_in_a_rescheduling_only() -> None:
    moved = letter(Occasion.RESCHEDULED, TO_MIA)
    assert "<s>Monday 30 November 2026, 10:00–10:30 (America/New_York, UTC-05:00)</s>" in moved.html
    assert "30 November" not in letter(Occasion.BOOKED, TO_MIA, MOVED).text


def test_each_reads_the_time_on_the_own_clock() -> None:
    assert "04:00–04:30 (America/New_York, UTC-05:00)" in letter(Occasion.BOOKED, TO_MIA).text
    assert "10:00–10:30 (Europe/Rome, UTC+01:00)" in letter(Occasion.BOOKED, TO_ANNA).text


def test_times_across_midnight_and_a_change_of_clocks_say_so() -> None:
    late = datetime(2026, 12, 1, 22, 45, tzinfo=UTC)
    said = when(late, late + timedelta(minutes=30), zone="Europe/Rome", language=LANGUAGES["en"])
    assert str(said) == (
        "Tuesday 1 December 2026, 23:45 – Wednesday 2 December 2026, 00:15 (Europe/Rome, UTC+01:00)"
    )
    change = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    said = when(change, change + timedelta(hours=1), zone="Europe/Rome", language=LANGUAGES["en"])
    assert str(said) == "Sunday 25 October 2026, 02:30 UTC+02:00 – 02:30 UTC+01:00 (Europe/Rome)"
    said = when(change, change + timedelta(hours=1), zone="America/St_Johns", language=LANGUAGES["en"])
    assert said.zone == "America/St_Johns, UTC-02:30"


def test_who_did_it_is_told_to_the_other_side_only() -> None:
    assert "Anna Rossi has changed" in letter(Occasion.RESCHEDULED, TO_MIA).text
    assert "Anna Rossi has changed" not in letter(Occasion.RESCHEDULED, TO_ANNA).text
    assert "Mia Park has cancelled" in letter(Occasion.CANCELLED, TO_ANNA).text
    assert "Mia Park has cancelled" not in letter(Occasion.CANCELLED, TO_MIA).text


@pytest.mark.parametrize(("occasion", "reader"), CASES)
def test_the_invitation_carries_the_meeting(occasion: Occasion, reader: Reader) -> None:
    composed = letter(occasion, reader)
    facts = TOLD[occasion]
    assert composed.calendar is not None
    calendar, event = Calendar.from_ical(composed.calendar.content), event_of(composed.calendar.content)
    called_off = occasion in (Occasion.CANCELLED, Occasion.PASSED_ON)
    settled = "TENTATIVE" if facts.is_tentative else "CONFIRMED"
    assert calendar["METHOD"] == composed.calendar.method == ("CANCEL" if called_off else "REQUEST")
    passed_on = occasion is Occasion.PASSED_ON
    assert event.get("STATUS") == (None if passed_on else "CANCELLED" if called_off else settled)
    assert (event["UID"], event["SEQUENCE"]) == (facts.uid, facts.sequence)
    assert (event.start, event.end) == (facts.start, facts.end)
    assert event["DTSTART"].params["TZID"] == reader.person.zone
    assert (event["ORGANIZER"], event["ORGANIZER"].params["CN"]) == (
        "mailto:desk@acme.example",
        facts.agents[0].name,
    )
    if passed_on:
        assert event["ATTENDEE"] == f"mailto:{reader.person.address}"
        return
    asked = {str(who): who.params["RSVP"] for who in event["ATTENDEE"]}
    addresses = [f"mailto:{one.address}" for one in (MIA, *facts.agents)]
    assert asked == {who: "TRUE" if who == f"mailto:{reader.person.address}" else "FALSE" for who in addresses}


def test_composed_twice_it_is_the_same_letter_and_every_other_has_its_own_id() -> None:
    assert letter(Occasion.BOOKED, TO_MIA).to_bytes() == letter(Occasion.BOOKED, TO_MIA).to_bytes()
    ids = {letter(occasion, reader).message_id for occasion, reader in CASES}
    ids.add(letter(Occasion.RESCHEDULED, TO_MIA, replace(MOVED, sequence=9)).message_id)
    assert len(ids) == len(CASES) + 1


def test_a_guest_without_an_address_gets_no_letter_but_the_agent_does() -> None:
    guest = replace(MIA, address=None)
    facts = replace(FACTS, guest=guest)
    with pytest.raises(ProviderRejected):
        letter(Occasion.BOOKED, Reader(person=guest, audience=Audience.GUEST), facts)
    composed = letter(Occasion.BOOKED, TO_ANNA, facts)
    assert composed.calendar is not None
    assert event_of(composed.calendar.content)["ATTENDEE"] == "mailto:anna@acme.example"


def test_a_meeting_without_agents_or_links_is_told_by_the_organizations_name() -> None:
    told_by_acme = replace(FACTS, agents=(), location="Via Roma 1")
    facts = replace(told_by_acme, join_url=None, manage_url=None, ics_url=None, notes=None)
    composed = letter(Occasion.BOOKED, TO_MIA, facts)
    assert "Your meeting with Acme is booked." in composed.text
    assert "Where:   Via Roma 1" in composed.text
    assert "Join" not in composed.text + composed.html
    assert _ours(Page(composed.html)) == set()


def test_every_agent_of_a_meeting_is_named_and_invited() -> None:
    ben = Person(name="Ben Katz", address="ben@acme.example", zone="America/New_York")
    composed = letter(Occasion.BOOKED, TO_MIA, replace(FACTS, agents=(ANNA, ben)))
    assert "With:    Anna Rossi, Ben Katz" in composed.text
    assert composed.calendar is not None
    assert len(event_of(composed.calendar.content)["ATTENDEE"]) == 3


def _ours(page: Page) -> set[str]:
    """Its links, without those that add the meeting to a calendar on the web."""
    elsewhere = ("https://calendar.google.com/calendar/", "https://outlook.live.com/calendar/")
    return {link for link in page.links if not link.startswith(elsewhere)}


HOSTILE = (
    "{{ 7*7 }}{% raw %}</bdi><script>x</script><a href='https://evil.example'>go</a>\r\nBcc: x@evil.example"
)


@settings(max_examples=40)
@given(name=st.text(st.characters(), max_size=80), title=st.text(st.characters(), max_size=80))
@example(name=HOSTILE, title=HOSTILE)
@example(name="", title="")
@example(name="{{ ''.__class__.__mro__ }}", title="{# #}{% include 'layout.html.j2' %}")
def test_what_people_type_stays_text(name: str, title: str) -> None:
    guest = replace(MIA, name=name)
    facts = replace(MOVED, guest=guest, title=title, notes=title, reason=name)
    plain = letter(Occasion.RESCHEDULED, TO_ANNA)
    for reader in (Reader(person=guest, audience=Audience.GUEST), TO_ANNA):
        composed = letter(Occasion.RESCHEDULED, reader, facts)
        page = Page(composed.html)
        assert set(page.tags) <= {*Page(letter(Occasion.RESCHEDULED, TO_MIA).html).tags}
        assert _ours(page) <= {FACTS.join_url, FACTS.manage_url, FACTS.ics_url}
        assert one_line(title) in " ".join(page.words).replace("\u200b", "")
        assert reopened(composed).keys() == reopened(plain).keys()
        assert "evil.example" not in composed.text + composed.html + composed.subject
