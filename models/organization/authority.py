"""Who sets up what: by their role and, for a manager who has offices, within those only.

Whoever sets something up asks `authority_of`; whoever plans an agent's time, `check_plans`. For what is done with
meetings and conversations see permission.py.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from errors import NotAllowed
from models.actor import AgentActor
from models.agent.agent import Agent
from models.organization.office import Office
from models.words import Role

PLANNERS = frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.BOOKING_MANAGER})
"""They plan the time of others."""


@dataclass(frozen=True, slots=True)
class Authority:
    """What an actor may set up; `offices` None: everything of the organization."""

    actor: AgentActor
    offices: frozenset[int] | None

    def over_organization(self) -> None:
        """Refuses NotAllowed to whoever sets up some offices only."""
        if self.offices is not None:
            raise NotAllowed("You set up your own offices only.")

    def over_office(self, office_id: int | None) -> None:
        """Refuses NotAllowed for an office that is not the actor's; None is what holds for all offices."""
        if self.offices is not None and office_id not in self.offices:
            raise NotAllowed("You set up your own offices only.")

    async def over_agents(self, agents: Collection[int]) -> None:
        """Refuses NotAllowed where one of the agents works at none of the actor's offices."""
        if self.offices is not None and not set(agents) <= await self.staff(agents):
            raise NotAllowed("You set up the agents of your own offices only.")

    async def staff(self, agents: Collection[int]) -> set[int]:
        """Those of the agents who work at one of the actor's offices."""
        offices = list(self.offices or ())
        found = await Agent.filter(offices__id__in=offices, id__in=list(agents)).only("id")
        return {agent.id for agent in found}


async def authority_of(actor: AgentActor) -> Authority:
    """Refuses NotAllowed to roles that set nothing up."""
    if actor.agent.role is Role.ADMINISTRATOR:
        return Authority(actor, None)
    if actor.agent.role is not Role.MANAGER:
        raise NotAllowed("Your role does not set this up.")
    return Authority(actor, await offices_of(actor))


async def staff_of(actor: AgentActor, agents: Collection[int]) -> set[int]:
    """Those of the organization's agents whom the actor sets up; nobody, for roles that set nothing up."""
    try:
        authority = await authority_of(actor)
    except NotAllowed:
        return set()
    return set(agents) if authority.offices is None else await authority.staff(agents)


async def check_plans(actor: AgentActor, agent_id: int | None, *, refusal: str) -> None:
    """Refuses NotAllowed, in these words, to whoever does not plan the agent's time; None: that of a whole service.

    All plan their own; administrators and booking managers everybody's; a manager too, or that of the agents of their
    offices.
    """
    if agent_id == actor.agent.id:
        return
    if actor.agent.role not in PLANNERS:
        raise NotAllowed(refusal)
    if actor.agent.role is Role.MANAGER:
        authority = await authority_of(actor)
        if agent_id is None:
            authority.over_organization()
        else:
            await authority.over_agents([agent_id])


async def offices_of(actor: AgentActor) -> frozenset[int] | None:
    """To which a manager is bound; None for an agent who has none."""
    offices = await Office.filter(agents__id=actor.agent.id).only("id")
    return frozenset(office.id for office in offices) or None
