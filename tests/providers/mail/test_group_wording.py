"""What those read who come to a group meeting, and its agents: of the others, no more than they may know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers.mail.facts import MeetingFacts, Person, Reader
from providers.mail.letter import Letter
from providers.mail.occasions import Audience, Occasion
from tests.providers.mail.samples import ANNA, FACTS, MIA, TO_ANNA, TO_MIA, event_of, told
from tests.providers.mail.test_wording import MOVED, Page

TOM = Person(name="Tom Park", address="tom@guest.example", zone="America/New_York")
LEA = Person(name="Lea Lind", address="lea@other.example", zone="Europe/Berlin")
TO_TOM = Reader(person=TOM, audience=Audience.ATTENDEE)
PARTY = replace(FACTS, title="Yoga", in_group=True, others=(TOM,))
"""Mia, who brings Tom along, as both are told."""
JOINED = replace(PARTY, others=(TOM, LEA), guests=(MIA, LEA), manage_url=None)
"""The same, as the agents are told, who know that Lea comes, too."""
ALL = replace(JOINED, actor="Anna Rossi")


def _moved(facts: MeetingFacts) -> MeetingFacts:
    return replace(facts, former_start=MOVED.former_start, former_end=MOVED.former_end, sequence=2)


LETTERS: dict[str, tuple[Occasion, Reader, MeetingFacts]] = {
    "joined.guest": (Occasion.JOINED, TO_MIA, PARTY),
    "joined.attendee": (Occasion.JOINED, TO_TOM, PARTY),
    "joined.agent": (Occasion.JOINED, TO_ANNA, JOINED),
    "left.guest": (Occasion.LEFT, TO_MIA, replace(PARTY, manage_url=None)),
    "left.attendee": (Occasion.LEFT, TO_TOM, replace(PARTY, manage_url=None)),
    "left.agent": (Occasion.LEFT, TO_ANNA, replace(JOINED, others=(LEA,), guests=(LEA,))),
    "rescheduled.guest": (Occasion.RESCHEDULED, TO_MIA, _moved(PARTY)),
    "rescheduled.attendee": (Occasion.RESCHEDULED, TO_TOM, _moved(PARTY)),
    "rescheduled.agent": (Occasion.RESCHEDULED, TO_ANNA, _moved(ALL)),
    "cancelled.guest": (Occasion.CANCELLED, TO_MIA, PARTY),
    "cancelled.attendee": (Occasion.CANCELLED, TO_TOM, PARTY),
    "cancelled.agent": (Occasion.CANCELLED, TO_ANNA, ALL),
    "booked.attendee": (Occasion.BOOKED, TO_TOM, replace(FACTS, others=(TOM,))),
}


def letter(name: str) -> Letter:
    occasion, reader, facts = LETTERS[name]
    return told(occasion, reader, facts)


def invited(name: str) -> dict[str, str]:
    """Those whom the letter's calendar file names, and whether they are asked to answer."""
    calendar = letter(name).calendar
    assert calendar is not None
    who = event_of(calendar.content)["ATTENDEE"]
    return {str(one).removeprefix("mailto:"): one.params["RSVP"] for one in who}


@pytest.mark.parametrize("name", LETTERS)
def test_html_says_what_the_text_says(name: str) -> None:
    composed = letter(name)
    page = " ".join(" ".join(Page(composed.html).words).split())
    said = [line.partition(":  ")[2].strip() for line in composed.text.splitlines() if ":  " in line]
    assert said
    assert all(one in page for one in said if "(" not in one)
    assert composed.subject in page


@pytest.mark.parametrize("name", [name for name in LETTERS if not name.endswith("agent")])
def test_who_comes_is_told_nothing_of_other_parties(name: str) -> None:
    assert "Lea Lind" not in letter(name).text + letter(name).html
    assert name.startswith("left") or invited(name).keys() == {MIA.address, TOM.address, ANNA.address}


