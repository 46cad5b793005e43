"""Agents, their hours and their calendars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated

import strawberry

from errors import BadRequest, Forbidden, NotAllowed, NotFound
from models.actor import AgentActor, GuestActor
from models.agent import hours
from models.agent.agent import Agent
from models.calendar.connection import CalendarConnection
from models.link import ScheduleLink
from models.organization.office import Office
from models.organization.service import Service
from models.organization.subject import Subject
from models.words import MeetingType, Role, Weekday
from resolvers import ids
from resolvers.context import Info
from resolvers.payloads import Payload, refusals_as_values
from scheduling.hours import Dates, Scope, WeeklyWindow, Window
from schema.inputs.scheduling import SetDateOverrideInput, SetWeekTemplateInput, WindowInput

_WEEKDAYS = tuple(Weekday)
_PLANNERS = (Role.ADMINISTRATOR, Role.MANAGER, Role.BOOKING_MANAGER)


async def email(info: Info, root: Agent) -> str:
    """For colleagues, and for the guests whom the agent meets; on a public page it would be harvested."""
    actor = info.context.actor
    if isinstance(actor, AgentActor):
        return for_colleagues(info, root).email
    if isinstance(actor, GuestActor):
        met = await info.context.loaders.agents_of_meeting.load(actor.meeting_id)
        if root.id in {agent.id for agent in met}:
            return root.email
    raise Forbidden("Agents' addresses are not public.")


def for_colleagues(info: Info, root: Agent) -> Agent:
    """The agent, to be told more of; refuses Forbidden to anybody but the organization's agents."""
    if not is_colleague(info, root.organization_id):
        raise Forbidden("Only colleagues see this.")
    return root


def is_colleague(info: Info, organization_id: int) -> bool:
    """Whether an agent of that organization is asking."""
    actor = info.context.actor
    return isinstance(actor, AgentActor) and actor.organization_id == organization_id


def role(info: Info, root: Agent) -> Role:
    return for_colleagues(info, root).role


def is_active(info: Info, root: Agent) -> bool:
    return for_colleagues(info, root).is_active


def online_planning(info: Info, root: Agent) -> bool:
    return for_colleagues(info, root).online_planning


async def offices(info: Info, root: Agent) -> list[Office]:
    return await info.context.loaders.offices_of_agent.load(for_colleagues(info, root).id)


async def services(info: Info, root: Agent) -> list[Service]:
    return await info.context.loaders.services_of_agent.load(for_colleagues(info, root).id)


async def expertise(info: Info, root: Agent) -> list[Subject]:
    return await info.context.loaders.expertise_of_agent.load(for_colleagues(info, root).id)


async def open_conversation_count(info: Info, root: Agent) -> int:
    return await info.context.loaders.open_conversations_of_agent.load(for_colleagues(info, root).id)


async def schedule_links(info: Info, root: Agent) -> list[ScheduleLink]:
    return await info.context.loaders.links_of_agent.load(for_colleagues(info, root).id)


async def calendar_connections(info: Info, root: Agent) -> list[CalendarConnection]:
    """One's own; to colleagues, whoever they are, somebody's calendars are private, down to their names."""
    if for_colleagues(info, root).id != info.context.agent().agent.id:
        return []
    return await info.context.loaders.calendars_of_agent.load(root.id)


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """A window as the contract shows it; `weekday` only in a week template."""

    start: time
    end: time
    scope: Scope
    weekday: Weekday | None = None

    @property
    def meeting_types(self) -> list[MeetingType] | None:
        types = self.scope.meeting_types
        return None if types is None else [MeetingType(one) for one in sorted(types)]


@dataclass(frozen=True, slots=True)
class OverriddenDate:
    date: date
    windows: Sequence[OpenWindow]


def week_template(info: Info, root: Agent) -> list[OpenWindow]:
    return [
        OpenWindow(one.window.start, one.window.end, one.window.scope, _WEEKDAYS[one.weekday])
        for one in hours.weekly_windows(for_colleagues(info, root))
    ]


async def date_overrides(
    info: Info, root: Agent, from_: Annotated[date, strawberry.argument(name="from")], to: date
) -> list[OverriddenDate]:
    if to < from_:
        raise BadRequest("The range ends before it begins.")
    wanted = for_colleagues(info, root).id, Dates(from_, to)
    return [
        OverriddenDate(row.date, [OpenWindow(w.start, w.end, w.scope) for w in row.hours])
        for row in await info.context.loaders.overrides_of_agent.load(wanted)
    ]


async def office_of_window(info: Info, root: OpenWindow) -> Office | None:
    return None if root.scope.office is None else await info.context.loaders.offices.load(root.scope.office)


async def subjects_of_window(info: Info, root: OpenWindow) -> list[Subject | None] | None:
    subjects = root.scope.subjects
    return None if subjects is None else await info.context.loaders.subjects.load_many(sorted(subjects))


@refusals_as_values
async def set_week_template(info: Info, input: SetWeekTemplateInput) -> Payload:
    agent = await _own_hours(info, input.agent_id)
    windows = _windows(one.window for one in input.windows)
    days = (_WEEKDAYS.index(one.weekday) for one in input.windows)
    week = [WeeklyWindow(day, window) for day, window in zip(days, windows, strict=True)]
    return Payload(agent=await hours.set_week_template(agent, week))


@refusals_as_values
async def set_date_override(info: Info, input: SetDateOverrideInput) -> Payload:
    agent = await _own_hours(info, input.agent_id)
    windows = None if input.windows is None else _windows(input.windows)
    return Payload(agent=await hours.set_date_override(agent, input.date, windows))


async def colleague(info: Info, agent_id: str) -> Agent:
    """The agent of the viewer's organization whose id this is; refuses NotFound."""
    key = ids.decode(agent_id, "Agent", field=("agentId",))
    found = await Agent.get_or_none(id=key, organization_id=info.context.agent().organization_id)
    if found is None:
        raise NotFound("There is no such agent.", field=("agentId",))
    return found


async def _own_hours(info: Info, agent_id: str) -> Agent:
    """The agent whose hours the viewer may set: their own, or, for those who plan, any colleague's."""
    actor, agent = info.context.agent(), await colleague(info, agent_id)
    if agent.id != actor.agent.id and actor.agent.role not in _PLANNERS:
        raise NotAllowed("Your role does not set the hours of others.")
    return agent


def _windows(inputs: Iterable[WindowInput]) -> list[Window]:
    return [_window(one, place=("windows", str(index))) for index, one in enumerate(inputs)]


def _window(input: WindowInput, *, place: tuple[str, ...]) -> Window:
    subjects, types = input.subject_ids, input.meeting_types
    return Window(
        start=input.start,
        end=input.end,
        scope=Scope(
            office=ids.decode_some(input.office_id, "Office", field=(*place, "officeId")),
            subjects=None
            if subjects is None
            else frozenset(ids.decode(one, "Subject", field=(*place, "subjectIds")) for one in subjects),
            meeting_types=None if types is None else frozenset(one.value for one in types),
        ),
    )
