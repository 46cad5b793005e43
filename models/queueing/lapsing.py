"""Agents of whom nothing is heard any more are gone, whatever they have said; and back when they are heard of soon.

Otherwise whoever's browser has died would be offered conversations all night.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import structlog
from tortoise import connections

from models.agent.agent import Agent
from models.agent.heartbeat import LASTS
from models.queueing.attending import has_become
from models.transactions import transaction
from models.words import Presence

logger = structlog.get_logger(__name__)

RETURNS_WITHIN = timedelta(minutes=5)
"""For how long after they have lapsed somebody who comes back is what they were. A line that was down, a laptop that
was carried elsewhere and a server that was away are like nothing; who has gone home says anew that they are there."""

MOST_AT_ONCE = 500

_SILENT = "coalesce((SELECT alive_until FROM agent_heartbeat WHERE agent_id = p.agent_id), p.since + %s) <= %s"
_ALL_SILENT = f"""
SELECT agent_id FROM agent_presence p WHERE presence <> 'OFFLINE' AND {_SILENT} ORDER BY agent_id LIMIT %s
"""
_HOLD = "SELECT id FROM agent_presence WHERE agent_id = %s FOR NO KEY UPDATE SKIP LOCKED"
_LAPSE = f"""
UPDATE agent_presence p SET presence = 'OFFLINE', lapsed = presence, since = %s
WHERE agent_id = %s AND presence <> 'OFFLINE' AND {_SILENT} RETURNING id
"""
_BACK = "SELECT agent_id FROM agent_presence WHERE agent_id = ANY(%s) AND lapsed IS NOT NULL AND since > %s"
_RESTORE = """
UPDATE agent_presence SET presence = lapsed, lapsed = NULL, since = %s
WHERE agent_id = %s AND lapsed IS NOT NULL AND since > %s RETURNING presence
"""


async def lapse_silent(*, now: datetime) -> int:
    """Have all be OFFLINE of whom nothing is heard any more, one after the other; returns how many have become so.
    Several may do this at once: they share them out."""
    lapsed = 0
    for row in await _rows(_ALL_SILENT, LASTS, now, MOST_AT_ONCE):
        try:
            lapsed += await lapse(row["agent_id"], now=now)
        except Exception:
            logger.exception("presence.not_lapsed", agent_id=row["agent_id"])
    return lapsed


async def lapse(agent_id: int, *, now: datetime) -> bool:
    """Have the agent be OFFLINE, as if they had said so, if nothing is heard of them; whether it was this that did so.
    One whom somebody else has in hand, or is just offering something, is left to the next time.

    Their presence is held before it is asked whether they are silent: whoever says meanwhile that they are there holds
    it, too, so that the answer is as of after that.
    """
    async with transaction() as tx:
        if not await tx.rows(_HOLD, agent_id):
            return False
        if not await tx.rows(_LAPSE, now, agent_id, LASTS, now):
            return False
        await has_become(tx, await Agent.get(id=agent_id), Presence.OFFLINE, now=now)
    return True


async def bring_back(agent_ids: Collection[int], *, now: datetime) -> None:
    """Have those of the agents, who are heard of, be what they were until they have lapsed, if that is not long ago."""
    earliest = now - RETURNS_WITHIN
    for row in await _rows(_BACK, sorted(agent_ids), earliest):
        async with transaction() as tx:
            restored = await tx.rows(_RESTORE, now, row["agent_id"], earliest)
            if restored:
                agent = await Agent.get(id=row["agent_id"])
                await has_become(tx, agent, Presence(restored[0]["presence"]), now=now)


async def _rows(sql: str, *values: Any) -> list[dict[str, Any]]:
    return list(await connections.get("default").execute_query_dict(sql, list(values)))
