"""Who is told by mail of a meeting's call, when, and what of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.actor import Public
from models.agent.agent import Agent
from models.call.asking import ask_for_call
from models.call.connection import MeetingProviderConnection
from models.meeting.booking import book
from models.meeting.changing import Change, reschedule
from models.meeting.joining import Companion
from models.meeting.meeting import Meeting
from models.meeting.wish import Wish
from models.organization.organization import Organization
from providers.mail.fake import FakeMailer
from providers.mail.letter import Letter
from tests.builders import MONDAY, Clock, acting, an_agent
from tests.jobs.calling import a_provider, automate
from tests.jobs.conftest import Desk, Jobs
from tests.jobs.test_mail import event_of
from tests.models.meeting.groups import guest
from tests.models.meeting.teams import target_of

TOMORROW = MONDAY + timedelta(days=1, hours=1)
GRACE, TOM, ANNA = "grace@guests.example", "tom@guests.example", "anna@acme.example"
EVERYONE = [ANNA, GRACE, TOM]


@pytest.fixture
async def provider(organization: Organization) -> MeetingProviderConnection:
    return await a_provider(organization)


async def books(agent: Agent) -> Meeting:
    """Grace comes tomorrow at nine, with Tom."""
    tom = Companion(name="Tom", email=TOM)
    wish = Wish(target=await target_of(agent), start=TOMORROW, guest=guest("Grace"), companions=(tom,))
    return await book(wish, actor=Public(), now=MONDAY)


async def made_later(agent: Agent, jobs: Jobs, mailer: FakeMailer, desk: Desk, clock: Clock) -> Meeting:
    """One whose call can be made only two minutes after it was booked; what was told before is forgotten."""
    desk.calls.go_down()
    meeting = await books(agent)
    await jobs.run()
    clock.advance(minutes=2)
    await jobs.hurry()
    assert sorted(told(mailer)) == [(ANNA, "New meeting"), (GRACE, "Booked"), (TOM, "Invitation")]
    mailer.outbox.clear()
    desk.calls.recover()
    await jobs.hurry()
    return meeting


def told(mailer: FakeMailer) -> list[tuple[str, str]]:
    return [(letter.to.address, letter.subject.partition(":")[0]) for letter in mailer.outbox]


def of_calls(mailer: FakeMailer) -> list[str]:
    """Who is told of a call by a letter of its own."""
    return sorted(address for address, about in told(mailer) if about == "Call")


def only(letters: list[Letter]) -> Letter:
    [letter] = letters
    return letter


async def test_of_a_call_that_is_made_at_once_the_letters_of_the_booking_tell(
    provider: MeetingProviderConnection, anna: Agent, jobs: Jobs, mailer: FakeMailer
) -> None:
    await automate(anna)
    meeting = await books(anna)
    await jobs.run()
    assert sorted(told(mailer)) == [(ANNA, "New meeting"), (GRACE, "Booked"), (TOM, "Invitation")]
    url = (await Meeting.get(id=meeting.id)).join_url
    assert url is not None
    assert url in only(mailer.sent_to(ANNA)).text
    for address in (GRACE, TOM):
        letter = only(mailer.sent_to(address))
        assert url not in letter.text
        assert "Join:    from Tuesday 2 March 2027, 08:45 (Europe/Rome" in letter.text


async def test_the_letters_of_a_booking_wait_a_minute_for_its_call(
    provider: MeetingProviderConnection, anna: Agent, jobs: Jobs, mailer: FakeMailer, desk: Desk, clock: Clock
) -> None:
    await automate(anna)
    desk.calls.go_down()
    await books(anna)
    clock.advance(seconds=59)
    await jobs.hurry()
    assert mailer.outbox == []
    clock.advance(seconds=1)
    await jobs.hurry()
    assert sorted(told(mailer)) == [(ANNA, "New meeting"), (GRACE, "Booked"), (TOM, "Invitation")]


async def test_a_call_that_is_made_later_is_told_to_everyone_with_the_calendar_file(
    provider: MeetingProviderConnection, anna: Agent, jobs: Jobs, mailer: FakeMailer, desk: Desk, clock: Clock
) -> None:
    await automate(anna)
    meeting = await made_later(anna, jobs, mailer, desk, clock)
    assert of_calls(mailer) == EVERYONE
    for letter in mailer.outbox:
        method, event = event_of(letter)
        assert (method, event["SEQUENCE"]) == ("REQUEST", 1)
    url = (await Meeting.get(id=meeting.id)).join_url
    assert url is not None
    assert url in only(mailer.sent_to(ANNA)).text
    to_grace, to_tom = only(mailer.sent_to(GRACE)), only(mailer.sent_to(TOM))
    assert "You can join it here from Tuesday 2 March 2027, 08:45 (Europe/Rome, UTC+01:00) on:" in to_grace.text
    assert "https://desk.example/meeting#guest_" in to_grace.text
    assert "Grace will have the link" in to_tom.text
    for letter in (to_grace, to_tom):
        assert url.encode() not in letter.to_bytes()


async def test_who_is_not_invited_to_calls_hears_nothing_of_them(
    provider: MeetingProviderConnection, anna: Agent, jobs: Jobs, mailer: FakeMailer, desk: Desk, clock: Clock
) -> None:
    await automate(anna, invite_attendees=False)
    await made_later(anna, jobs, mailer, desk, clock)
    assert of_calls(mailer) == [ANNA, GRACE]


async def test_the_calendar_file_stays_away_where_it_is_not_wanted(
    provider: MeetingProviderConnection, anna: Agent, jobs: Jobs, mailer: FakeMailer, desk: Desk, clock: Clock
) -> None:
    await automate(anna, send_ics=False)
    await made_later(anna, jobs, mailer, desk, clock)
    assert of_calls(mailer) == EVERYONE
    assert {letter.calendar for letter in mailer.outbox} == {None}


async def test_without_the_automation_a_call_that_an_agent_asks_for_is_told_to_guest_and_agents_with_the_file(
    provider: MeetingProviderConnection, anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    meeting = await books(anna)
    await jobs.run()
    mailer.outbox.clear()
    clock.advance(minutes=5)
    await ask_for_call(meeting.id, Change(), actor=acting(anna), now=clock())
    await jobs.run()
    assert of_calls(mailer) == [ANNA, GRACE]
    assert all(letter.calendar for letter in mailer.outbox)
    assert mailer.sent_to(str(ben.email)) == []


async def test_a_call_that_is_joined_otherwise_after_a_move_is_told_of_anew(
    provider: MeetingProviderConnection, anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    await automate(anna)
    meeting = await books(anna)
    await jobs.run()
    mailer.outbox.clear()
    later = TOMORROW + timedelta(hours=1)
    await reschedule(meeting.id, Change(), start=later, duration_minutes=None, actor=acting(anna), now=clock())
    await jobs.run()
    assert of_calls(mailer) == EVERYONE
    last = mailer.sent_to(ANNA)[-1]
    assert "has another address now" in last.text
    assert str((await Meeting.get(id=meeting.id)).join_url) in last.text


async def test_a_call_that_failed_is_told_to_the_agents_alone_with_the_reason(
    provider: MeetingProviderConnection, anna: Agent, jobs: Jobs, mailer: FakeMailer, desk: Desk
) -> None:
    await automate(anna)
    desk.calls.reject("The account is closed.")
    await books(anna)
    await jobs.run()
    assert sorted(told(mailer)) == [
        (ANNA, "New meeting"),
        (ANNA, "No call"),
        (GRACE, "Booked"),
        (TOM, "Invitation"),
    ]
    assert "The account is closed." in mailer.sent_to(ANNA)[-1].text
    assert "account is closed" not in "".join(
        letter.text for letter in mailer.outbox if letter.to.address != ANNA
    )
