"""Signs of life of agents: for how long one is believed, and how it is kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from tortoise import connections

BEAT_SECONDS = 10.0
"""How often a web process tells of the agents who follow their inboxes there."""

LASTS = timedelta(seconds=60)
"""For how long a sign of life is believed. Of six beats in a row one must come through: neither a process that starts
anew sends anybody away, nor a database that fails over. Whoever is gone is offered things in vain for as long."""

GRACE = timedelta(seconds=20)
"""For how long somebody is there who has just closed their last window: a page that is loaded anew is back in a few
seconds. It takes another process less than that to say that they have a window open there."""

assert timedelta(seconds=2 * BEAT_SECONDS) <= GRACE <= LASTS

_KEEP = """
INSERT INTO agent_heartbeat (organization_id, agent_id, alive_until)
SELECT organization_id, id, %s FROM agent WHERE id = ANY(%s) ORDER BY id
ON CONFLICT (agent_id) DO UPDATE SET alive_until = greatest(agent_heartbeat.alive_until, excluded.alive_until)
"""
_LET_GO = """
UPDATE agent_heartbeat SET alive_until = %s FROM (
    SELECT id FROM agent_heartbeat WHERE agent_id = ANY(%s) AND alive_until > %s ORDER BY agent_id FOR UPDATE
) left_behind WHERE agent_heartbeat.id = left_behind.id
"""


async def keep_alive(agent_ids: Collection[int], *, now: datetime) -> None:
    """Believe that these agents are there, by one statement for all of them. It holds their heartbeats in order, and
    waits for nothing else."""
    await connections.get("default").execute_query_dict(_KEEP, [now + LASTS, sorted(agent_ids)])


async def let_go(agent_ids: Collection[int], *, now: datetime) -> None:
    """Believe it for the GRACE only, unless somebody says otherwise meanwhile."""
    until = now + GRACE
    await connections.get("default").execute_query_dict(_LET_GO, [until, sorted(agent_ids), until])
