"""Letters come from whom the settings of that moment say."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis.strategies import emails
from icalendar import Calendar

from errors import Invalid
from models.agent.agent import Agent
from models.organization.bounds import settled
from models.organization.settings import Settings
from models.organization.settling import update_settings
from models.words import Role
from providers.mail.fake import FakeMailer
from providers.mail.mailbox import Mailbox
from tests.builders import Clock, acting, an_agent
from tests.jobs.conftest import Jobs, books

SET = {"mail_from": "desk@acme.example", "mail_reply_to": "help@acme.example", "mail_sender_name": "The desk"}


async def test_the_sender_and_where_answers_go_are_those_that_are_set(
    anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    ada = acting(await an_agent(await anna.organization, "Ada", role=Role.ADMINISTRATOR))
    await books(anna, clock() + timedelta(hours=2), now=clock())
    await update_settings(SET, actor=ada, now=clock())
    await jobs.run()
    assert len(mailer.outbox) == 2
    for letter in mailer.outbox:
        assert letter.sender == Mailbox(name="The desk", address="desk@acme.example")
        assert letter.reply_to is not None
        assert letter.reply_to.address == "help@acme.example"
        assert letter.calendar is not None
        [event] = Calendar.from_ical(letter.calendar.content).walk("VEVENT")
        assert str(event["ORGANIZER"]).lower() == "mailto:desk@acme.example"


@given(mail_from=emails())
def test_whatever_address_is_taken_letters_can_come_from(mail_from: str) -> None:
    try:
        address = settled(Settings(), {"mail_from": mail_from}).mail_from
    except Invalid:
        return
    assert not Mailbox(name="", address=address).needs_utf8


async def test_until_they_are_set_letters_come_in_the_organizations_name(
    anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    await books(anna, clock() + timedelta(hours=2), now=clock())
    await jobs.run()
    assert {letter.sender for letter in mailer.outbox} == {Mailbox(name="Acme", address="frontdesk@localhost")}
    assert {letter.reply_to for letter in mailer.outbox} == {None}
