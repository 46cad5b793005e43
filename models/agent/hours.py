"""An agent's hours: the week template, and the dates that differ from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from tortoise import fields

from errors import Invalid, NotFound
from models.actor import AgentActor
from models.agent.agent import Agent
from models.agent.checking import check_scopes, check_windows
from models.agent.template import DayTemplate
from models.audit.auditing import audit
from models.audit.telling import node
from models.base import Owned
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
        """The windows that hold on this date. `template` must have been loaded, where there is one."""
        template = None if self.template_id is None else self.template
        return windows(self.windows if template is None else template.windows)


async def set_week_template(
    agent: Agent, usual: Sequence[WeeklyWindow], *, actor: AgentActor | None = None
) -> Agent:
    """Replace the agent's usual week; booked meetings stay. Without an actor, the system does it.

    Refuses Invalid (the same window twice, or too many) and NotFound offices and subjects.
    """
    check_windows(usual, most=MOST_WEEKLY_WINDOWS)
    await check_scopes(agent.organization_id, (one.window for one in usual))
    async with transaction() as tx:
        former = (await Agent.filter(id=agent.id).select_for_update(no_key=True).get()).week
        week = stored_week(usual)
        await Agent.filter(id=agent.id).update(week=week)
        await audit(
            tx, "setWeekTemplate", agent, actor=actor, before={"windows": former}, after={"windows": week}
        )
    return await Agent.get(id=agent.id)


async def set_date_override(
    agent: Agent,
    day: date,
    hours: Sequence[Window] | None,
    *,
    template_id: int | None = None,
    actor: AgentActor | None = None,
) -> Agent:
    """Give one date hours of its own (none: a day off) or those of a day template; with neither, the week's again.
    Without an actor, the system does it.

    Refuses Invalid (both, the same window twice, or too many) and NotFound templates, offices and subjects.
    """
    if hours is not None and template_id is not None:
        raise Invalid("Give the date a template or windows, and not both.", field=("templateId",))
    check_windows(hours or (), most=MOST_DAILY_WINDOWS)
    await check_scopes(agent.organization_id, hours or ())
    async with transaction() as tx:
        # Of two at the same time, the second one's `before` is what the first did.
        await Agent.filter(id=agent.id).select_for_update(no_key=True).get()
        known = await DateOverride.filter(agent_id=agent.id, date=day).first()
        if hours is None and template_id is None:
            override = None
            await DateOverride.filter(agent_id=agent.id, date=day).delete()
        else:
            await _hold_template(agent, template_id)
            override = await _put(agent, day, hours or (), template_id=template_id)
        before, after = _told(known), _told(override)
        await audit(tx, "setDateOverride", agent, actor=actor, date=day, before=before, after=after)
    return agent


async def _put(agent: Agent, day: date, hours: Sequence[Window], *, template_id: int | None) -> DateOverride:
    """One statement, so that of two at the same time the later one holds."""
    override = DateOverride(
        organization_id=agent.organization_id,
        agent_id=agent.id,
        date=day,
        template_id=template_id,
        windows=[stored(one) for one in hours],
    )
    await DateOverride.bulk_create(
        [override], on_conflict=["agent_id", "date"], update_fields=["template_id", "windows"]
    )
    return override


def _told(override: DateOverride | None) -> dict[str, Any]:
    """A date's hours for the audit; of one that has the usual ones there are none."""
    if override is None:
        return {"template": None, "windows": None}
    template = None if override.template_id is None else node("DayTemplate", override.template_id)
    return {"template": template, "windows": override.windows}


async def _hold_template(agent: Agent, template_id: int | None) -> None:
    """Keep the template from being deleted until the transaction ends. Refuses NotFound where it has been."""
    if template_id is None:
        return
    held = DayTemplate.filter(id=template_id, agent_id=agent.id).select_for_update(no_key=True)
    if await held.first() is None:
        raise NotFound("There is no such day template.", field=("templateId",))


def weekly_windows(agent: Agent) -> tuple[WeeklyWindow, ...]:
    return week(agent.week)
