"""A waiting conversation finds its owner, or those who are asked to be it.

Each try is a transaction of its own. What is known is looked at without a lock; then those who matter are held, in the
order agents, presence, conversation, offer, and looked at again. What has changed meanwhile is looked at anew.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import Enum, auto

from errors import AtCapacity
from models.agent.agent import Agent
from models.agent.locking import lock_agents
from models.conversation.conversation import Conversation
from models.conversation.giving import give, say_assigned
from models.conversation.offer import OfferRecipient
from models.organization.service import Service
from models.queueing.attending import still_online
from models.queueing.choosing import Choice, choose
from models.queueing.offering import Terms, make_offer, offer_to, pending_offer
from models.queueing.record import keep_verdicts
from models.queueing.situation import ROUTED, Waiting, answers_of, is_routed, look
from models.transactions import Transaction, transaction
from models.words import AssignmentCause, OfferKind, Routing

_TRIES = 10
_ELDER = f"""
SELECT conversation.id FROM conversation JOIN service ON service.id = conversation.service_id
JOIN service_member ON service_member.service_id = service.id AND service_member.agent_id = %s
WHERE {ROUTED} AND service.routing = 'ASSIGN_AUTOMATICALLY'
    AND (waiting_since, conversation.id) < (%s, %s) AND conversation.id <> ALL(%s)
ORDER BY waiting_since, conversation.id LIMIT 1
"""


class Outcome(Enum):
    """What came of it. DRY: nobody is there who could take any conversation of the service."""

    OVER = auto()
    GIVEN = auto()
    OFFERED = auto()
    NOBODY = auto()
    DRY = auto()


class _Changed(Exception):
    """Somebody else was faster in what was looked at; undoes what was tried."""


class _Elder(Exception):
    """Another conversation comes first."""

    def __init__(self, id: int) -> None:
        super().__init__(id)
        self.id = id


async def route(conversation_id: int, *, now: datetime) -> Outcome:
    """Give the conversation, or offer it, to whom its service's routing says; nothing where it does not wait, or is
    offered already to all who are to be asked. Any number may do so at the same time."""
    tries, elders = 0, set[int]()
    while tries < _TRIES:
        waiting = await look(conversation_id)
        if waiting is None:
            return Outcome.OVER
        try:
            return await _act(waiting, choose(waiting.situation, now=now), elders, now=now)
        except _Changed:
            tries += 1
        except _Elder as elder:
            elders.add(elder.id)
            await route(elder.id, now=now)
    return Outcome.NOBODY


async def _act(waiting: Waiting, choice: Choice, elders: Collection[int], *, now: datetime) -> Outcome:
    if not choice.agents:
        await _leave(waiting, choice, now=now)
        return Outcome.DRY if choice.is_dry else Outcome.NOBODY
    match waiting.situation.routing:
        case Routing.ASSIGN_AUTOMATICALLY:
            return await _give(waiting, choice, elders, now=now)
        case Routing.OFFER_IN_TURN:
            return await _offer_in_turn(waiting, choice.agents[0], now=now)
        case Routing.OFFER_TO_ALL:
            return await _offer_to_all(waiting, choice, now=now)


async def _leave(waiting: Waiting, choice: Choice, *, now: datetime) -> None:
    """It goes on waiting, and why is kept."""
    async with transaction() as tx:
        conversation, _ = await _hold(waiting)
        if await pending_offer(conversation.id) is None:
            await keep_verdicts(tx, conversation, choice.verdicts, now=now)


async def _give(waiting: Waiting, choice: Choice, elders: Collection[int], *, now: datetime) -> Outcome:
    """Give it to the first one, unless they are to have another one first. Whose room was taken meanwhile is not the
    first one when it is looked at again."""
    agent_id = choice.agents[0]
    try:
        async with transaction() as tx:
            await lock_agents(tx, [agent_id])
            agent = await Agent.get(id=agent_id)
            if not agent.is_active or not await still_online(tx, [agent_id]):
                raise _Changed
            if (elder := await _elder(tx, agent, waiting.conversation, elders)) is not None:
                raise _Elder(elder)
            conversation, service = await _hold(waiting)
            if await pending_offer(conversation.id) is not None:
                return Outcome.OFFERED
            how = AssignmentCause.AUTOMATIC
            await give(tx, conversation, agent, service_id=service.id, actor=None, how=how, now=now)
            await say_assigned(tx, conversation, agent, now=now)
            await keep_verdicts(tx, conversation, choice.verdicts, now=now)
    except AtCapacity:
        raise _Changed from None
    return Outcome.GIVEN


async def _offer_in_turn(waiting: Waiting, agent_id: int, *, now: datetime) -> Outcome:
    async with transaction() as tx:
        if not await still_online(tx, [agent_id], alone=True):
            raise _Changed
        again = await look(waiting.conversation.id)
        choice = None if again is None else choose(again.situation, now=now)
        if choice is None or choice.agents[:1] != (agent_id,):  # others have asked them meanwhile
            raise _Changed
        conversation, service = await _hold(waiting)
        if await pending_offer(conversation.id) is None:
            terms = _terms(service, choice, in_turn=True, now=now)
            await make_offer(tx, conversation, [agent_id], terms, now=now)
            await keep_verdicts(tx, conversation, choice.verdicts, now=now)
    return Outcome.OFFERED


async def _offer_to_all(waiting: Waiting, choice: Choice, *, now: datetime) -> Outcome:
    """One offer to all; who can be asked by now, but could not when it was made, is asked by the same one."""
    async with transaction() as tx:
        online = await still_online(tx, choice.agents)
        if not online:
            raise _Changed
        conversation, service = await _hold(waiting)
        pending = await pending_offer(conversation.id)
        if pending is None:
            await make_offer(tx, conversation, online, _terms(service, choice, now=now), now=now)
        else:
            asked = await OfferRecipient.filter(offer_id=pending.id, is_open=True)
            await offer_to(tx, pending, set(online) - {one.agent_id for one in asked}, now=now)
        await keep_verdicts(tx, conversation, choice.verdicts, now=now)
    return Outcome.OFFERED


def _terms(service: Service, choice: Choice, *, in_turn: bool = False, now: datetime) -> Terms:
    until = now + timedelta(seconds=service.offer_timeout_seconds)
    kind = OfferKind.QUEUE
    return Terms(kind=kind, service_id=service.id, expires_at=until, round=choice.round, in_turn=in_turn)


async def _hold(waiting: Waiting) -> tuple[Conversation, Service]:
    """The conversation, held until the transaction ends, and its service; looked at anew where they have changed."""
    conversation = await Conversation.filter(id=waiting.conversation.id).select_for_update().get()
    service = await Service.get(id=waiting.service.id)
    if conversation.service_id != service.id or not is_routed(conversation, service):
        raise _Changed
    if service.routing is not waiting.service.routing:
        raise _Changed
    if await answers_of(conversation) != (waiting.situation.answers, waiting.situation.round):
        raise _Changed  # who has just said no is not asked again
    return conversation, service


async def _elder(tx: Transaction, agent: Agent, conversation: Conversation, but: Collection[int]) -> int | None:
    """What has waited longer, and this agent could be given: of their next conversations the oldest is the first."""
    rows = await tx.rows(_ELDER, agent.id, conversation.waiting_since, conversation.id, list(but))
    return rows[0]["id"] if rows else None
