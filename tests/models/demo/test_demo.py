"""The demo organization is what the README promises, on whatever day it is loaded."""

from datetime import UTC, datetime, timedelta

import pytest

from models.agent.agent import Agent
from models.agent.hours import DateOverride
from models.agent.session import Session
from models.agent.template import DayTemplate
from models.claim import Claim
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.demo import PASSWORD, SIGN_INS, load_demo
from models.keyring import Keyring
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.service import Service
from models.organization.subject import Subject
from tests.builders import MONDAY, Clock

PEOPLE = (Organization, Office, Subject, Agent, Service, ScheduleLink)
PLANS = (PlanningRule, DayTemplate, DateOverride)
TABLES = (*PEOPLE, *PLANS, Meeting, Conversation, Message, Claim)


async def test_everybody_on_the_screen_can_sign_in(db: None, clock: Clock, keys: Keyring) -> None:
    await load_demo(now=clock())
    for email in SIGN_INS:
        tokens = await Session.sign_in("acme", email, PASSWORD, keys=keys, now=clock())
        assert tokens.agent.email == email


async def test_each_agent_works_from_nine_to_five_of_their_own_zone(db: None, clock: Clock) -> None:
    await load_demo(now=clock())
    agents = {agent.name: agent for agent in await Agent.filter(online_planning=True)}
    assert {name: agent.time_zone for name, agent in agents.items()} == {
        "Anna": "Europe/Rome",
        "Ben": "America/New_York",
        "Chandra": "Asia/Kolkata",
    }
    for agent in agents.values():
        hours = {(window["weekday"], window["start"], window["end"]) for window in agent.week}
        assert hours == {(weekday, "09:00", "17:00") for weekday in range(5)}


async def test_support_shares_its_bookings_among_all_three(db: None, clock: Clock) -> None:
    await load_demo(now=clock())
    link = await ScheduleLink.get(slug="support").prefetch_related("service")
    assert link.service is not None
    assert [member.agent.name for member in await link.service.members()] == ["Anna", "Ben", "Chandra"]


async def test_there_are_two_offices_and_three_subjects_in_which_every_agent_is_expert(
    db: None, clock: Clock
) -> None:
    await load_demo(now=clock())
    assert await Office.all().count() == 2
    assert await Subject.all().count() == 3
    for agent in await Agent.filter(online_planning=True).prefetch_related("expertise"):
        assert len(agent.expertise) == 3


async def test_the_first_subject_is_met_by_video_and_with_anna_in_rome(db: None, clock: Clock) -> None:
    await load_demo(now=clock())
    rules = (
        await PlanningRule.all().order_by("id").select_related("office", "subject").prefetch_related("agents")
    )
    assert {rule.subject.name for rule in rules} == {"Getting started"}
    shown = [
        (rule.meeting_type.value, rule.office and rule.office.name, [agent.name for agent in rule.agents])
        for rule in rules
    ]
    assert shown == [("VIDEO", None, []), ("OFFICE", None, []), ("OFFICE", "Rome", ["Anna"])]


@pytest.mark.parametrize("days", range(7))
async def test_anna_works_half_of_a_friday_to_come(db: None, days: int) -> None:
    now = MONDAY + timedelta(days=days)
    await load_demo(now=now)
    override = await DateOverride.get().select_related("template", "agent")
    assert (override.agent.name, override.template and override.template.name) == ("Anna", "Half a day")
    assert override.date.weekday() == 4
    assert timedelta(days=7) <= override.date - now.date() < timedelta(days=14)


@pytest.mark.parametrize("days", range(7))
async def test_meetings_lie_ahead_on_whatever_weekday_it_is_loaded(db: None, days: int) -> None:
    now = MONDAY + timedelta(days=days, hours=13, minutes=17)
    await load_demo(now=now)
    meetings = await Meeting.all()
    assert len(meetings) == 4
    assert all(meeting.start > now and meeting.start.weekday() < 5 for meeting in meetings)


async def test_it_can_be_loaded_in_the_weeks_when_the_clocks_change(db: None) -> None:
    assert await load_demo(now=datetime(2027, 3, 12, 23, 30, tzinfo=UTC))


async def test_a_second_loading_changes_nothing(db: None, clock: Clock) -> None:
    assert await load_demo(now=clock())
    before = [await table.all().order_by("id").values() for table in TABLES]
    assert not await load_demo(now=clock.advance(days=3))
    assert [await table.all().order_by("id").values() for table in TABLES] == before
