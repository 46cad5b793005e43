"""What an agent may do with meetings: also those whose own they are, as far as the settings let their role."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from models.actor import Actor, AgentActor, KnownActor
from models.availability.target import Target
from models.meeting.meeting import Meeting
from models.organization.permission import Concern, demand
from models.organization.service import ServiceMember
from models.words import MeetingChangeKind, Permission

_NEEDED: Mapping[MeetingChangeKind, Permission] = MappingProxyType(
    {
        MeetingChangeKind.ACCEPTED: Permission.EDIT_MEETINGS,
        MeetingChangeKind.DECLINED: Permission.EDIT_MEETINGS,
        MeetingChangeKind.RESCHEDULED: Permission.EDIT_MEETINGS,
        MeetingChangeKind.CANCELLED: Permission.DELETE_MEETINGS,
    }
)


async def check_may_change(meeting: Meeting, kind: MeetingChangeKind, *, actor: KnownActor) -> None:
    """Refuses NotAllowed to an agent whose role may not do this, and to the manager of other offices. To give a meeting
    to somebody is `check_may_give`."""
    if isinstance(actor, AgentActor) and kind in _NEEDED:
        settings = (await meeting.organization).settings
        await demand(actor, _NEEDED[kind], settings, _concern(meeting, await _agents(meeting)))


async def check_may_give(
    meeting: Meeting, former: Collection[int], agent_id: int, *, actor: AgentActor
) -> None:
    """Who is of its service takes what nobody has yet. Else to give is to assign and, of what somebody has, to change.
    Refuses NotAllowed."""
    own = agent_id == actor.agent.id
    members = ServiceMember.filter(service_id=meeting.service_id, agent_id=agent_id)
    if own and not former and await members.exists():
        return
    settings = (await meeting.organization).settings
    had = _concern(meeting, former)
    if former:
        await demand(actor, Permission.EDIT_MEETINGS, settings, had)
    await demand(actor, Permission.ASSIGN, settings, had, Concern(agents=[agent_id]))


async def check_may_book(target: Target, *, actor: Actor) -> None:
    """Refuses NotAllowed to an agent whose role does not book for guests, and to the manager of other offices."""
    if not isinstance(actor, AgentActor):
        return
    where = Concern(
        agents=[agent.id for agent in target.agents],
        office_id=target.office.id if target.office else None,
        service_id=target.service.id if target.service else None,
    )
    await demand(actor, Permission.CREATE_MEETINGS, target.organization.settings, where)


def _concern(meeting: Meeting, agents: Collection[int]) -> Concern:
    return Concern(agents=agents, office_id=meeting.office_id, service_id=meeting.service_id)


async def _agents(meeting: Meeting) -> list[int]:
    return [agent.id for agent in await meeting.agents.all().only("id")]
