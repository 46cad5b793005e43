"""An agent's hours: the week template, and the dates that differ from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from tortoise import fields

from errors import Invalid, NotFound
from models.agent.agent import Agent
from models.agent.template import DayTemplate
from models.base import Owned
from models.organization.office import Office
from models.organization.subject import Subject
from models.transactions import transaction
from models.windows import stored, stored_week, week, windows
from scheduling.hours import WeeklyWindow, Window

MOST_DAILY_WINDOWS = 24
MOST_WEEKLY_WINDOWS = 7 * MOST_DAILY_WINDOWS


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

    @property
    def hours(self) -> tuple[Window, ...]:
        """The windows that hold on this date. `template` must have been loaded."""
        return windows(self.windows if self.template is None else self.template.windows)


async def set_week_template(agent: Agent, usual: Sequence[WeeklyWindow]) -> Agent:
    """Replace the agent's usual week; booked meetings stay.

    Refuses Invalid (the same window twice, or too many) and NotFound offices and subjects.
    """
    _check_windows(usual, most=MOST_WEEKLY_WINDOWS)
    await _check_scopes(agent, (one.window for one in usual))
    async with transaction():
        await Agent.filter(id=agent.id).update(week=stored_week(usual))
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
                windows=[stored(one) for one in hours],
            )
            # One statement, so that of two at the same time the later one holds.
            await DateOverride.bulk_create(
                [override], on_conflict=["agent_id", "date"], update_fields=["windows"]
            )
    return agent


def weekly_windows(agent: Agent) -> tuple[WeeklyWindow, ...]:
    return week(agent.week)


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
