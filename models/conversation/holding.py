"""Holding a conversation and whoever has it.

Agents come first, then whether they are at their desks, then conversations; so who has it is looked at, held, and
looked at once more.
"""

from __future__ import annotations

from dataclasses import dataclass

from errors import NotFound
from models.agent.agent import Agent
from models.agent.locking import lock_agents
from models.conversation.conversation import Conversation
from models.queueing.attending import still_online
from models.transactions import Transaction


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation and, if they are held, too, whoever has it; `is_online` says whether they are at their desk, and
    stay there until the transaction ends. `seq` is that of the message to come, where it was taken as it was held."""

    conversation: Conversation
    owner: Agent | None = None
    is_online: bool = False
    seq: int | None = None


async def hold(tx: Transaction, conversation_id: int) -> Conversation:
    """The conversation as it is, held until the transaction ends. Refuses NotFound: it may have been purged."""
    held = await Conversation.filter(id=conversation_id).select_for_update().first()
    if held is None:
        raise NotFound("There is no such conversation.", field=("conversationId",))
    return held


async def hold_alone(tx: Transaction, conversation_id: int) -> Held:
    """The same, for where who has it does not matter."""
    return Held(await hold(tx, conversation_id))


async def hold_with_owner(tx: Transaction, conversation_id: int) -> Held:
    """The same, after whoever has it: it can be opened for them (see load.py)."""
    await tx.rows("SAVEPOINT owner")
    while True:
        seen = await tx.rows("SELECT assignee_id FROM conversation WHERE id = %s", conversation_id)
        owners = [row["assignee_id"] for row in seen if row["assignee_id"] is not None]
        await lock_agents(tx, owners)
        online = await still_online(tx, owners)
        conversation = await hold(tx, conversation_id)
        if conversation.assignee_id is None:
            return Held(conversation)
        if conversation.assignee_id in owners:
            return Held(conversation, await Agent.get(id=owners[0]), is_online=bool(online))
        await tx.rows("ROLLBACK TO SAVEPOINT owner")  # it was given to somebody else meanwhile
