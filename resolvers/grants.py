"""Who follows conversations, and queues: what they were granted may end while nothing is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass

from models.actor import AgentActor, KnownActor
from models.conversation.following import Following, unseen_by_agents, unseen_by_guests
from models.organization.service import ServiceMember
from resolvers.granted import Ending, Granted, an_ending, end


@dataclass(frozen=True, slots=True, eq=False)
class _Followed:
    """A conversation that somebody follows, by all their names: to see it under one of them is enough."""

    names: frozenset[Following]
    is_agent: bool
    ending: Ending


@dataclass(slots=True, eq=False)
class _Queues:
    """The services whose queues an agent hears of; what ends leaves the set."""

    agent_id: int
    left: set[int]


class Grants(Granted[_Followed | _Queues]):
    """By three queries at most, however many follow."""

    @asynccontextmanager
    async def of_conversation(self, conversation_id: int, actor: KnownActor) -> AsyncIterator[Ending]:
        """Fails by Forbidden when the actor may no longer see the conversation. Another role of theirs ends the socket:
        who oversees all goes on doing so here."""
        ending = an_ending()
        if isinstance(actor, AgentActor) and actor.sees_all:
            yield ending
            return
        is_agent = isinstance(actor, AgentActor)
        names = [actor.agent.id] if isinstance(actor, AgentActor) else actor.contact_ids
        followed = _Followed(frozenset((name, conversation_id) for name in names), is_agent, ending)
        self._begin(followed)
        try:
            yield ending
        finally:
            self._followed.discard(followed)

    @asynccontextmanager
    async def of_queues(
        self, service_ids: Collection[int], actor: AgentActor
    ) -> AsyncIterator[AbstractSet[int]]:
        """What is left of the services that the agent is of; all, for who oversees any."""
        queues = _Queues(actor.agent.id, set(service_ids))
        if actor.sees_all or not queues.left:
            yield queues.left
            return
        self._begin(queues)
        try:
            yield queues.left
        finally:
            self._followed.discard(queues)

    async def _look(self) -> None:
        followed = [one for one in self._followed if isinstance(one, _Followed)]
        queues = [one for one in self._followed if isinstance(one, _Queues)]
        by_agents = {name for one in followed if one.is_agent for name in one.names}
        by_guests = {name for one in followed if not one.is_agent for name in one.names}
        agents, guests = await unseen_by_agents(by_agents), await unseen_by_guests(by_guests)
        for one in followed:
            if one.names <= (agents if one.is_agent else guests):
                end(one.ending, "The conversation is no longer yours to see.")
        members = await ServiceMember.services_of({one.agent_id for one in queues}) if queues else {}
        for each in queues:
            each.left &= members.get(each.agent_id, set())
