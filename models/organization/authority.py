"""Who sets up how meetings are planned: administrators and managers; a manager who has offices, for those only."""

from __future__ import annotations

from dataclasses import dataclass

from errors import NotAllowed
from models.actor import AgentActor
from models.organization.office import Office
from models.words import Role


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


async def authority_of(actor: AgentActor) -> Authority:
    """Refuses NotAllowed to roles that set nothing up."""
    if actor.agent.role is Role.ADMINISTRATOR:
        return Authority(actor, None)
    if actor.agent.role is not Role.MANAGER:
        raise NotAllowed("Your role does not set this up.")
    offices = await Office.filter(agents__id=actor.agent.id).only("id")
    return Authority(actor, frozenset(office.id for office in offices) or None)
