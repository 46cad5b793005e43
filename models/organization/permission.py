"""What an agent may do with meetings and conversations: by their role, as the organization's settings say, and for a
manager who has offices within those only. Whoever gives, makes, changes or takes them away asks `demand`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from errors import NotAllowed
from models.actor import Actor, AgentActor
from models.agent.agent import Agent
from models.organization.authority import Authority, authority_of, offices_of
from models.organization.settings import Settings
from models.words import Permission, Role

_ELSEWHERE = "You are the manager of other offices."
_REFUSED = {
    Permission.ASSIGN: "Your role does not assign.",
    Permission.EDIT_MEETINGS: "Your role does not change meetings.",
    Permission.CREATE_MEETINGS: "Your role does not make meetings.",
    Permission.DELETE_MEETINGS: "Your role does not cancel meetings.",
}


@dataclass(frozen=True, slots=True)
class Concern:
    """Whom and where a deed is about: of a meeting or a conversation its agents, its office and its service."""

    agents: Collection[int] = ()
    office_id: int | None = None
    service_id: int | None = None


def may(agent: Agent, permission: Permission, settings: Settings) -> bool:
    """Whether the agent's role is among those that the settings let do this. Which offices a manager has is another
    question: see `demand`, and `permissions_of`."""
    match permission:
        case Permission.ASSIGN:
            return agent.role in settings.can_assign
        case Permission.EDIT_MEETINGS:
            return agent.role in settings.can_edit_meetings
        case Permission.CREATE_MEETINGS:
            return agent.role in settings.can_create_meetings
        case Permission.DELETE_MEETINGS:
            return agent.role in settings.can_delete_meetings
        case Permission.SEE_UNMASKED:
            return agent.role not in settings.mask_contacts_from
        case Permission.SUPERVISE:
            return agent.role in (Role.ADMINISTRATOR, Role.MANAGER, Role.SUPERVISOR)
        case Permission.MANAGE_OFFICE | Permission.MANAGE_ORGANIZATION | Permission.EXPORT:
            return agent.role in (Role.ADMINISTRATOR, Role.MANAGER)


async def demand(actor: Actor, permission: Permission, settings: Settings, *concerns: Concern) -> None:
    """Refuses NotAllowed to an agent whose role may not do this and, to a manager who has offices, where one of the
    concerns is of others: it is theirs by its office or one of its agents, or, as long as nobody has it, by a member of
    its service; and where it is of nobody at all. Guests and the public are bound by other rules.
    """
    if not isinstance(actor, AgentActor):
        return
    if not may(actor.agent, permission, settings):
        raise NotAllowed(_REFUSED.get(permission, "Your role does not do this."))
    if actor.agent.role is Role.MANAGER and concerns:
        authority = await authority_of(actor)
        for concern in concerns:
            if not await _within(authority, concern):
                raise NotAllowed(_ELSEWHERE)


async def permissions_of(actor: AgentActor, settings: Settings) -> list[Permission]:
    """All that the agent may do, somewhere at least."""
    held = [permission for permission in Permission if may(actor.agent, permission, settings)]
    if actor.agent.role is Role.MANAGER and await offices_of(actor) is not None:
        held.remove(Permission.MANAGE_ORGANIZATION)
    return held


async def _within(authority: Authority, concern: Concern) -> bool:
    if authority.offices is None or concern.office_id in authority.offices:
        return True
    if concern.agents:
        return authority.actor.agent.id in concern.agents or bool(await authority.staff(concern.agents))
    if concern.service_id is None:
        return concern.office_id is None
    offices = list(authority.offices)
    return await Agent.exists(memberships__service_id=concern.service_id, offices__id__in=offices)
