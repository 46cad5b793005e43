"""Reminders as everyone is mailed them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.actor import Public
from models.agent.agent import Agent
from models.meeting.booking import book
from models.meeting.meeting import Meeting
from models.meeting.wish import Wish
from providers.mail.fake import FakeMailer
from tests.builders import Clock
from tests.jobs.conftest import GRACE, Jobs, books
from tests.jobs.test_reminders import DAY, HOUR, MINUTE, START, passing
from tests.models.meeting import groups

ANNA = "anna@acme.example"


@pytest.fixture
async def meeting(anna: Agent, jobs: Jobs, clock: Clock) -> Meeting:
    return await books(anna, START, now=clock())


async def test_everyone_is_mailed_each_reminder_once_with_the_time_of_their_own_zone(
    meeting: Meeting, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    await jobs.run()
    mailer.outbox.clear()
    await passing(clock, jobs, until=START + HOUR, step=30 * MINUTE)
    assert sorted(letter.to.address for letter in mailer.outbox) == [ANNA, ANNA, GRACE.email, GRACE.email]
    assert all("10:00" in letter.text for letter in mailer.sent_to(ANNA))
    assert all(
        "09:00" in letter.text and "London" in letter.text for letter in mailer.sent_to(GRACE.email or "")
    )


async def test_guests_of_a_group_meeting_are_reminded_each_in_their_zone_and_those_who_left_are_not(
    anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    yoga = await groups.a_class(anna)
    meeting = await groups.comes(yoga, "Grace", start=START)
    for name, zone in (("Heidi", "America/New_York"), ("Ivan", "Asia/Tokyo")):
        details = replace(groups.guest(name), time_zone=zone)
        await book(Wish(target=yoga, start=START, guest=details), actor=Public(), now=clock())
    await groups.go(meeting, "Ivan")
    await jobs.run()
    mailer.outbox.clear()
    clock.now = START - DAY
    await jobs.run_periodic("meetings.remind")
    sent = {letter.to.address: letter.text for letter in mailer.outbox}
    assert sorted(sent) == [ANNA, "grace@guests.example", "heidi@guests.example"]
    assert len(mailer.outbox) == 3
    assert "10:00" in sent["grace@guests.example"]
    assert "04:00" in sent["heidi@guests.example"]
    assert "Grace" not in sent["heidi@guests.example"]
