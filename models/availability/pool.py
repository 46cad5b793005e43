"""Who is named for a meeting, and who of them could have it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.agent.agent import Agent
from models.availability.memory import SMALL, Kept
from models.availability.sight import Sight, look
from models.availability.target import Target
from models.changes import catalogue_of
from models.organization.service import ServiceMember


class CheckCode(StrEnum):
    """What is looked at where there are few slots, or none. AGENTS_SPEAK_LANGUAGE and AGENTS_AT_OFFICE are
    ours: language and office decide, so they must be told."""

    OFFICE_ACTIVE = "OFFICE_ACTIVE"
    SUBJECT_AVAILABLE_FOR_CUSTOMERS = "SUBJECT_AVAILABLE_FOR_CUSTOMERS"
    MEETING_TYPE_ENABLED_BY_ADMINISTRATOR = "MEETING_TYPE_ENABLED_BY_ADMINISTRATOR"
    MEETING_TYPE_ENABLED_AT_OFFICE = "MEETING_TYPE_ENABLED_AT_OFFICE"
    AGENTS_AT_OFFICE = "AGENTS_AT_OFFICE"
    AGENTS_ASSIGNED_TO_SUBJECT = "AGENTS_ASSIGNED_TO_SUBJECT"
    AGENTS_EXPERT_IN_SUBJECT = "AGENTS_EXPERT_IN_SUBJECT"
    AGENTS_SPEAK_LANGUAGE = "AGENTS_SPEAK_LANGUAGE"
    AGENTS_ACTIVE = "AGENTS_ACTIVE"
    AGENTS_ENABLED_FOR_ONLINE_PLANNING = "AGENTS_ENABLED_FOR_ONLINE_PLANNING"
    AGENTS_HAVE_HOURS = "AGENTS_HAVE_HOURS"
    CALENDARS_CONNECTED = "CALENDARS_CONNECTED"
    PUBLIC_BOOKING_ALLOWED = "PUBLIC_BOOKING_ALLOWED"


Member = tuple[Agent, ServiceMember | None]


@dataclass(frozen=True, slots=True)
class Pool:
    """The agents named, by their ids, and which of them meets each requirement that an agent must meet; `offered` is
    whether such meetings are held at all."""

    named: Mapping[int, Member]
    met: Mapping[CheckCode, frozenset[int]]
    offered: bool = True

    @property
    def members(self) -> int:
        """How many of those named take part in booking at all, whatever the meeting is about."""
        present = (CheckCode.AGENTS_ACTIVE, CheckCode.AGENTS_ENABLED_FOR_ONLINE_PLANNING)
        return len(frozenset(self.named).intersection(*(self.met[code] for code in present)))

    @property
    def candidates(self) -> dict[int, Member]:
        """Those who meet every requirement: they could have the meeting."""
        if not self.offered:
            return {}
        meets_all = frozenset(self.named).intersection(*self.met.values())
        return {id: member for id, member in self.named.items() if id in meets_all}


async def pool(target: Target, *, sight: Sight | None = None) -> Pool:
    """The agents named, or the service's. A candidate is active, as is the service; enabled for online planning; works
    at the office where one is named; is assigned to such meetings where planning rules say who is; is expert in the
    subject where one is named; and speaks the language where one is named.

    The rows are others' as well: they are not to be changed. Nor do they tell whose turn it is. Inside a transaction a
    `sight` is one that was taken in it, since when it has changed nothing.
    """

    async def read() -> Kept[Pool]:
        found = await _read(target)
        return Kept(found, frozenset({catalogue_of(target.organization.id)}), SMALL * (1 + len(found.named)))

    return await (sight or await look()).recall((Pool, *_depends_on(target)), read)


def _depends_on(target: Target) -> tuple[Hashable, ...]:
    """All that is looked at of the target."""
    service, office, subject = target.service, target.office, target.subject
    return (
        target.organization.id,
        service and (service.id, service.is_active),
        tuple(agent.id for agent in target.agents),
        office and office.id,
        subject and subject.id,
        target.language,
        target.plan,
    )


async def _read(target: Target) -> Pool:
    named = await _named(target)

    def those(meets: Callable[[Agent], bool]) -> frozenset[int]:
        return frozenset(id for id, (agent, _) in named.items() if meets(agent))

    open_ = target.service is None or target.service.is_active
    met = {
        CheckCode.AGENTS_ACTIVE: those(lambda agent: agent.is_active and open_),
        CheckCode.AGENTS_ENABLED_FOR_ONLINE_PLANNING: those(lambda agent: agent.online_planning),
    }
    if target.office is not None:
        there = await Agent.filter(id__in=list(named), offices__id=target.office.id).only("id")
        met[CheckCode.AGENTS_AT_OFFICE] = frozenset(agent.id for agent in there) | target.plan.agents
    if target.plan.agents:
        met[CheckCode.AGENTS_ASSIGNED_TO_SUBJECT] = target.plan.agents
    if target.subject is not None:
        experts = await Agent.filter(id__in=list(named), expertise__id=target.subject.id).only("id")
        met[CheckCode.AGENTS_EXPERT_IN_SUBJECT] = frozenset(expert.id for expert in experts)
    if target.language is not None:
        wanted = _language(target.language)
        met[CheckCode.AGENTS_SPEAK_LANGUAGE] = those(
            lambda agent: any(_language(spoken) == wanted for spoken in agent.languages)
        )
    return Pool(named, met, offered=target.plan.enabled)


async def _named(target: Target) -> dict[int, Member]:
    if target.service is None:
        ids = [agent.id for agent in target.agents]
        found = {agent.id: agent for agent in await Agent.filter(id__in=ids)}
        return {id: (found[id], None) for id in ids if id in found}
    members = ServiceMember.filter(service_id=target.service.id).order_by("agent_id").prefetch_related("agent")
    return {member.agent_id: (member.agent, member) for member in await members}


def _language(tag: str) -> str:
    return tag.split("-")[0].lower()
