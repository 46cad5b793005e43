"""However an agent comes to have one more conversation open: at the same moment as another one, it is one too many."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from models.actor import AgentActor
from models.agent.agent import Agent
from models.conversation.assigning import assign
from models.conversation.closing import close, snooze
from models.conversation.conversation import Conversation
from models.conversation.reopening import reopen, wake
from models.conversation.transferring import Transfer, transfer
from models.organization.organization import Organization
from models.organization.service import Service
from models.queueing.accepting import accept
from models.transactions import transaction
from models.words import ConversationStatus, Role
from tests.builders import MONDAY, a_service, acting, an_agent
from tests.models.conversation.invariants import check_conversations
from tests.models.conversation.talks import begun, had, say
from tests.models.queueing.desk import come
from tests.models.queueing.rushing import at_once
from tests.waiting import lock_waits, until

NOW = MONDAY
HOUR = timedelta(hours=1)


def give(talk: Conversation, agent: Agent, *, by: AgentActor) -> Awaitable[Conversation]:
    return assign(talk, agent, service=None, note=None, actor=by, now=NOW)


Way = Callable[[Agent], Awaitable[object]]


async def the_ways(support: Service, chief: AgentActor, agent: Agent, colleague: Agent) -> dict[str, Way]:
    """All by which an agent comes to have one more open."""
    waiting, closed, asleep, theirs = (
        await begun(support),
        await had(support, agent),
        await had(support, agent),
        await had(support, colleague),
    )
    await close(closed, actor=chief, now=NOW)
    await snooze(asleep, until=NOW + HOUR, actor=chief, now=NOW)
    offer = await transfer(theirs, Transfer(agent=agent), actor=chief, now=NOW)
    return {
        "assigned": lambda agent: give(waiting, agent, by=chief),
        "begun": lambda agent: begun(agent),
        "reopened": lambda agent: reopen(closed, actor=acting(agent), now=NOW),
        "written into": lambda agent: say(closed, "Hello again"),
        "woken": lambda agent: wake(asleep.id, now=NOW + HOUR),
        "taken over": lambda agent: accept(offer.id, actor=acting(agent), now=NOW),
    }


@pytest.mark.parametrize("way", ["assigned", "begun", "reopened", "written into", "woken", "taken over"])
async def test_while_an_agent_takes_the_last_that_they_can_they_come_to_no_other(
    organization: Organization, way: str
) -> None:
    agent, colleague = [await an_agent(organization, name) for name in ("Anna", "Ben")]
    await come(agent, colleague)
    support = await a_service(organization, agent, colleague)
    chief = acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    deed = (await the_ways(support, chief, agent, colleague))[way]
    last = await begun(support)
    await Agent.filter(id=agent.id).update(conversation_capacity=1)
    taken, tried = asyncio.Event(), asyncio.Event()

    async def taking() -> None:
        async with transaction():
            await give(last, agent, by=acting(agent))
            taken.set()
            await tried.wait()

    async def trying() -> None:
        await taken.wait()
        task = asyncio.create_task(at_once(deed(agent)))

        async def is_over_or_waits() -> bool:
            return task.done() or await lock_waits() > 0

        await until(is_over_or_waits)
        tried.set()
        await task

    await asyncio.gather(taking(), trying())
    assert await Conversation.filter(assignee_id=agent.id, status=ConversationStatus.OPEN).count() == 1
    await check_conversations()
