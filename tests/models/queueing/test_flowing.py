"""The backlog flows whenever somebody can take something who could not before, and what was promised is taken back when
somebody no longer can."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from models.actor import AgentActor
from models.agent.agent import Agent
from models.agent.changing import update_agent
from models.agent.leaving import delete_agent
from models.agent.presence import AgentPresence
from models.conversation.closing import close
from models.conversation.conversation import Conversation
from models.organization.organization import Organization
from models.organization.service import Service
from models.organization.staffing import remove_service_member, set_service_member, update_service
from models.queueing.accepting import accept
from models.queueing.flowing import MOST_AT_ONCE, flow
from models.queueing.routing import route
from models.words import Presence, Role, Routing, Verdict
from tests.builders import a_service, acting, an_agent
from tests.models.conversation.invariants import check_conversations
from tests.models.queueing.desk import (
    MINUTE,
    NOW,
    a_conversation,
    come,
    heard,
    offered,
    owner,
    pending,
    verdicts,
    work,
)

AUTO = Routing.ASSIGN_AUTOMATICALLY


@pytest.fixture
async def ada(organization: Organization) -> AgentActor:
    return acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


@pytest.fixture
async def full(anna: Agent) -> Agent:
    """Anna, who can have one conversation and has it."""
    await Agent.filter(id=anna.id).update(conversation_capacity=1)
    service = await a_service(await anna.organization, anna, name="Before")
    await come(anna)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    await accept((await pending(conversation)).id, actor=acting(anna), now=NOW)
    await work()
    return anna


async def waits(service: Service) -> Conversation:
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    assert await offered(conversation) == set()
    return conversation


async def closed(agent: Agent, by: AgentActor) -> None:
    conversation = await Conversation.get(assignee_id=agent.id)
    await close(conversation, actor=acting(agent), now=NOW)


async def enlarged(agent: Agent, by: AgentActor) -> None:
    await update_agent(agent.id, actor=by, conversation_capacity=2)


@pytest.mark.parametrize("happens", [closed, enlarged])
@pytest.mark.parametrize("routing", Routing)
async def test_what_waits_comes_to_who_gets_room(
    full: Agent, ada: AgentActor, routing: Routing, happens: Callable[[Agent, AgentActor], Awaitable[None]]
) -> None:
    conversation = await waits(await a_service(await full.organization, full, routing=routing))
    assert await verdicts(conversation) == {full.id: Verdict.AT_CAPACITY}
    await happens(full, ada)
    await work()
    if routing is AUTO:
        assert await owner(conversation) == full.id
    else:
        assert await offered(conversation) == {full.id}
    await check_conversations()


async def test_what_waits_comes_to_who_joins_the_service(
    organization: Organization, anna: Agent, ada: AgentActor
) -> None:
    service = await a_service(organization)
    await come(anna)
    conversation = await waits(service)
    await set_service_member(service.id, anna.id, actor=ada)
    await work()
    assert await offered(conversation) == {anna.id}


async def test_what_waits_comes_to_who_has_learned_the_guests_language(
    organization: Organization, anna: Agent, ada: AgentActor
) -> None:
    ben = await an_agent(organization, "Ben", languages=["it"])
    await Agent.filter(id=anna.id).update(languages=["en"])
    service = await a_service(organization, anna, ben)
    await come(anna, ben)
    conversation = await a_conversation(service, language="it")
    await work()
    await route(conversation.id, now=NOW)
    assert await offered(conversation) == {ben.id}
    await update_agent(anna.id, actor=ada, languages=["en", "it"])
    await work()
    assert await offered(conversation) == {anna.id, ben.id}


async def test_what_was_offered_to_who_leaves_the_service_is_not_any_more(
    organization: Organization, anna: Agent, ada: AgentActor
) -> None:
    ben = await an_agent(organization, "Ben")
    service = await a_service(organization, anna, ben, routing=Routing.OFFER_IN_TURN)
    await come(anna, ben)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    assert await offered(conversation) == {anna.id}
    await remove_service_member(service.id, anna.id, actor=ada)
    await work()
    assert await offered(conversation) == {ben.id}
    assert await heard(anna) == ["OFFER_MADE", "OFFER_CLOSED"]


async def test_a_service_is_put_out_of_use_and_into_use_again(
    organization: Organization, anna: Agent, ada: AgentActor
) -> None:
    service = await a_service(organization, anna)
    await come(anna)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    await update_service(service.id, actor=ada, is_active=False)
    await work()
    assert await offered(conversation) == set()
    await update_service(service.id, actor=ada, is_active=True, routing=AUTO)
    await work()
    assert await owner(conversation) == anna.id


async def test_who_works_here_no_more_is_gone_from_their_desk(
    organization: Organization, anna: Agent, ada: AgentActor
) -> None:
    ben = await an_agent(organization, "Ben")
    service = await a_service(organization, anna, ben)
    await come(anna, ben)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    await update_agent(anna.id, actor=ada, is_active=False)
    await delete_agent(ben.id, actor=ada, now=NOW)
    await work()
    assert await offered(conversation) == set()
    assert {one.presence for one in await AgentPresence.all()} == {Presence.OFFLINE}
    await update_agent(anna.id, actor=ada, is_active=True)
    await work()
    assert await verdicts(conversation) == {anna.id: Verdict.OFFLINE}


async def test_what_everybody_has_forgotten_is_found(organization: Organization, anna: Agent) -> None:
    service = await a_service(organization, anna)
    await come(anna)
    lost = [await a_conversation(service, now=NOW + number * MINUTE) for number in range(3)]
    await flow(now=NOW + 3 * MINUTE)
    assert [await offered(one) for one in lost] == [{anna.id}] * 3


async def test_what_is_forgotten_is_found_however_much_waits_elsewhere(
    organization: Organization, anna: Agent
) -> None:
    busy = await an_agent(organization, "Busy", conversation_capacity=0)
    full, service = await a_service(organization, busy, name="Full"), await a_service(organization, anna)
    await come(anna, busy)
    first = await a_conversation(full, now=NOW - MINUTE)
    same = {name: getattr(first, name) for name in ("organization_id", "channel", "status", "service_id")}
    times = dict.fromkeys(("created_at", "last_message_at", "waiting_since"), NOW - MINUTE)
    await Conversation.bulk_create(
        [Conversation(**same, **times, number=-n) for n in range(1, MOST_AT_ONCE + 1)]
    )
    lost = await a_conversation(service)
    await flow(now=NOW + MINUTE)
    assert await offered(lost) == {anna.id}


async def test_where_nobody_can_take_anything_one_look_is_enough(
    organization: Organization, anna: Agent
) -> None:
    await Agent.filter(id=anna.id).update(conversation_capacity=0)
    service = await a_service(organization, anna)
    await come(anna)
    old, new = [await a_conversation(service, now=NOW + number * MINUTE) for number in range(2)]
    await flow(now=NOW + 2 * MINUTE)
    assert await verdicts(old) == {anna.id: Verdict.AT_CAPACITY}
    assert await verdicts(new) == {}