@pytest.mark.parametrize("name", ["joined.agent", "rescheduled.agent", "cancelled.agent"])
def test_an_agents_calendar_has_everyone_who_comes(name: str) -> None:
    assert invited(name) == {
        MIA.address: "FALSE",
        TOM.address: "FALSE",
        LEA.address: "FALSE",
        ANNA.address: "TRUE",
    }


def test_of_a_guest_who_has_left_an_agents_calendar_keeps_the_others() -> None:
    assert invited("left.agent").keys() == {LEA.address, ANNA.address}


@pytest.mark.parametrize("name", [name for name in LETTERS if name.endswith("attendee")])
def test_who_is_brought_along_is_asked_to_answer_and_has_no_link(name: str) -> None:
    if not name.startswith("left"):
        assert invited(name)[str(TOM.address)] == "TRUE"
        assert invited(name)[str(MIA.address)] == "FALSE"
    assert b"secret-token" not in letter(name).to_bytes()


def test_a_meeting_is_called_off_for_who_has_left_and_goes_on_for_its_agents() -> None:
    methods = {name: calendar.method for name in LETTERS if (calendar := letter(name).calendar)}
    assert {name for name, method in methods.items() if method == "CANCEL"} == {
        "left.guest",
        "left.attendee",
        "cancelled.guest",
        "cancelled.attendee",
        "cancelled.agent",
    }


@pytest.mark.parametrize(("name", "reader"), [("left.guest", MIA), ("left.attendee", TOM)])
def test_a_meeting_that_goes_on_is_called_off_for_who_has_left_alone(name: str, reader: Person) -> None:
    calendar = letter(name).calendar
    assert calendar is not None
    event = event_of(calendar.content)
    assert "STATUS" not in event
    assert event["ATTENDEE"] == f"mailto:{reader.address}"


def test_guests_cannot_move_a_group_meeting_and_are_not_told_that_they_could() -> None:
    for name in ("joined.guest", "rescheduled.guest"):
        assert "change or cancel" not in letter(name).text.lower()
        assert "https://acme.example/m/secret-token" in letter(name).text


def test_guests_with_one_address_get_a_letter_each() -> None:
    twin = replace(TO_MIA, person=replace(MIA, name="May Park"))
    facts = replace(PARTY, guest=twin.person)
    other = told(Occasion.JOINED, twin, facts)
    assert other.message_id != letter("joined.guest").message_id


def test_an_address_that_several_have_is_named_once_and_asked_where_it_is_the_readers() -> None:
    twin = replace(TO_TOM, person=replace(TOM, address=MIA.address))
    facts = replace(PARTY, others=(twin.person,))
    for reader, asked in ((TO_MIA, MIA.name), (twin, TOM.name), (TO_ANNA, ANNA.name)):
        calendar = told(Occasion.JOINED, reader, facts).calendar
        assert calendar is not None
        who = event_of(calendar.content)["ATTENDEE"]
        assert sorted(map(str, who)) == sorted(f"mailto:{one.address}" for one in (MIA, ANNA))
        assert [one.params["CN"] for one in who if one.params["RSVP"] == "TRUE"] == [asked]


def test_what_a_guest_wrote_is_for_them_and_the_agents() -> None:
    assert {name for name in LETTERS if "two questions" in letter(name).text} == {
        "joined.guest",
        "joined.agent",
        "left.agent",
        "rescheduled.guest",
    }


def test_an_agents_calendar_is_not_named_after_the_one_who_came_or_left_last() -> None:
    for name, guests in (("joined.agent", "Mia Park, Lea Lind"), ("left.agent", "Lea Lind")):
        calendar = letter(name).calendar
        assert calendar is not None
        assert event_of(calendar.content)["SUMMARY"] == f"Yoga – {guests}"


def test_of_many_guests_the_agents_letters_name_the_first() -> None:
    guests = tuple(Person(name=f"Guest {n}", address=None, zone="UTC") for n in range(12))
    facts = replace(ALL, guests=guests)
    composed = told(Occasion.CANCELLED, TO_ANNA, facts)
    assert "With:    Guest 0, Guest 1, Guest 2, …\n" in composed.text
