"""Numbers of conversations: unique and ascending within an organization, without one booking waiting for another."""

from __future__ import annotations

import asyncio

from tortoise import connections

from models.agent.agent import Agent
from models.conversation.conversation import Conversation
from models.conversation.opening import open_for_meeting
from models.organization.organization import Organization
from models.transactions import transaction
from tests.builders import MONDAY, a_contact, an_agent, an_organization
from tests.waiting import PATIENCE_SECONDS


async def opens(organization: Organization, agent: Agent, until: asyncio.Event | None = None) -> Conversation:
    guest = await a_contact(organization)
    async with transaction() as tx:
        conversation = await open_for_meeting(
            tx, title="Tea", guest=guest, agents=[agent], service=None, language="en", now=MONDAY
        )
        if until is not None:
            await until.wait()
    return conversation


async def test_numbers_ascend_from_one_in_each_organization(anna: Agent, organization: Organization) -> None:
    other = await an_organization("other")
    ben = await an_agent(other, "Ben")
    assert [(await opens(organization, anna)).number for _ in range(3)] == [1, 2, 3]
    assert (await opens(other, ben)).number == 1
    assert (await opens(organization, anna)).number == 4


async def test_many_at_once_have_numbers_of_their_own(anna: Agent, organization: Organization) -> None:
    opened = await asyncio.gather(*(opens(organization, anna) for _ in range(40)))
    assert sorted(conversation.number for conversation in opened) == list(range(1, 41))


async def test_a_transaction_that_takes_long_keeps_no_other_waiting_for_its_number(
    anna: Agent, organization: Organization
) -> None:
    ben, until = await an_agent(organization, "Ben"), asyncio.Event()
    slow = asyncio.create_task(opens(organization, anna, until))
    async with asyncio.timeout(PATIENCE_SECONDS):
        quick = await opens(organization, ben)
        until.set()
        assert {quick.number, (await slow).number} == {1, 2}


async def test_the_numbers_end_with_their_organization(organization: Organization) -> None:
    await Organization.filter(id=organization.id).delete()
    [found] = await connections.get("default").execute_query_dict(
        "SELECT count(*) AS number FROM pg_sequences WHERE sequencename LIKE 'conversation_number_%'"
    )
    assert found["number"] == 0
