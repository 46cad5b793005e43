"""Agents' hours: the week template, the dates that differ from it, and what is sent to change them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated

import strawberry

from errors import BadRequest
from models.agent import hours
from models.agent.agent import Agent
from models.agent.hours import DateOverride
from models.agent.template import UNAVAILABLE, BuiltIn, DayTemplate
from models.organization.authority import check_plans
from models.organization.office import Office
from models.organization.subject import Subject
from models.words import MeetingType, Weekday
from resolvers import ids
from resolvers.agents import colleague, for_colleagues
from resolvers.context import Info
from resolvers.payloads import Payload, refusals_as_values
from scheduling.hours import Dates, Scope, WeeklyWindow, Window
from schema.inputs.hours import SetDateOverrideInput, SetWeekTemplateInput, WeeklyWindowInput, WindowInput

_WEEKDAYS = tuple(Weekday)


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
    """A date with the hours that hold on it; without any, and without a template, it has the built-in one."""

    date: date
    template: DayTemplate | BuiltIn | None
    windows: Sequence[OpenWindow]

    @classmethod
    def of(cls, row: DateOverride) -> OverriddenDate:
        template = None if row.template_id is None else row.template
        return cls(row.date, template if row.windows or template else UNAVAILABLE, shown(row.hours))


def shown(windows: Iterable[Window]) -> list[OpenWindow]:
    return [OpenWindow(one.start, one.end, one.scope) for one in windows]


def shown_week(week: Iterable[WeeklyWindow]) -> list[OpenWindow]:
    return [
        OpenWindow(one.window.start, one.window.end, one.window.scope, _WEEKDAYS[one.weekday]) for one in week
    ]


def week_template(info: Info, root: Agent) -> list[OpenWindow]:
    return shown_week(hours.weekly_windows(for_colleagues(info, root)))


async def date_overrides(
    info: Info, root: Agent, from_: Annotated[date, strawberry.argument(name="from")], to: date
) -> list[OverriddenDate]:
    if to < from_:
        raise BadRequest("The range ends before it begins.")
    wanted = for_colleagues(info, root).id, Dates(from_, to)
    return [OverriddenDate.of(row) for row in await info.context.loaders.overrides_of_agent.load(wanted)]


async def office_of_window(info: Info, root: OpenWindow) -> Office | None:
    return None if root.scope.office is None else await info.context.loaders.offices.load(root.scope.office)


async def subjects_of_window(info: Info, root: OpenWindow) -> list[Subject | None] | None:
    subjects = root.scope.subjects
    return None if subjects is None else await info.context.loaders.subjects.load_many(sorted(subjects))


@refusals_as_values
async def set_week_template(info: Info, input: SetWeekTemplateInput) -> Payload:
    agent = await whose_hours(info, input.agent_id)
    return Payload(
        agent=await hours.set_week_template(agent, week_of(input.windows), actor=info.context.agent())
    )


@refusals_as_values
async def set_date_override(info: Info, input: SetDateOverrideInput) -> Payload:
    agent = await whose_hours(info, input.agent_id)
    template = ids.decode_some(input.template_id, "DayTemplate", field=("templateId",))
    windows = None if input.windows is None else windows_of(input.windows)
    if template == UNAVAILABLE.id and windows is None:
        template, windows = None, []
    return Payload(
        agent=await hours.set_date_override(
            agent, input.date, windows, template_id=template, actor=info.context.agent()
        )
    )


async def whose_hours(info: Info, agent_id: str) -> Agent:
    """The agent whose hours the viewer may set; refuses NotFound and NotAllowed."""
    agent = await colleague(info, agent_id)
    await check_sets_hours(info, agent)
    return agent


async def check_sets_hours(info: Info, agent: Agent) -> None:
    """An agent's hours are set by themselves and by those who plan; refuses NotAllowed to anybody else."""
    await check_plans(info.context.agent(), agent.id, refusal="Your role does not set the hours of others.")


def week_of(inputs: Sequence[WeeklyWindowInput], *, field: str = "windows") -> list[WeeklyWindow]:
    return [
        WeeklyWindow(_WEEKDAYS.index(one.weekday), _window(one.window, place=(field, str(index))))
        for index, one in enumerate(inputs)
    ]


def windows_of(inputs: Iterable[WindowInput]) -> list[Window]:
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
