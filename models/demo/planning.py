"""How meetings of the demo organization are planned: an office's hours, a subject's rules, an agent's half day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from models.actor import AgentActor
from models.agent.agent import Agent
from models.agent.hours import set_date_override
from models.agent.templating import create_day_template
from models.demo.organization import Demo
from models.organization.office import Office
from models.organization.opening import Closure, update_office
from models.organization.ruling import Kind, Timing, create_planning_rule
from models.words import MeetingType, Role
from scheduling.hours import WeeklyWindow, Window

_MONDAY_TO_FRIDAY, _FRIDAY = range(5), 4
_OFFICE_HOURS, _HALF_A_DAY = Window(time(8), time(19)), Window(time(9), time(13))


async def plan_meetings(demo: Demo, *, now: datetime) -> None:
    """Set up what the administrator and Anna would; part of a transaction."""
    admin = await Agent.get(organization_id=demo.organization.id, role=Role.ADMINISTRATOR)
    actor = AgentActor(agent=admin, session_id=0, expires_at=now)
    rome = await Office.get(organization_id=demo.organization.id, name="Rome")
    new_year = date(now.year + 1, 1, 1)
    await update_office(
        rome.id,
        actor=actor,
        hours=[WeeklyWindow(day, _OFFICE_HOURS) for day in _MONDAY_TO_FRIDAY],
        closures=[Closure(new_year, new_year, "New Year's Day")],
    )
    await _rules(demo, rome, actor=actor)
    half = await create_day_template(demo.anna, name="Half a day", hours=[_HALF_A_DAY])
    in_a_week = now.date() + timedelta(days=7)
    friday = in_a_week + timedelta(days=(_FRIDAY - in_a_week.weekday()) % 7)
    await set_date_override(demo.anna, friday, None, template_id=half.id)


async def _rules(demo: Demo, rome: Office, *, actor: AgentActor) -> None:
    """The first subject is met by video and, with Anna in Rome, in person."""
    started = demo.subjects[0].id
    await create_planning_rule(
        Kind(started, MeetingType.VIDEO, None), actor=actor, duration_options=[30, 60], slot_interval_minutes=30
    )
    in_person: Timing = {"duration_options": [60], "slot_interval_minutes": 60, "buffer_after_minutes": 15}
    await create_planning_rule(Kind(started, MeetingType.OFFICE, None), actor=actor, **in_person)
    await create_planning_rule(
        Kind(started, MeetingType.OFFICE, rome.id), actor=actor, agents=[demo.anna.id], **in_person
    )
