"""How many conversations agents have at a time, and whether one more is too many.

A meeting's conversation fills nobody's capacity: it lies open for weeks, and whoever has the meeting has it too.
"""

from __future__ import annotations

from collections.abc import Collection

from tortoise import connections

from errors import AtCapacity
from models.agent.agent import Agent
from models.conversation.conversation import Conversation
from models.queueing.later import flow_later
from models.transactions import Transaction
from models.words import Channel

_OPEN = "status = 'OPEN' AND channel <> 'MEETING'"


async def loads_of(agent_ids: Collection[int]) -> dict[int, int]:
    """How many of the conversations that fill their capacity each of the agents has open."""
    rows = await connections.get("default").execute_query_dict(
        f"SELECT assignee_id AS id, count(*) AS load FROM conversation WHERE assignee_id = ANY(%s) AND {_OPEN}"
        " GROUP BY assignee_id",
        [list(agent_ids)],
    )
    return dict.fromkeys(agent_ids, 0) | {row["id"]: row["load"] for row in rows}


async def has_room(tx: Transaction, agent: Agent, conversation: Conversation) -> bool:
    """Whether the agent can have this conversation open, too. It stays so for as long as the caller holds the agent
    (see models/agent/locking.py): whatever opens a conversation for somebody does."""
    return conversation.channel is Channel.MEETING or await room_of(tx, agent) > 0


async def room_of(tx: Transaction, agent: Agent) -> int:
    """How many more conversations the agent can have."""
    [row] = await tx.rows(
        "SELECT conversation_capacity - (SELECT count(*) FROM conversation"
        f" WHERE assignee_id = agent.id AND {_OPEN}) AS room FROM agent WHERE id = %s",
        agent.id,
    )
    return int(row["room"])


async def take_room(tx: Transaction, agent: Agent, conversation: Conversation) -> None:
    """Allow for one more conversation of the agent, whom the caller holds: who has no more room then takes no part in
    the queue's offers. Refuses AtCapacity where they cannot have it open, too."""
    if conversation.channel is Channel.MEETING:
        return
    room = await room_of(tx, agent)
    if room < 1:
        raise AtCapacity(f"{agent.name} has as many conversations as they can.")
    if room == 1:
        await flow_later(tx, agent_id=agent.id)
