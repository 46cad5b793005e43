"""A process that sends one message and is killed after the commit, before anybody is told of it.

python dying_writer.py DATABASE_URL AGENT_ID CONVERSATION_ID TEXT
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from models.actor import AgentActor
from models.agent.agent import Agent
from models.conversation.conversation import Conversation
from models.conversation.posting import Draft, send_message
from models.database import database
from models.transactions import outlet
from realtime.events import Hint


async def die(hints: Sequence[Hint]) -> None:
    """Where hints are published, which is after commit."""
    os.kill(os.getpid(), signal.SIGKILL)


async def main(url: str, agent_id: str, conversation_id: str, text: str) -> None:
    outlet.publish = die
    async with database(url, pool_size=2):
        now = datetime.now(UTC)
        actor = AgentActor(await Agent.get(id=int(agent_id)), session_id=0, expires_at=now + timedelta(hours=1))
        conversation = await Conversation.get(id=int(conversation_id))
        await send_message(conversation, Draft(text=text), actor=actor, now=now)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
