"""What is set of an agent is changed: whether and in which role they work, and how they can be planned."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Unpack

from errors import Invalid, NotAllowed, NotFound
from models.actor import AgentActor
from models.agent.administrators import check_bounds, check_others, hold_rights
from models.agent.agent import Agent
from models.agent.describing import AgentFields, checked, place, teach
from models.agent.session import Session
from models.audit.auditing import audit, values_of
from models.editing import lock, save, unique
from models.organization.authority import Authority, authority_of
from models.queueing.later import flow_later
from models.transactions import Transaction, transaction
from models.words import Role

_RIGHTS = {"role", "is_active"}
"""What decides what an agent may do, or whether at all."""
_QUEUED = {"is_active", "conversation_capacity", "languages"}
"""What decides whether conversations that wait are offered to them."""
_ADMINISTRATORS_OWN = ("role", "email")
"""What could make a manager, or their friend, an administrator."""
NOT_IN_PERSON = "Only administrators who have signed in themselves make administrators, and change them."
EMAIL_TAKEN, SLUG_TAKEN = "Another agent has this e-mail address.", "Another agent has this slug."


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
    The sessions of one who is no longer active end at once.

    Refuses NotAllowed (also for administrators, to anybody else; for those of other offices, and for offices
    themselves, to a manager of some; for roles and addresses, to all but administrators; for the role of an
    administrator, also to API keys), NotFound, Stale, and Invalid: also what would leave the organization without an
    administrator, or a manager of offices with none.
    """
    authority = await authority_of(actor)
    columns = checked(fields)
    with (
        unique(EMAIL_TAKEN, field=("email",), column="email"),
        unique(SLUG_TAKEN, field=("slug",), column="slug"),
    ):
        async with transaction() as tx:
            if not _RIGHTS.isdisjoint(columns) or offices is not None:
                await hold_rights(tx, actor.organization_id)
            agent = await lock_agent(agent_id, authority, expected_version=expected_version)
            _check_fields(authority, agent, columns, moves=offices is not None)
            before = values_of(agent, columns)
            await _check_rights(agent, columns, offices=offices, actor=actor)
            agent.update_from_dict(columns)
            await save(agent, *columns)
            await _end_work(tx, agent)
            if not _QUEUED.isdisjoint(columns):
                await flow_later(tx, agent_id=agent.id)
            left, entered = await place(agent, offices)
            known, learned = await teach(agent, expertise)
            before |= {"offices": left, "expertise": known}
            after = {**columns, "offices": entered, "expertise": learned}
            await audit(tx, "updateAgent", agent, actor=actor, before=before, after=after)
    return agent


async def lock_agent(agent_id: int, authority: Authority, *, expected_version: int | None) -> Agent:
    """The agent, held until the transaction ends, whom the actor may change; refuses NotFound, Stale, NotAllowed."""
    agent = await lock(
        Agent.of(authority.actor.organization_id).filter(id=agent_id),
        expected_version=expected_version,
        missing=NotFound("There is no such agent.", field=("agentId",)),
    )
    if agent.role is Role.ADMINISTRATOR and not authority.actor.administers_in_person:
        raise NotAllowed(NOT_IN_PERSON)
    await authority.over_agents([agent.id])
    return agent


def _check_fields(authority: Authority, agent: Agent, columns: Mapping[str, Any], *, moves: bool) -> None:
    if moves:
        authority.over_organization()
    if columns.get("role") is Role.ADMINISTRATOR and not authority.actor.administers_in_person:
        raise NotAllowed(NOT_IN_PERSON, field=("role",))
    if authority.actor.agent.role is Role.ADMINISTRATOR:
        return
    for name in _ADMINISTRATORS_OWN:
        if columns.get(name, getattr(agent, name)) != getattr(agent, name):
            raise NotAllowed("Only administrators change this.", field=(name,))


async def _check_rights(
    agent: Agent, columns: Mapping[str, Any], *, offices: Collection[int] | None, actor: AgentActor
) -> None:
    if columns.get("is_active") is False and agent.id == actor.agent.id:
        raise Invalid("Let somebody else end your own work.", field=("isActive",))
    demoted = columns.get("role", Role.ADMINISTRATOR) is not Role.ADMINISTRATOR
    if demoted or columns.get("is_active") is False:
        await check_others(agent)
    if offices is not None and not offices and columns.get("role", agent.role) is Role.MANAGER:
        await check_bounds(agent)


async def _end_work(tx: Transaction, agent: Agent) -> None:
    if not agent.is_active:
        await Session.end_all(tx, agent.id)
