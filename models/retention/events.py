"""Feeds keep events for a week, also of rows that are purged: those are told to nobody any more.

They stay, as a feed has no gaps.
"""

from __future__ import annotations

from collections.abc import Sequence

from models.agent.agent import Agent
from models.organization.organization import Organization
from models.transactions import Transaction
from realtime.events import Audience, conversation_topic, inbox_topic

_SILENCE = """
UPDATE event e SET audience = %s WHERE e.topic = ANY(%s) AND e.audience <> %s AND (
    (e.ids ? 'meeting' AND NOT EXISTS (SELECT FROM meeting WHERE id = (e.ids ->> 'meeting')::bigint))
    OR (e.ids ? 'conversation'
        AND NOT EXISTS (SELECT FROM conversation WHERE id = (e.ids ->> 'conversation')::bigint))
    OR (e.ids ? 'message' AND NOT EXISTS (SELECT FROM message WHERE id = (e.ids ->> 'message')::bigint))
)
"""


async def silence_inboxes(tx: Transaction, organization: Organization) -> None:
    """Have no agent hear of what is gone."""
    agents = await Agent.filter(organization_id=organization.id).only("id")
    await _silence(tx, [inbox_topic(agent.id) for agent in agents])


async def silence_conversations(tx: Transaction, conversations: Sequence[int]) -> None:
    """Have nobody who follows these conversations hear of what is gone from them."""
    await _silence(tx, [conversation_topic(id) for id in conversations])


async def _silence(tx: Transaction, topics: Sequence[str]) -> None:
    await tx.rows(_SILENCE, Audience.NOBODY.value, list(topics), Audience.NOBODY.value)
