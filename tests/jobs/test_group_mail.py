"""Who is told by mail of a group meeting: each guest with a link of their own, and nobody of the others."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from models.actor import Public
from models.agent.agent import Agent
from models.availability.target import Target
from models.contact.details import GuestDetails
from models.keyring import Keyring
from models.meeting.answering import respond
from models.meeting.booking import book
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.joining import Companion
from models.meeting.leaving import end_empty
from models.meeting.link import recognise_guest
from models.meeting.meeting import Meeting
from models.meeting.seat import SeatHold
from models.meeting.wish import Wish
from models.words import AttendeeResponse
from providers.mail.fake import FakeMailer
from providers.mail.letter import Letter
from tests.builders import Clock, acting
from tests.jobs.conftest import Jobs
from tests.jobs.test_mail import event_of
from tests.models.meeting.groups import NINE, NOW, a_class, comes, go, guest_named, reserve

GRACE, TOM, HEIDI = "grace@guests.example", "tom@guests.example", "heidi@guests.example"
ANNA = "anna@acme.example"
LINK = re.compile(r"https://desk\.example/meeting#(guest_\S+)")


@pytest.fixture
async def yoga(anna: Agent, jobs: Jobs) -> Target:
    return await a_class(anna, seats=4)


@pytest.fixture
async def lesson(yoga: Target) -> Meeting:
    """Grace comes with Tom, then Heidi."""
    await comes(yoga, "Grace", brings=("Tom",))
    return await comes(yoga, "Heidi")


def told(mailer: FakeMailer) -> list[tuple[str, str, str]]:
    """To whom, what their calendar is to do, and what the letter is about."""
    return sorted(
        (letter.to.address, event_of(letter)[0], letter.subject.partition(":")[0]) for letter in mailer.outbox
    )


def everything(letter: Letter) -> str:
    assert letter.calendar is not None
    return letter.text + letter.html + letter.calendar.content.replace(b"\r\n ", b"").decode()


async def heard(jobs: Jobs, mailer: FakeMailer) -> list[tuple[str, str, str]]:
    """What is told from here on."""
    mailer.outbox.clear()
    await jobs.run()
    assert await jobs.failed() == []
    return told(mailer)


async def test_each_who_comes_is_told_and_the_agents_are_but_no_other_guest(
    yoga: Target, jobs: Jobs, mailer: FakeMailer
) -> None:
    await comes(yoga, "Grace", brings=("Tom",))
    assert await heard(jobs, mailer) == [
        (ANNA, "REQUEST", "New meeting"),
        (GRACE, "REQUEST", "Booked"),
        (TOM, "REQUEST", "Invitation"),
    ]
    await comes(yoga, "Heidi")
    assert await heard(jobs, mailer) == [(ANNA, "REQUEST", "Joined"), (HEIDI, "REQUEST", "Booked")]


async def test_each_guest_gets_their_own_link_and_companions_none(
    lesson: Meeting, jobs: Jobs, mailer: FakeMailer, keys: Keyring
) -> None:
    await jobs.run()
    for address, name in ((GRACE, "Grace"), (HEIDI, "Heidi")):
        [letter] = mailer.sent_to(address)
        tokens = set(LINK.findall(letter.text))
        assert len(tokens) == 1
        assert (await recognise_guest(tokens.pop(), keys=keys)).contact.name == name
    for address in (TOM, ANNA):
        assert "guest_" not in "".join(everything(letter) for letter in mailer.sent_to(address))


async def test_whom_a_guest_brings_is_asked_by_a_link_of_their_own(
    lesson: Meeting, jobs: Jobs, mailer: FakeMailer, keys: Keyring, clock: Clock
) -> None:
    await jobs.run()
    [letter] = mailer.sent_to(TOM)
    [token] = set(re.findall(r"answer_[\w-]+", letter.text))
    place = await respond(token, AttendeeResponse.DECLINED, keys=keys, now=clock())
    assert (place.name, place.email) == ("Tom", TOM)
    for address in (GRACE, HEIDI, ANNA):
        assert "answer_" not in "".join(everything(letter) for letter in mailer.sent_to(address))


async def test_no_letter_to_a_guest_speaks_of_another(
    lesson: Meeting, anna: Agent, jobs: Jobs, mailer: FakeMailer
) -> None:
    later = NINE + timedelta(hours=2)
    await reschedule(lesson.id, Change(), start=later, duration_minutes=None, actor=acting(anna), now=NOW)
    await go(lesson, "Heidi")
    await cancel(lesson.id, Change(), actor=acting(anna), now=NOW)
    await jobs.run()
    strange = {GRACE: ("Heidi", HEIDI), TOM: ("Heidi", HEIDI), HEIDI: ("Grace", GRACE, "Tom", TOM)}
    for address, words in strange.items():
        letters = mailer.sent_to(address)
        assert len(letters) >= 2
        assert [word for word in words for letter in letters if word in everything(letter)] == []


async def test_the_agents_calendar_has_everyone(lesson: Meeting, jobs: Jobs, mailer: FakeMailer) -> None:
    await jobs.run()
    joined = event_of(mailer.sent_to(ANNA)[-1])[1]
    invited = {str(one).removeprefix("mailto:") for one in joined["ATTENDEE"]}
    assert invited == {GRACE, TOM, HEIDI, ANNA}


async def test_a_move_is_told_to_everyone_who_comes(
    lesson: Meeting, anna: Agent, jobs: Jobs, mailer: FakeMailer
) -> None:
    await jobs.run()
    later = NINE + timedelta(hours=2)
    await reschedule(lesson.id, Change(), start=later, duration_minutes=None, actor=acting(anna), now=NOW)
    assert await heard(jobs, mailer) == [(one, "REQUEST", "New time") for one in (ANNA, GRACE, HEIDI, TOM)]
    assert {event_of(letter)[1].start for letter in mailer.outbox} == {later}


async def test_who_joins_after_a_move_is_not_told_of_it(
    lesson: Meeting, yoga: Target, anna: Agent, jobs: Jobs, mailer: FakeMailer
) -> None:
    await jobs.run()
    later = NINE + timedelta(hours=2)
    await reschedule(lesson.id, Change(), start=later, duration_minutes=None, actor=acting(anna), now=NOW)
    await comes(yoga, "Ivan", start=later)
    await heard(jobs, mailer)
    assert [letter.subject.partition(":")[0] for letter in mailer.sent_to("ivan@guests.example")] == ["Booked"]


async def test_who_leaves_is_told_with_those_they_brought_and_the_agents_that_it_goes_on(
    lesson: Meeting, jobs: Jobs, mailer: FakeMailer
) -> None:
    await jobs.run()
    await go(lesson, "Grace")
    assert await heard(jobs, mailer) == [
        (ANNA, "REQUEST", "Left"),
        (GRACE, "CANCEL", "You have left"),
        (TOM, "CANCEL", "Invitation withdrawn"),
    ]
    [to_anna] = mailer.sent_to(ANNA)
    assert {str(one) for one in event_of(to_anna)[1]["ATTENDEE"]} == {f"mailto:{HEIDI}", f"mailto:{ANNA}"}


async def test_the_last_one_who_leaves_and_the_agents_are_told_that_it_is_cancelled(
    lesson: Meeting, jobs: Jobs, mailer: FakeMailer
) -> None:
    await go(lesson, "Grace")
    await jobs.run()
    await go(lesson, "Heidi")
    assert await heard(jobs, mailer) == [(ANNA, "CANCEL", "Cancelled"), (HEIDI, "CANCEL", "Cancelled")]
    assert "guest_" not in everything(mailer.sent_to(HEIDI)[0])


async def test_an_agents_cancellation_is_told_to_everyone(
    lesson: Meeting, anna: Agent, jobs: Jobs, mailer: FakeMailer
) -> None:
    await jobs.run()
    await cancel(lesson.id, Change(reason="No heating"), actor=acting(anna), now=NOW)
    assert await heard(jobs, mailer) == [(one, "CANCEL", "Cancelled") for one in (ANNA, GRACE, HEIDI, TOM)]
    assert all("No heating" in letter.text for letter in mailer.outbox)


async def test_the_letters_of_each_reader_come_in_order_and_each_is_newer_than_the_one_before(
    lesson: Meeting, yoga: Target, jobs: Jobs, mailer: FakeMailer
) -> None:
    await go(lesson, "Grace")
    await comes(yoga, "Grace")
    await jobs.run()
    for address in (GRACE, ANNA):
        events = [event_of(letter) for letter in mailer.sent_to(address)]
        sequences = [event["SEQUENCE"] for _, event in events]
        assert sequences == sorted(set(sequences))
        assert len({str(event["UID"]) for _, event in events}) == 1
    assert [event_of(letter)[0] for letter in mailer.sent_to(GRACE)] == ["REQUEST", "CANCEL", "REQUEST"]


async def test_an_empty_meeting_that_nobody_came_to_is_cancelled_for_its_agents(
    yoga: Target, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    lesson = await comes(yoga, "Grace")
    await reserve(yoga)
    await go(lesson, "Grace")
    assert await heard(jobs, mailer) == [
        (ANNA, "REQUEST", "Left"),
        (ANNA, "REQUEST", "New meeting"),
        (GRACE, "CANCEL", "You have left"),
        (GRACE, "REQUEST", "Booked"),
    ]
    clock.advance(minutes=10)
    mailer.outbox.clear()
    await jobs.run_periodic("meetings.end_empty")
    assert told(mailer) == [(ANNA, "CANCEL", "Cancelled")]
    assert await SeatHold.all().count() == 1
    assert await end_empty(now=clock()) == 0


async def test_each_guest_reads_the_time_on_their_own_clock(
    yoga: Target, jobs: Jobs, mailer: FakeMailer
) -> None:
    await comes(yoga, "Grace", brings=("Tom",))
    far = GuestDetails(name="Kei", email="kei@guests.example", phone=None, locale=None, time_zone="Asia/Tokyo")
    friend = Companion(name="Rin", email="rin@guests.example")
    await book(Wish(target=yoga, start=NINE, guest=far, companions=(friend,)), actor=Public(), now=NOW)
    await jobs.run()
    zones = {GRACE: "Europe/Rome", TOM: "Europe/Rome", far.email: "Asia/Tokyo", friend.email: "Asia/Tokyo"}
    shown: dict[str | None, Any] = {one: event_of(mailer.sent_to(str(one))[0])[1] for one in zones}
    assert {one: event["DTSTART"].params["TZID"] for one, event in shown.items()} == zones


async def test_each_party_reads_its_own_language(yoga: Target, jobs: Jobs, mailer: FakeMailer) -> None:
    await comes(yoga, "Grace")
    heinz = GuestDetails(
        name="Heinz", email="heinz@guests.example", phone=None, locale="de", time_zone="Europe/Rome"
    )
    friend = Companion(name="Uli", email="uli@guests.example")
    await book(Wish(target=yoga, start=NINE, guest=heinz, companions=(friend,)), actor=Public(), now=NOW)
    await jobs.run()
    said = {
        one: mailer.sent_to(one)[0].text.partition("\n")[0] for one in (GRACE, str(heinz.email), friend.email)
    }
    assert list(said.values()) == ["Hello Grace,", "Guten Tag Heinz,", "Guten Tag Uli,"]


async def test_guests_without_an_address_get_none_and_everyone_else_does(
    yoga: Target, jobs: Jobs, mailer: FakeMailer
) -> None:
    await comes(yoga, "Heidi")
    organization = yoga.organization
    organization.stored_settings = {"required_contact_fields": ["PHONE"]}
    await organization.save()
    caller = GuestDetails(name="Carl", email=None, phone="+390612345678", locale=None, time_zone="Europe/Rome")
    lesson = await book(Wish(target=yoga, start=NINE, guest=caller), actor=Public(), now=NOW)
    assert await heard(jobs, mailer) == [
        (ANNA, "REQUEST", "Joined"),
        (ANNA, "REQUEST", "New meeting"),
        (HEIDI, "REQUEST", "Booked"),
    ]
    carl = await guest_named(lesson, "Carl")
    await cancel(lesson.id, Change(), actor=carl, now=NOW)
    assert await heard(jobs, mailer) == [(ANNA, "REQUEST", "Left")]
