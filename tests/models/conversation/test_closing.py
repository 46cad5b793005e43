"""Conversations are closed, sleep, and open again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from errors import ConversationClosed, Invalid, NotAllowed, NotFound
from models.agent.agent import Agent
from models.conversation.assigning import assign
from models.conversation.closing import close, snooze
from models.conversation.conversation import Conversation
from models.conversation.load import loads_of
from models.conversation.offer import Offer
from models.conversation.reopening import due_to_wake, reopen, wake
from models.desk.disposition import Disposition, delete_disposition
from models.organization.closing import delete_service
from models.organization.service import Service, ServiceMember
from models.words import ConversationStatus, MessageKind, OfferStatus, Presence, Role
from tests.builders import MONDAY, a_service, acting, an_agent, an_organization
from tests.models.conversation.invariants import check_conversations
from tests.models.conversation.talks import agents_in, begun, fresh, had, ledger, say, told
from tests.models.queueing.desk import come, go, offered, work

NOW = MONDAY
HOUR = timedelta(hours=1)


@pytest.fixture
async def ben(anna: Agent) -> Agent:
    return await an_agent(await anna.organization, "Ben")


@pytest.fixture
async def support(anna: Agent, ben: Agent) -> Service:
    return await a_service(await anna.organization, anna, ben)


@pytest.fixture
async def talk(support: Service, anna: Agent) -> Conversation:
    """Anna has it, and is at her desk."""
    await come(anna)
    return await had(support, anna)


async def test_a_conversation_is_closed_with_what_came_of_it(talk: Conversation, anna: Agent) -> None:
    solved = await Disposition.create(organization_id=anna.organization_id, name="Solved")
    closed = await close(talk, disposition_id=solved.id, note="Easy", actor=acting(anna), now=NOW)
    assert (closed.status, closed.closed_at, closed.assignee_id) == (ConversationStatus.CLOSED, NOW, anna.id)
    assert (closed.disposition_id, closed.disposition_note) == (solved.id, "Easy")
    assert (await told(talk))[-1] == "CLOSED"
    assert (await loads_of([anna.id]))[anna.id] == 0
    await check_conversations()


async def test_a_guest_writes_when_the_service_is_gone_and_who_had_it_too(
    talk: Conversation, support: Service, anna: Agent
) -> None:
    ada = acting(await an_agent(await anna.organization, "Ada", role=Role.ADMINISTRATOR))
    await close(talk, actor=acting(anna), now=NOW)
    await delete_service(support.id, actor=ada, now=NOW)
    await go(anna)
    await say(talk, "Is anybody there?")
    opened = await fresh(talk)
    assert (opened.status, opened.assignee_id) == (ConversationStatus.WAITING, None)
    await work()
    await check_conversations()


async def test_a_disposition_that_is_deleted_stays_named_and_closes_nothing_more(
    talk: Conversation, support: Service, anna: Agent
) -> None:
    ada = acting(await an_agent(await anna.organization, "Ada", role=Role.ADMINISTRATOR))
    solved = await Disposition.create(organization_id=anna.organization_id, name="Solved")
    await close(talk, disposition_id=solved.id, actor=acting(anna), now=NOW)
    await delete_disposition(solved.id, actor=ada, now=NOW)
    [closed] = await Conversation.filter(id=talk.id).select_related("disposition")
    assert closed.disposition is not None
    assert closed.disposition.name == "Solved"
    other = await had(support, anna)
    with pytest.raises(NotFound):
        await close(other, disposition_id=solved.id, actor=acting(anna), now=NOW)
    assert (await fresh(other)).status is ConversationStatus.OPEN


async def test_a_disposition_of_another_service_or_organization_closes_nothing(
    talk: Conversation, anna: Agent
) -> None:
    organization = await anna.organization
    sales = await a_service(organization, name="Sales")
    of_sales = await Disposition.create(organization=organization, service=sales, name="Sold")
    of_rival = await Disposition.create(organization=await an_organization("rival"), name="Sold")
    for other in (of_sales, of_rival):
        with pytest.raises(NotFound):
            await close(talk, disposition_id=other.id, actor=acting(anna), now=NOW)


async def test_what_is_closed_is_not_closed_again(talk: Conversation, anna: Agent) -> None:
    await close(talk, actor=acting(anna), now=NOW)
    with pytest.raises(ConversationClosed):
        await close(talk, actor=acting(anna), now=NOW)
    with pytest.raises(ConversationClosed):
        await snooze(talk, until=NOW + HOUR, actor=acting(anna), now=NOW)


async def test_who_neither_has_it_nor_may_assign_does_not_close_it(
    talk: Conversation, anna: Agent, ben: Agent
) -> None:
    organization = await anna.organization
    organization.stored_settings = {"can_assign": ["ADMINISTRATOR"]}
    await organization.save()
    for deed in (close(talk, actor=acting(ben), now=NOW), reopen(talk, actor=acting(ben), now=NOW)):
        with pytest.raises(NotAllowed):
            await deed
    with pytest.raises(NotAllowed):
        await snooze(talk, until=NOW + HOUR, actor=acting(ben), now=NOW)
    await close(talk, actor=acting(anna), now=NOW)  # she has it


async def test_what_waits_is_closed_and_offered_to_nobody_any_more(support: Service, anna: Agent) -> None:
    await come(anna)
    waiting = await begun(support)
    await work()
    assert await offered(waiting) == {anna.id}
    await close(waiting, actor=acting(anna), now=NOW)
    assert (await Offer.get()).status is OfferStatus.WITHDRAWN
    await work(NOW + HOUR)
    assert await offered(waiting) == set()
    await check_conversations()


async def test_who_closes_one_is_given_what_waits(support: Service, anna: Agent) -> None:
    await come(anna)
    await Agent.filter(id=anna.id).update(conversation_capacity=1)
    talk = await had(support, anna)
    waiting = await begun(support)
    await work()
    assert await offered(waiting) == set()
    await close(talk, actor=acting(anna), now=NOW)
    await work()
    assert await offered(waiting) == {anna.id}


async def test_what_a_guest_writes_opens_it_for_who_had_it(talk: Conversation, anna: Agent) -> None:
    solved = await Disposition.create(organization_id=anna.organization_id, name="Solved")
    await close(talk, disposition_id=solved.id, note="Easy", actor=acting(anna), now=NOW)
    await say(talk, "One more thing")
    now = await fresh(talk)
    assert (now.status, now.assignee_id, now.closed_at) == (ConversationStatus.OPEN, anna.id, None)
    assert now.disposition_id is None
    assert now.disposition_note is None
    assert (await told(talk))[-3:] == ["CLOSED", "REOPENED", "One more thing"]
    await check_conversations()


@pytest.mark.parametrize("why", ["offline", "away", "busy", "out of the service", "inactive"])
async def test_who_is_not_there_for_it_does_not_get_it_back(
    talk: Conversation, support: Service, anna: Agent, ben: Agent, why: str
) -> None:
    await close(talk, actor=acting(anna), now=NOW)
    match why:
        case "offline":
            await go(anna)
        case "away":
            await go(anna, presence=Presence.AWAY)
        case "busy":
            await Agent.filter(id=anna.id).update(conversation_capacity=1)
            await had(support, anna)
        case "out of the service":
            await ServiceMember.filter(agent_id=anna.id).delete()
        case _:
            await Agent.filter(id=anna.id).update(is_active=False)
    await come(ben)
    await say(talk, "One more thing")
    now = await fresh(talk)
    assert (now.status, now.assignee_id) == (ConversationStatus.WAITING, None)
    assert (await ledger(talk))[-1] == ("UNASSIGNED", None)
    await work()
    assert await offered(talk) == {ben.id}
    await check_conversations()


async def test_with_nobody_there_it_waits_until_somebody_comes(
    talk: Conversation, anna: Agent, ben: Agent
) -> None:
    await close(talk, actor=acting(anna), now=NOW)
    await go(anna)
    await say(talk, "Anybody?")
    await work()
    assert await offered(talk) == set()
    await come(ben)
    await work()
    assert await offered(talk) == {ben.id}


async def test_a_one_to_one_conversation_waits_where_its_agent_works(
    support: Service, anna: Agent, ben: Agent
) -> None:
    talk = await begun(anna)
    await close(talk, actor=acting(anna), now=NOW)
    await come(ben)
    await say(talk, "Anna?")
    now = await fresh(talk)
    assert (now.status, now.service_id) == (ConversationStatus.WAITING, support.id)
    await work()
    assert await offered(talk) == {ben.id}
    await check_conversations()


async def test_a_one_to_one_conversation_stays_with_an_agent_of_no_service(anna: Agent) -> None:
    talk = await begun(anna)
    await close(talk, actor=acting(anna), now=NOW)
    await say(talk, "Anna?")
    now = await fresh(talk)
    assert (now.status, now.assignee_id) == (ConversationStatus.OPEN, anna.id)
    await Agent.filter(id=anna.id).update(conversation_capacity=0)
    await close(talk, actor=acting(anna), now=NOW)
    await say(talk, "Still there?")
    now = await fresh(talk)
    assert (now.status, now.assignee_id, now.service_id) == (ConversationStatus.WAITING, None, None)
    assert await agents_in(talk) == {anna.id: "AGENT"}
    await check_conversations()


async def test_a_closed_conversation_of_a_service_that_is_gone_waits_in_another(
    talk: Conversation, support: Service, anna: Agent, ben: Agent
) -> None:
    await close(talk, actor=acting(anna), now=NOW)
    sales = await a_service(await anna.organization, anna, ben, name="Sales")
    await Service.filter(id=support.id).update(deleted_at=NOW, is_active=False)
    await ServiceMember.filter(service_id=support.id).delete()
    await say(talk, "Hello again")
    now = await fresh(talk)
    assert (now.status, now.service_id) == (ConversationStatus.WAITING, sales.id)


async def test_what_whoever_has_it_writes_opens_it_and_what_others_write_does_not(
    talk: Conversation, anna: Agent, ben: Agent
) -> None:
    await assign(talk, ben, service=None, note=None, actor=acting(anna), now=NOW)
    await close(talk, actor=acting(ben), now=NOW)
    with pytest.raises(ConversationClosed):
        await say(talk, "By the way", anna)
    await say(talk, "Easy, that one", anna, kind=MessageKind.NOTE)
    assert (await fresh(talk)).status is ConversationStatus.CLOSED
    await say(talk, "By the way", ben)  # although he is not at his desk: he is writing
    now = await fresh(talk)
    assert (now.status, now.assignee_id) == (ConversationStatus.OPEN, ben.id)
    await check_conversations()


async def test_who_has_no_room_for_it_again_does_not_open_it_by_writing(
    talk: Conversation, support: Service, anna: Agent
) -> None:
    await close(talk, actor=acting(anna), now=NOW)
    await Agent.filter(id=anna.id).update(conversation_capacity=1)
    await had(support, anna)
    with pytest.raises(ConversationClosed):
        await say(talk, "By the way", anna)
    assert (await fresh(talk)).status is ConversationStatus.CLOSED


async def test_an_agent_opens_it_again(talk: Conversation, anna: Agent, ben: Agent) -> None:
    await close(talk, actor=acting(anna), now=NOW)
    opened = await reopen(talk, actor=acting(ben), now=NOW)
    assert (opened.status, opened.assignee_id) == (ConversationStatus.OPEN, anna.id)
    assert (await told(talk))[-1] == "REOPENED"
    again = await reopen(talk, actor=acting(ben), now=NOW)
    assert again.last_seq == opened.last_seq


async def test_a_conversation_sleeps_and_wakes_when_it_is_time(talk: Conversation, anna: Agent) -> None:
    until = NOW + HOUR
    asleep = await snooze(talk, until=until, actor=acting(anna), now=NOW)
    assert (asleep.status, asleep.snoozed_until) == (ConversationStatus.SNOOZED, until)
    assert (await loads_of([anna.id]))[anna.id] == 0
    await check_conversations()
    assert not await wake(talk.id, now=until - timedelta(seconds=1))
    assert await due_to_wake(now=until - timedelta(seconds=1), limit=9) == []
    assert await due_to_wake(now=until, limit=9) == [talk.id]
    assert await wake(talk.id, now=until)
    assert not await wake(talk.id, now=until)
    now = await fresh(talk)
    assert (now.status, now.assignee_id, now.snoozed_until) == (ConversationStatus.OPEN, anna.id, None)
    await check_conversations()


async def test_what_was_deleted_in_its_sleep_does_not_wake(talk: Conversation, anna: Agent) -> None:
    await snooze(talk, until=NOW + HOUR, actor=acting(anna), now=NOW)
    await Conversation.filter(id=talk.id).delete()
    assert not await wake(talk.id, now=NOW + HOUR)


async def test_what_wakes_with_nobody_there_waits(talk: Conversation, anna: Agent) -> None:
    await snooze(talk, until=NOW + HOUR, actor=acting(anna), now=NOW)
    await go(anna)
    await wake(talk.id, now=NOW + HOUR)
    assert (await fresh(talk)).status is ConversationStatus.WAITING
    await check_conversations()


async def test_a_guest_wakes_it_and_an_agent_does_not(talk: Conversation, anna: Agent) -> None:
    await snooze(talk, until=NOW + HOUR, actor=acting(anna), now=NOW)
    await say(talk, "I will look into it", anna)
    assert (await fresh(talk)).status is ConversationStatus.SNOOZED
    await say(talk, "Thank you")
    assert (await fresh(talk)).status is ConversationStatus.OPEN
    assert not await wake(talk.id, now=NOW + HOUR)
    assert "REOPENED" not in await told(talk)


async def test_to_sleep_again_is_to_sleep_until_then(talk: Conversation, anna: Agent) -> None:
    await snooze(talk, until=NOW + HOUR, actor=acting(anna), now=NOW)
    await snooze(talk, until=NOW + 2 * HOUR, actor=acting(anna), now=NOW)
    assert not await wake(talk.id, now=NOW + HOUR)
    assert await wake(talk.id, now=NOW + 2 * HOUR)


async def test_what_waited_sleeps_and_waits_again(support: Service, anna: Agent) -> None:
    await come(anna)
    waiting = await begun(support)
    await work()
    await snooze(waiting, until=NOW + HOUR, actor=acting(anna), now=NOW)
    assert await offered(waiting) == set()
    await wake(waiting.id, now=NOW + HOUR)
    await work(NOW + HOUR)
    assert await offered(waiting) == {anna.id}
    assert await ledger(waiting) == []
    await check_conversations()


@pytest.mark.parametrize("until", [None, NOW, NOW - HOUR, NOW + timedelta(days=366)])
async def test_sleep_ends_within_a_year(talk: Conversation, anna: Agent, until: object) -> None:
    with pytest.raises(Invalid) as refused:
        await snooze(talk, until=until, actor=acting(anna), now=NOW)  # type: ignore[arg-type]
    assert refused.value.field == ("until",)


async def test_a_conversation_that_sleeps_is_closed(talk: Conversation, anna: Agent) -> None:
    await snooze(talk, until=NOW + HOUR, actor=acting(anna), now=NOW)
    closed = await close(talk, actor=acting(anna), now=NOW)
    assert closed.snoozed_until is None
    assert not await wake(talk.id, now=NOW + HOUR)
    await check_conversations()


async def test_whoever_is_given_it_while_it_sleeps_has_it_when_it_wakes(
    talk: Conversation, anna: Agent, ben: Agent
) -> None:
    await come(ben)
    await snooze(talk, until=NOW + HOUR, actor=acting(anna), now=NOW)
    given = await assign(talk, ben, service=None, note=None, actor=acting(anna), now=NOW)
    assert (given.status, given.assignee_id) == (ConversationStatus.SNOOZED, ben.id)
    await wake(talk.id, now=NOW + HOUR)
    now = await fresh(talk)
    assert (now.status, now.assignee_id) == (ConversationStatus.OPEN, ben.id)
