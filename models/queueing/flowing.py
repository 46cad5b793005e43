"""The backlog flows: what has waited is looked at again when somebody comes, has room, or begins to work; the oldest
first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from tortoise import connections

from models.agent.agent import Agent
from models.agent.locking import lock_agents
from models.agent.presence import AgentPresence
from models.conversation.load import room_of
from models.conversation.offer import Offer
from models.conversation.releasing import release_all
from models.organization.service import Service
from models.queueing.attending import leave_desk
from models.queueing.leaving import leave_offers
from models.queueing.passing import withdraw
from models.queueing.routing import Outcome, route
from models.queueing.situation import ROUTED
from models.transactions import transaction
from models.words import OfferKind, OfferStatus, Presence

logger = structlog.get_logger(__name__)

MOST_AT_ONCE, MOST_OF_A_SERVICE = 500, 100
_WAITING = f"""
SELECT conversation.id, conversation.service_id FROM conversation
JOIN service ON service.id = conversation.service_id
LEFT JOIN offer ON offer.conversation_id = conversation.id AND offer.status = 'PENDING'
WHERE {ROUTED} AND {{condition}} ORDER BY conversation.waiting_since, conversation.id LIMIT %s
"""
_OF_AGENT = """
conversation.service_id IN (SELECT service_id FROM service_member WHERE agent_id = %s)
AND (offer.id IS NULL OR service.routing = 'OFFER_TO_ALL' AND NOT EXISTS (
    SELECT FROM offer_recipient WHERE offer_id = offer.id AND agent_id = %s AND is_open))
"""
_OF_SERVICE = "conversation.service_id = %s AND offer.id IS NULL"
# Of each service that has anybody at its desk, without what is offered already: much that waits in one holds up nothing
# in the others.
_ANYWHERE = f"""
SELECT waiting.id, waiting.service_id FROM service CROSS JOIN LATERAL (
    SELECT conversation.id, conversation.service_id, conversation.waiting_since FROM conversation
    LEFT JOIN offer ON offer.conversation_id = conversation.id AND offer.status = 'PENDING'
    WHERE conversation.service_id = service.id AND {ROUTED} AND offer.id IS NULL
    ORDER BY conversation.waiting_since, conversation.id LIMIT %s) waiting
WHERE service.is_active AND service.deleted_at IS NULL AND EXISTS (
    SELECT FROM service_member JOIN agent_presence ON agent_presence.agent_id = service_member.agent_id
    WHERE service_member.service_id = service.id AND agent_presence.presence = 'ONLINE')
ORDER BY waiting.waiting_since, waiting.id
"""
_STRANGERS = """
SELECT DISTINCT agent_id FROM offer_recipient JOIN offer ON offer.id = offer_id
WHERE offer.service_id = %s AND offer.status = 'PENDING' AND is_open
    AND agent_id NOT IN (SELECT agent_id FROM service_member WHERE service_id = offer.service_id)
"""


async def flow_to_agent(agent_id: int, *, now: datetime) -> None:
    """Have what waits in the agent's services come to them, if they are at their desk and have room; who has none takes
    no part in the queue's offers, and what somebody had who works here no more waits for others."""
    agent = await Agent.get_or_none(id=agent_id)
    if agent is None:
        return
    if not agent.is_active:
        await leave_desk(agent, now=now)
        await release_all(agent_id, now=now)
        return
    if not await AgentPresence.filter(agent_id=agent_id, presence=Presence.ONLINE).exists():
        return
    async with transaction() as tx:
        await lock_agents(tx, [agent_id])
        if await room_of(tx, agent) < 1:
            await leave_offers(tx, agent_id, kinds=[OfferKind.QUEUE], now=now)
            return
    await _route(await _waiting(_OF_AGENT, agent_id, agent_id), now=now)


async def flow_in_service(service_id: int, *, now: datetime) -> None:
    """Have what waits in the service be offered as it is set up by now: who is of it no more is offered nothing, and
    by one that is out of use nobody is."""
    service = await Service.get(id=service_id)
    if not service.is_active:
        for offer in await Offer.filter(service_id=service_id, status=OfferStatus.PENDING):
            await withdraw(offer, now=now)
        return
    for row in await _rows(_STRANGERS, service_id):
        async with transaction() as tx:
            kinds = tuple(OfferKind)
            await leave_offers(tx, row["agent_id"], kinds=kinds, service_id=service_id, now=now)
    await _route(await _waiting(_OF_SERVICE, service_id), now=now)


async def flow(*, now: datetime) -> None:
    """Look at all that waits and is not offered to anybody, wherever somebody is at their desk: what has been
    forgotten by those who should have, is found here."""
    await _route(await _rows(_ANYWHERE, MOST_OF_A_SERVICE), now=now)


async def _route(waiting: Sequence[dict[str, Any]], *, now: datetime) -> None:
    """One after the other; in a service where nobody can take anything, no more is tried. What fails holds up nothing
    else."""
    dry = set[int]()
    for row in waiting:
        if row["service_id"] in dry:
            continue
        try:
            if await route(row["id"], now=now) is Outcome.DRY:
                dry.add(row["service_id"])
        except Exception:
            logger.exception("conversation.not_routed", conversation_id=row["id"])


async def _waiting(condition: str, *values: int) -> list[dict[str, Any]]:
    return await _rows(_WAITING.format(condition=condition), *values, MOST_AT_ONCE)


async def _rows(sql: str, *values: int) -> list[dict[str, Any]]:
    return list(await connections.get("default").execute_query_dict(sql, list(values)))
