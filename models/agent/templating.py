"""Day templates are made, changed and taken away; the dates that have one follow it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from errors import Invalid, NotFound
from models import input
from models.actor import AgentActor
from models.agent.agent import Agent
from models.agent.checking import check_scopes, check_windows
from models.agent.hours import MOST_DAILY_WINDOWS, DateOverride
from models.agent.template import UNAVAILABLE, DayTemplate
from models.audit.auditing import audit, change, everything_of
from models.editing import lock, unique
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.transactions import transaction
from models.windows import stored
from scheduling.hours import Window

MOST_TEMPLATES = 50
_TAKEN = "Another template of the agent has this name."


async def create_day_template(
    agent: Agent,
    *,
    name: str,
    hours: Sequence[Window],
    once: Once | None = None,
    actor: AgentActor | None = None,
) -> DayTemplate:
    """Name hours for the agent's dates; none are a day off. Without an actor, the system does it.

    Refuses Invalid (a name that there is, the same window twice, too many windows or templates) and NotFound offices
    and subjects.
    """
    name = _name(name)
    await _check(agent.organization_id, hours)
    with unique(_TAKEN, field=("name",)):
        async with transaction() as tx:
            if (earlier := await earlier_outcome(tx, once)) is not None:
                return await _still_there(earlier)
            # The agent's row is the turnstile: of two that would both be the last one, the second sees the first.
            await Agent.filter(id=agent.id).select_for_update(no_key=True).get()
            if await DayTemplate.filter(agent_id=agent.id).count() >= MOST_TEMPLATES:
                raise Invalid(f"An agent has at most {MOST_TEMPLATES} day templates.")
            columns = {"name": name, "windows": [stored(one) for one in hours], "agent_id": agent.id}
            template = await DayTemplate.create(organization_id=agent.organization_id, **columns)
            await audit(tx, "createDayTemplate", template, actor=actor, after=columns)
            await remember_outcome(tx, once, template.id)
    return template


async def update_day_template(
    template: DayTemplate,
    *,
    expected_version: int | None = None,
    name: str | None = None,
    hours: Sequence[Window] | None = None,
    actor: AgentActor | None = None,
) -> DayTemplate:
    """Give the template another name or other hours, which hold on every date that has it.

    Refuses NotFound, Stale, and Invalid as for a new one.
    """
    columns: dict[str, Any] = {} if name is None else {"name": _name(name)}
    if hours is not None:
        await _check(template.organization_id, hours)
        columns["windows"] = [stored(one) for one in hours]
    with unique(_TAKEN, field=("name",)):
        async with transaction() as tx:
            template = await _lock(template, expected_version=expected_version)
            await change(tx, template, columns, action="updateDayTemplate", actor=actor)
    return template


async def delete_day_template(
    template: DayTemplate, *, expected_version: int | None = None, actor: AgentActor | None = None
) -> None:
    """Take the template away; the dates that had it keep its hours as their own. Refuses NotFound and Stale."""
    async with transaction() as tx:
        template = await _lock(template, expected_version=expected_version)
        await audit(tx, "deleteDayTemplate", template, actor=actor, before=everything_of(template))
        dates = DateOverride.filter(template_id=template.id)
        await dates.update(template_id=None, windows=template.windows)
        await template.delete()


async def _lock(template: DayTemplate, *, expected_version: int | None) -> DayTemplate:
    return await lock(
        DayTemplate.filter(id=template.id),
        expected_version=expected_version,
        missing=NotFound("There is no such day template.", field=("templateId",)),
    )


async def _still_there(template_id: int) -> DayTemplate:
    template = await DayTemplate.get_or_none(id=template_id)
    if template is None:
        raise NotFound("The template has been deleted since.", field=("idempotencyKey",))
    return template


async def _check(organization_id: int, hours: Sequence[Window]) -> None:
    check_windows(hours, most=MOST_DAILY_WINDOWS)
    await check_scopes(organization_id, hours)


def _name(name: str) -> str:
    name = input.line(name, field=("name",))
    if name.casefold() == UNAVAILABLE.name.casefold():
        raise Invalid("This is the name of the built-in template.", field=("name",))
    return name
