"""Who follows conversations, and queues: what they were granted may end while nothing is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from errors import Forbidden
from models.actor import AgentActor, KnownActor
from models.conversation.following import Followed, Following, unseen_by_agents, unseen_by_guests
from models.organization.service import ServiceMember
from realtime.ending import Ending
from resolvers.granted import Granted


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


@dataclass(frozen=True, slots=True)
class _All:
    """What is looked at, put together once for as long as nobody comes or goes."""

    conversations: Sequence[_Followed]
    queues: Sequence[_Queues]
    by_agents: Followed
    by_guests: Followed

    @classmethod
    def of(cls, followed: Iterable[_Followed | _Queues]) -> Self:
        conversations: list[_Followed] = []
        queues: list[_Queues] = []
        names: dict[bool, set[Following]] = {True: set(), False: set()}
        for one in followed:
            if isinstance(one, _Followed):
                conversations.append(one)
                names[one.is_agent] |= one.names
            else:
                queues.append(one)
        return cls(conversations, queues, Followed.of(names[True]), Followed.of(names[False]))


class Grants(Granted[_Followed | _Queues]):
    """By three queries at most, however many follow."""

    _all: _All | None = None

    @asynccontextmanager
    async def of_conversation(self, conversation_id: int, actor: KnownActor) -> AsyncIterator[Ending]:
        """Fails by Forbidden when the actor may no longer see the conversation. Another role of theirs ends the socket:
        who oversees all goes on doing so here."""
        ending = Ending()
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
            self._end(followed)

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
            self._end(queues)

    def _begin(self, one: _Followed | _Queues) -> None:
        self._all = None
        super()._begin(one)

    def _end(self, one: _Followed | _Queues) -> None:
        self._all = None
        self._followed.discard(one)

    async def _look(self) -> None:
        every = self._all = self._all or _All.of(self._followed)
        agents, guests = await unseen_by_agents(every.by_agents), await unseen_by_guests(every.by_guests)
        for one in every.conversations if agents or guests else ():
            if one.names <= (agents if one.is_agent else guests):
                one.ending.come(Forbidden("The conversation is no longer yours to see."))
        await self._look_at(every.queues)

    async def _look_at(self, queues: Sequence[_Queues]) -> None:
        members = await ServiceMember.services_of({one.agent_id for one in queues}) if queues else {}
        for each in queues:
            each.left &= members.get(each.agent_id, set())
