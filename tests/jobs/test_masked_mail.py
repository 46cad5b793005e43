"""Agents who are not to know how guests are reached are not told by mail either, nor by the calendar file in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.actor import Actor, Public
from models.agent.agent import Agent
from models.availability.target import Target
from models.contact.details import GuestDetails
from models.letter.template import ContentTemplate
from models.meeting.booking import book
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.joining import Companion
from models.meeting.meeting import Meeting
from models.meeting.reassigning import reassign
from models.meeting.reminding import remind
from models.meeting.wish import Wish
from models.words import Role
from providers.mail.fake import FakeMailer
from providers.mail.letter import Letter
from tests.builders import MONDAY, Clock, acting, an_agent, guest_of
from tests.jobs.conftest import Jobs
from tests.jobs.test_group_mail import everything
from tests.models.meeting.groups import a_class, comes, go
from tests.models.meeting.life import setting
from tests.models.meeting.teams import target_of

TEN = MONDAY + timedelta(hours=2)
ELEVEN = TEN + timedelta(hours=1)
GRACE, TOM = "grace@guests.example", "tom@guests.example"
NUMBERED = GuestDetails(
    name="+39 333 1234567", email=GRACE, phone="+393331234567", locale=None, time_zone="Europe/Rome"
)


@pytest.fixture
async def ben(anna: Agent) -> Agent:
    """He, too, is an agent; from agents addresses are kept."""
    await setting(anna.organization_id, mask_contacts_from=["AGENT"])
    return await an_agent(await anna.organization, "Ben")


async def books(target: Target, *, by: Actor | None = None) -> Meeting:
    """Somebody who is called by their number brings Tom."""
    brought = (Companion(name="Tom", email=TOM),)
    title = f"Call {GRACE}"
    wish = Wish(target=target, start=TEN, guest=NUMBERED, companions=brought, title=title, notes="Tea")
    return await book(wish, actor=by or Public(), now=MONDAY)


async def lives(meeting: Meeting, anna: Agent, ben: Agent, *, clock: Clock, jobs: Jobs) -> None:
    """Whatever can become of it, one thing after the other, each told at once."""
    await jobs.run()
    guest = await guest_of(meeting)
    await reschedule(meeting.id, Change(), start=ELEVEN, duration_minutes=None, actor=guest, now=MONDAY)
    await jobs.run()
    await reassign(meeting.id, ben.id, Change(), actor=acting(anna), now=MONDAY)
    await jobs.run()
    clock.now = ELEVEN - timedelta(minutes=55)
    assert await remind(meeting.id, now=clock())
    await jobs.run()
    await cancel(meeting.id, Change(reason="No heating"), actor=guest, now=clock())
    await jobs.run()
    assert await jobs.failed() == []


def to_agents(mailer: FakeMailer) -> list[Letter]:
    return [letter for letter in mailer.outbox if letter.to.address.endswith("@acme.example")]


async def test_no_letter_to_a_masked_agent_tells_how_a_guest_is_reached(
    anna: Agent, ben: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    await lives(await books(await target_of(anna)), anna, ben, clock=clock, jobs=jobs)
    letters = to_agents(mailer)
    assert len({letter.subject.partition(":")[0] for letter in letters}) >= 5
    for letter in letters:
        said = f"{letter.subject} {letter.reply_to} {everything(letter)}"
        assert "guests.example" not in said, letter.subject
        assert "1234567" not in said.replace(" ", ""), letter.subject
        assert "+39 ••• ••67" in letter.text
    assert "g•••@•••" in letters[0].text


async def test_their_calendars_name_the_agents_alone(
    anna: Agent, ben: Agent, jobs: Jobs, mailer: FakeMailer
) -> None:
    await books(await target_of(anna))
    await jobs.run()
    [letter] = to_agents(mailer)
    asked = [line for line in everything(letter).splitlines() if line.startswith("ATTENDEE")]
    assert [line.rpartition(":")[2] for line in asked] == ["anna@acme.example"]


async def test_agents_of_a_class_are_told_by_name_who_comes_and_who_leaves(
    anna: Agent, ben: Agent, jobs: Jobs, mailer: FakeMailer
) -> None:
    yoga = await a_class(anna, seats=4)
    lesson = await comes(yoga, "Grace", brings=("Tom",))
    await comes(yoga, "Heidi")
    await go(lesson, "Grace")
    await jobs.run()
    for letter in to_agents(mailer):
        assert "guests.example" not in everything(letter), letter.subject
    assert any("Heidi" in letter.text for letter in to_agents(mailer))


async def test_a_template_that_asks_for_the_address_is_given_it_masked(
    anna: Agent, ben: Agent, jobs: Jobs, mailer: FakeMailer
) -> None:
    await ContentTemplate.create(
        organization_id=anna.organization_id,
        occasion="BOOKED",
        audience="AGENT",
        language="en",
        subject="{{ title }}",
        body="{{ guest_name }} <{{ guest_address }}>",
    )
    await books(await target_of(anna))
    await jobs.run()
    [letter] = to_agents(mailer)
    assert "+39 ••• ••67 <g•••@•••>" in letter.text
    assert letter.subject == "Call g•••@•••"


async def test_whom_the_agent_brings_along_is_not_told_either(
    anna: Agent, ben: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    meeting = await books(await target_of(anna), by=acting(anna))
    await lives(meeting, anna, ben, clock=clock, jobs=jobs)
    letters = mailer.sent_to(TOM)
    assert len(letters) >= 4
    for letter in letters:
        assert GRACE not in everything(letter), letter.subject
        assert f"mailto:{TOM}" in everything(letter)


async def test_guests_and_those_who_may_know_are_told_as_ever(
    anna: Agent, ben: Agent, jobs: Jobs, mailer: FakeMailer
) -> None:
    sue = await an_agent(await anna.organization, "Sue", role=Role.SUPERVISOR)
    await books(await target_of(sue))
    await jobs.run()
    [to_sue] = to_agents(mailer)
    for letter in (to_sue, *mailer.sent_to(GRACE)):
        assert f"mailto:{GRACE}" in everything(letter) and f"mailto:{TOM}" in everything(letter)
    assert GRACE in to_sue.text


async def test_where_nothing_is_masked_those_who_are_brought_along_see_who_comes(
    anna: Agent, jobs: Jobs, mailer: FakeMailer
) -> None:
    await books(await target_of(anna))
    await jobs.run()
    for address in ("anna@acme.example", TOM):
        [letter] = mailer.sent_to(address)
        assert f"mailto:{GRACE}" in everything(letter)
