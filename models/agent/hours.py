"""An agent's hours: the week template, and the dates that differ from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any

from tortoise import fields

from errors import Invalid, NotFound
from models.agent.agent import Agent
from models.agent.template import DayTemplate
from models.base import Owned
from models.organization.office import Office
from models.organization.subject import Subject
from models.transactions import transaction
from scheduling.hours import Scope, WeeklyWindow, Window

MOST_DAILY_WINDOWS = 24
MOST_WEEKLY_WINDOWS = 7 * MOST_DAILY_WINDOWS

Stored = Mapping[str, Any]


class DateOverride(Owned):
    """The hours of one date in the agent's zone, instead of the week template's: the template's, where there is one,
    else its own. No windows: a day off."""

    agent: fields.ForeignKeyRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, on_delete=fields.CASCADE
    )
    agent_id: int
    date = fields.DateField()
    template: fields.ForeignKeyNullableRelation[DayTemplate] = fields.ForeignKeyField(
        "frontdesk.DayTemplate", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    template_id: int | None
    windows = fields.JSONField[Sequence[dict[str, Any]]](default=list)

    class Meta:
        table = "date_override"
        unique_together = (("agent_id", "date"),)


async def set_week_template(agent: Agent, week: Sequence[WeeklyWindow]) -> Agent:
    """Replace the agent's usual week; booked meetings stay.

    Refuses Invalid (the same window twice, or too many) and NotFound offices and subjects.
    """
    _check_windows(week, most=MOST_WEEKLY_WINDOWS)
    await _check_scopes(agent, (one.window for one in week))
    async with transaction():
        await Agent.filter(id=agent.id).update(
            week=[{"weekday": one.weekday, **_stored(one.window)} for one in week]
        )
    return await Agent.get(id=agent.id)


async def set_date_override(agent: Agent, day: date, hours: Sequence[Window] | None) -> Agent:
    """Give one date hours of its own (none: a day off), or, with None, the week template's again.

    Refuses Invalid (the same window twice, or too many) and NotFound offices and subjects.
    """
    _check_windows(hours or (), most=MOST_DAILY_WINDOWS)
    await _check_scopes(agent, hours or ())
    async with transaction():
        if hours is None:
            await DateOverride.filter(agent_id=agent.id, date=day).delete()
        else:
            override = DateOverride(
                organization_id=agent.organization_id,
                agent_id=agent.id,
                date=day,
                windows=[_stored(one) for one in hours],
            )
            # One statement, so that of two at the same time the later one holds.
            await DateOverride.bulk_create(
                [override], on_conflict=["agent_id", "date"], update_fields=["windows"]
            )
    return agent


def weekly_windows(agent: Agent) -> tuple[WeeklyWindow, ...]:
    return tuple(WeeklyWindow(one["weekday"], _window(one)) for one in agent.week)


def windows(stored: Iterable[Stored]) -> tuple[Window, ...]:
    return tuple(_window(one) for one in stored)


def _stored(window: Window) -> dict[str, Any]:
    scope = window.scope
    return {
        "start": window.start.isoformat("minutes"),
        "end": window.end.isoformat("minutes"),
        "office": scope.office,
        "subjects": sorted(scope.subjects) if scope.subjects is not None else None,
        "meeting_types": sorted(scope.meeting_types) if scope.meeting_types is not None else None,
    }


def _window(stored: Stored) -> Window:
    subjects, meeting_types = stored["subjects"], stored["meeting_types"]
    return Window(
        start=time.fromisoformat(stored["start"]),
        end=time.fromisoformat(stored["end"]),
        scope=Scope(
            office=stored["office"],
            subjects=frozenset(subjects) if subjects is not None else None,
            meeting_types=frozenset(meeting_types) if meeting_types is not None else None,
        ),
    )


def _check_windows(hours: Sequence[Window | WeeklyWindow], *, most: int) -> None:
    if len(hours) > most:
        raise Invalid(f"There are at most {most} windows.", field=("windows",))
    for index, window in enumerate(hours):
        if window in hours[:index]:
            raise Invalid("This window is given twice.", field=("windows", str(index)))


async def _check_scopes(agent: Agent, hours: Iterable[Window]) -> None:
    scopes = [window.scope for window in hours]
    offices = {scope.office for scope in scopes if scope.office is not None}
    subjects = {subject for scope in scopes for subject in scope.subjects or ()}
    owned = {"organization_id": agent.organization_id}
    if await Office.filter(**owned, id__in=list(offices)).count() != len(offices):
        raise NotFound("There is no such office.", field=("windows",))
    if await Subject.filter(**owned, id__in=list(subjects)).count() != len(subjects):
        raise NotFound("There is no such subject.", field=("windows",))
