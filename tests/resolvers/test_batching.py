"""Lists ask the database once for all of their entries, and each entry is told what is its own."""

from __future__ import annotations

from models.agent.agent import Agent
from models.conversation.message import Message
from models.organization.office import Office
from models.organization.organization import Organization
from resolvers import ids
from tests.builders import an_agent
from tests.resolvers import documents as say
from tests.resolvers.conftest import Client, Talk
from tests.resolvers.statements import statements

NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


async def sent(client: Client, query: str, **variables: object) -> int:
    """How many statements answering takes; it must succeed."""
    with statements() as heard:
        answer = await client.run(query, **variables)
    assert not answer.errors, answer.errors
    return len(heard)


async def test_nodes_are_looked_up_once_for_each_kind(talk: Talk, organization: Organization) -> None:
    agents = [ids.encode("Agent", (await an_agent(organization)).id) for _ in range(5)]
    offices = [
        ids.encode("Office", office.id)
        for office in [
            await Office.create(organization=organization, name=name, time_zone="Europe/Rome") for name in "AB"
        ]
    ]
    assert await sent(talk.anna, NODES, ids=agents[:1]) == 1
    assert await sent(talk.anna, NODES, ids=agents) == 1
    assert await sent(talk.anna, NODES, ids=[*agents, *offices, talk.meeting, talk.id]) == 4


async def test_messages_are_looked_up_together(talk: Talk) -> None:
    for text in ("One", "Two", "Three"):
        await say.say(talk.grace, talk.id, text)
    messages = [ids.encode("Message", message.id) for message in await Message.all()]
    assert await sent(talk.anna, NODES, ids=messages) == await sent(talk.anna, NODES, ids=messages[:1])


async def test_nodes_come_in_the_order_in_which_they_were_asked_for_also_twice(talk: Talk) -> None:
    anna = ids.encode("Agent", (await Agent.get(name="Anna")).id)
    wanted = [anna, "nonsense", talk.meeting, ids.encode("Agent", 2**40), anna, ids.encode("Wallet", 1)]
    answer = await talk.anna.run(NODES, ids=wanted)
    shown = [one and one["id"] for one in answer.data["nodes"]]
    assert shown == [anna, None, talk.meeting, None, anna, None]
    assert await sent(talk.anna, NODES, ids=[anna] * 100) == 1


async def test_a_node_asked_for_twice_in_two_spellings_is_found_twice(talk: Talk) -> None:
    padded = talk.meeting + "=" * (-len(talk.meeting) % 4)
    answer = await talk.anna.run(NODES, ids=[talk.meeting, padded])
    assert [one["id"] for one in answer.data["nodes"]] == [talk.meeting] * 2
