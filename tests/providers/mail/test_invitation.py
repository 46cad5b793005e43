from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from providers.mail.invitation import PRODID, Answer, Attendee, Method, Status, calendar_name
from providers.mail.mailbox import Mailbox
from providers.mail.text import one_line, paragraphs
from tests.providers.mail.samples import INVITATION, START, event_of

TEXTS = st.text(st.characters(), max_size=200)


def test_an_invitation_reopens_to_the_same_facts() -> None:
    calendar = Calendar.from_ical(INVITATION.to_ics())
    assert (calendar["METHOD"], calendar["VERSION"], calendar["PRODID"]) == ("REQUEST", "2.0", PRODID)
    event = event_of(INVITATION.to_ics())
    assert (event["UID"], event["SEQUENCE"]) == ("meeting-1@acme.example", 3)
    assert (event.start, event.end) == (INVITATION.start, INVITATION.end)
    assert event["DTSTAMP"].dt == INVITATION.stamped_at
    assert (event["SUMMARY"], event["LOCATION"]) == ("First talk", "Via Roma 1, Milano")
    assert event["DESCRIPTION"] == "Video call\nwith Anna"
    assert event["URL"] == "https://acme.example/m/abc?x=1,2;y"
    assert (event["STATUS"], event["TRANSP"]) == ("CONFIRMED", "OPAQUE")
    assert event["ORGANIZER"] == "mailto:desk@acme.example"
    assert event["ORGANIZER"].params["CN"] == "Anna Rossi"


def test_an_attendee_is_asked_to_answer() -> None:
    attendee = event_of(INVITATION.to_ics())["ATTENDEE"]
    assert attendee == "mailto:mia@guest.example"
    assert dict(attendee.params) == {
        "CN": "Mia Park",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }


def test_an_attendee_who_agreed_already_is_not_asked() -> None:
    agreed = Attendee(INVITATION.attendees[0].mailbox, answer=Answer.ACCEPTED, is_asked=False)
    first, second = event_of(replace(INVITATION, attendees=(agreed, *INVITATION.attendees)).to_ics())[
        "ATTENDEE"
    ]
    assert (first.params["PARTSTAT"], first.params["RSVP"]) == ("ACCEPTED", "FALSE")
    assert (second.params["PARTSTAT"], second.params["RSVP"]) == ("NEEDS-ACTION", "TRUE")


def test_a_cancelled_meeting_is_told_by_cancel_and_only_that() -> None:
    cancel = replace(INVITATION, method=Method.CANCEL, status=Status.CANCELLED, sequence=4)
    assert Calendar.from_ical(cancel.to_ics())["METHOD"] == "CANCEL"
    assert event_of(cancel.to_ics())["STATUS"] == "CANCELLED"
    assert event_of(cancel.to_ics())["UID"] == event_of(INVITATION.to_ics())["UID"]
    for change in ({"method": Method.CANCEL}, {"status": Status.CANCELLED}):
        with pytest.raises(ValueError, match="CANCEL"):
            replace(INVITATION, **change)


def test_what_is_no_meeting_is_refused() -> None:
    for change in ({"end": START}, {"sequence": -1}, {"uid": " \n"}, {"start": START.replace(tzinfo=None)}):
        with pytest.raises(ValueError, match="invitation"):
            replace(INVITATION, **change)


def test_times_are_local_with_the_zone_defined_in_the_file() -> None:
    event = event_of(INVITATION.to_ics())
    assert event["DTSTART"].params["TZID"] == "Europe/Rome"
    assert event["DTSTART"].dt.replace(tzinfo=None) == datetime(2026, 12, 1, 10, 0)  # noqa: DTZ001
    assert [zone.tz_name for zone in Calendar.from_ical(INVITATION.to_ics()).timezones] == ["Europe/Rome"]


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC"])
def test_utc_needs_no_zone(zone: str) -> None:
    ics = replace(INVITATION, zone=zone).to_ics()
    assert b"DTSTART:20261201T090000Z\r\n" in ics
    assert b"VTIMEZONE" not in ics
    assert b"TZID" not in ics


def test_a_local_time_that_comes_a_second_time_is_told_in_utc() -> None:
    second = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15 in Rome, for the second time that night
    event = event_of(replace(INVITATION, start=second, end=second + timedelta(minutes=30)).to_ics())
    assert event.start == second
    first = second - timedelta(hours=1)
    event = event_of(replace(INVITATION, start=first, end=first + timedelta(minutes=30)).to_ics())
    assert event["DTSTART"].params["TZID"] == "Europe/Rome"
    assert event.start.astimezone(UTC) == first


@given(st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1)), st.sampled_from(["Europe/Rome", "Asia/Gaza"]))  # noqa: DTZ001
def test_any_start_reopens_to_the_same_instant(start: datetime, zone: str) -> None:
    begin = start.replace(second=0, microsecond=0, tzinfo=ZoneInfo("UTC"))
    event = event_of(replace(INVITATION, start=begin, end=begin + timedelta(minutes=45), zone=zone).to_ics())
    assert event.start.astimezone(UTC) == begin
    assert event.end.astimezone(UTC) == begin + timedelta(minutes=45)


@given(name=TEXTS, title=TEXTS, notes=TEXTS)
@example(name='Mia";X-EVIL=1:mailto:x@evil.example', title="a\\", notes="b\r\nATTENDEE:mailto:x@evil.example")
@example(name="Mia\\", title="C:\\New\\Notes; x, y", notes="\\n\\N\\,\\;")
@example(name="^n^'^^\nBEGIN:VEVENT", title="BEGIN:VALARM\nEND:VALARM", notes="\r\n\r\n ")
@example(name="👩‍👧 محمد 山田", title="שלום 😀" * 30, notes="é" * 200)
def test_no_text_becomes_anything_but_text(name: str, title: str, notes: str) -> None:
    box = Mailbox(name=name, address="mia@guest.example")
    invitation = replace(
        INVITATION, organizer=box, attendees=(Attendee(box),), summary=title, description=notes, location=title
    )
    ics = invitation.to_ics()
    event = event_of(ics)
    assert not event.subcomponents
    assert event["SUMMARY"] == one_line(title)
    assert event.get("LOCATION", "") == one_line(title)
    assert event.get("DESCRIPTION", "") == paragraphs(notes)
    assert event["ATTENDEE"] == "mailto:mia@guest.example"
    for who in (event["ATTENDEE"], event["ORGANIZER"]):
        assert who.params.get("CN", "") == calendar_name(name)
    assert {key for key in event if key.startswith("X-")} == set()
    assert all(len(line) <= 75 for line in ics.split(b"\r\n"))
    assert ics.count(b"\n") == ics.count(b"\r\n") == ics.count(b"\r")


def test_only_a_web_address_is_given_as_the_url() -> None:
    assert "URL" not in event_of(replace(INVITATION, url="javascript:alert(1)").to_ics())
    assert "URL" not in event_of(replace(INVITATION, url="https://a.example/\r\nX-EVIL:1").to_ics())
