"""Links that offer times, and what becomes of those."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from errors import Refused
from models.actor import AgentActor, Public
from models.agent.agent import Agent
from models.availability.engine import Request, ask_engine
from models.availability.linking import create_link
from models.availability.target import Named, Target, find_target
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from scheduling.hours import Dates
from tests.builders import acting
from tests.models.meeting.holding import NINE, NOW, use

HOUR = timedelta(hours=1)
NOON = NINE + 3 * HOUR
ROME = ZoneInfo("Europe/Rome")
TODAY = NOW.date()
MORNING = (NINE, NINE + HOUR, NINE + 2 * HOUR)


async def offers(
    agent: Agent,
    *times: datetime,
    actor: AgentActor | None = None,
    now: datetime = NOW,
    **fields: Any,
) -> ScheduleLink:
    """A link of the agent that offers the times, made by the agent."""
    return await create_link(
        actor=actor or acting(agent), now=now, agent_id=agent.id, offered_times=times or MORNING, **fields
    )


async def through(link: ScheduleLink, *, now: datetime = NOW, query: str = "", **named: Any) -> Target:
    """What one finds by the link's address."""
    organization = await Organization.get(id=link.organization_id)
    address = f"{organization.slug}/{link.slug}{query}"
    return await find_target(Named(link=address, **named), actor=Public(), now=now)


async def try_through(link: ScheduleLink, start: datetime, *, name: str = "Grace", now: datetime = NOW) -> Any:
    """Book through the link, as who comes to its address: a meeting, or the refusal."""
    try:
        return await use(await through(link, now=now), start, name=name, now=now)
    except Refused as refused:
        return refused


async def starts(target: Target, *, now: datetime = NOW, day: date = TODAY) -> Sequence[datetime]:
    """The slots of a day, as the public sees them in Rome."""
    answer = await ask_engine(Request(target=target, guest_zone=ROME, actor=Public()), now=now)
    return [slot.start for one in answer.availability.days(Dates(day, day)) for slot in one.slots]


async def booked() -> list[datetime]:
    return [meeting.start for meeting in await Meeting.all().order_by("start")]
