"""What is set of an agent so that they can be planned: whether, where, on what and in which languages they meet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypedDict, Unpack

from tortoise.fields import ManyToManyRelation
from tortoise.queryset import QuerySet

from errors import Invalid, NotAllowed, NotFound
from models import input
from models.actor import AgentActor
from models.agent.agent import Agent
from models.audit.auditing import audit, named, values_of
from models.editing import all_of, lock, save
from models.organization.authority import Authority, authority_of
from models.organization.office import Office
from models.organization.subject import Subject
from models.transactions import transaction
from models.words import Role

_Replaced = tuple[list[dict[str, Any]] | None, list[dict[str, Any]] | None]


class AgentFields(TypedDict, total=False):
    """What is set of an agent; what is not given stays."""

    is_active: bool
    online_planning: bool
    languages: Sequence[str]
    time_zone: str


async def update_agent(
    agent_id: int,
    *,
    actor: AgentActor,
    expected_version: int | None = None,
    offices: Collection[int] | None = None,
    expertise: Collection[int] | None = None,
    **fields: Unpack[AgentFields],
) -> Agent:
    """Change what is given of the agent; booked meetings stay. `offices` and `expertise`, by their ids, are replaced.

    Refuses NotAllowed (also for administrators, to anybody else; for those of other offices, and for offices
    themselves, to a manager of some), NotFound, Stale, and Invalid.
    """
    authority = await authority_of(actor)
    columns = _checked(fields)
    async with transaction() as tx:
        agent = await lock(
            Agent.of(actor.organization_id).filter(id=agent_id),
            expected_version=expected_version,
            missing=NotFound("There is no such agent.", field=("agentId",)),
        )
        await _check_authority(authority, agent, moves=offices is not None)
        if agent.id == actor.agent.id and columns.get("is_active") is False:
            raise Invalid("Let somebody else end your own work.", field=("isActive",))
        before = values_of(agent, columns)
        agent.update_from_dict(columns)
        await save(agent, *columns)
        left, entered = await _place(agent, offices)
        known, learned = await _teach(agent, expertise)
        before |= {"offices": left, "expertise": known}
        after = {**columns, "offices": entered, "expertise": learned}
        await audit(tx, "updateAgent", agent, actor=actor, before=before, after=after)
    return agent


async def _check_authority(authority: Authority, agent: Agent, *, moves: bool) -> None:
    if agent.role is Role.ADMINISTRATOR and authority.actor.agent.role is not Role.ADMINISTRATOR:
        raise NotAllowed("Only administrators change an administrator.")
    if authority.offices is None:
        return
    if moves:
        authority.over_organization()
    await authority.over_agents([agent.id])


async def _place(agent: Agent, offices: Collection[int] | None) -> _Replaced:
    own = Office.of(agent.organization_id)
    missing = NotFound("There is no such office.", field=("officeIds",))
    return await _replace(agent.offices, own, offices, missing=missing)


async def _teach(agent: Agent, expertise: Collection[int] | None) -> _Replaced:
    own = Subject.of(agent.organization_id)
    missing = NotFound("There is no such subject.", field=("expertiseIds",))
    return await _replace(agent.expertise, own, expertise, missing=missing)


async def _replace(
    relation: ManyToManyRelation[Any], own: QuerySet[Any], ids: Collection[int] | None, *, missing: NotFound
) -> _Replaced:
    """Have the relation be with these rows and no others; None leaves it as it is. Returns what the audit is told of
    it, before and after."""
    if ids is None:
        return None, None
    found = await all_of(own, ids, missing=missing)
    former = named(await relation.all())
    await relation.clear()
    await relation.add(*found)
    return former, named(found)


def _checked(fields: AgentFields) -> dict[str, Any]:
    """The fields as they are kept."""
    columns: dict[str, Any] = {**fields}
    if "languages" in fields:
        columns["languages"] = input.languages(fields["languages"], field=("languages",))
    if "time_zone" in fields:
        columns["time_zone"] = input.zone(fields["time_zone"], field=("timeZone",)).key
    return columns
