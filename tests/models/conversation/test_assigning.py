"""Who is given a conversation, in which service; who stays in it; and where it goes when nobody can have it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from errors import AtCapacity, ConversationClosed, Invalid, NotAllowed, NotAMember, NotFound
from models.agent.agent import Agent
from models.agent.changing import update_agent
from models.agent.leaving import delete_agent
from models.conversation.assigning import assign
from models.conversation.closing import close, snooze
from models.conversation.conversation import Conversation
from models.conversation.joining import add_agent
from models.conversation.offer import Offer
from models.conversation.releasing import unassign
from models.conversation.reopening import wake
from models.conversation.transferring import Transfer, transfer
from models.organization.service import Service, ServiceMember
from models.organization.staffing import remove_service_member
from models.words import ConversationStatus, OfferStatus, Role
from realtime.events import EventKind
from tests.builders import MONDAY, a_service, acting, an_agent, an_organization
from tests.models.conversation.invariants import check_conversations
from tests.models.conversation.talks import agents_in, begun, details, fresh, had, ledger, told
from tests.models.queueing.desk import come, heard, offered, work

NOW = MONDAY
HOUR = timedelta(hours=1)


@pytest.fixture
async def ben(anna: Agent) -> Agent:
    return await an_agent(await anna.organization, "Ben")


@pytest.fixture
async def cara(anna: Agent) -> Agent:
    return await an_agent(await anna.organization, "Cara")


@pytest.fixture
async def support(anna: Agent, ben: Agent) -> Service:
    return await a_service(await anna.organization, anna, ben)


@pytest.fixture
async def ada(anna: Agent) -> Agent:
    """The administrator, who is of no service."""
    return await an_agent(await anna.organization, "Ada", role=Role.ADMINISTRATOR)


async def give(talk: Conversation, to: Agent, *, by: Agent, service: Service | None = None) -> Conversation:
    return await assign(talk, to, service=service, note=None, actor=acting(by), now=NOW)


async def test_what_is_offered_is_offered_no_more_once_it_is_given(
    support: Service, anna: Agent, ben: Agent
) -> None:
    await come(anna, ben)
    talk = await begun(support)
    await work()
    assert await offered(talk) == {anna.id, ben.id}
    given = await give(talk, ben, by=anna)
    assert (given.status, given.assignee_id) == (ConversationStatus.OPEN, ben.id)
    assert (await Offer.get()).status is OfferStatus.WITHDRAWN
    assert await heard(anna) == await heard(ben) == ["OFFER_MADE", "OFFER_CLOSED"]
    assert (await ledger(talk), await told(talk)) == ([("ASSIGNED", ben.id)], [*STARTED, "ASSIGNED"])
    await check_conversations()


STARTED = ["CONVERSATION_STARTED", "Hello?"]


async def test_a_transfer_is_over_once_it_is_given_to_somebody_else(
    support: Service, anna: Agent, ben: Agent
) -> None:
    await come(ben)
    talk = await had(support, anna)
    await transfer(talk, Transfer(agent=ben), actor=acting(anna), now=NOW)
    await give(talk, ben, by=anna)  # also to the one who was asked
    assert (await Offer.get()).status is OfferStatus.WITHDRAWN
    assert (await ledger(talk))[-1] == ("ASSIGNED", ben.id)
    await check_conversations()


async def test_nobody_is_given_more_than_they_can_have_not_even_by_themselves(
    support: Service, anna: Agent, ben: Agent
) -> None:
    await Agent.all().update(conversation_capacity=1)
    await had(support, anna)
    talk = await begun(support)
    for by in (anna, ben):
        with pytest.raises(AtCapacity):
            await give(talk, anna, by=by)
    assert await ledger(talk) == []
    await check_conversations()


async def test_who_works_here_no_more_is_given_nothing(support: Service, anna: Agent, ben: Agent) -> None:
    talk = await begun(support)
    await Agent.filter(id=ben.id).update(is_active=False)
    with pytest.raises(NotFound):
        await give(talk, ben, by=anna)  # who was active a moment ago


async def test_what_is_over_is_given_to_nobody(support: Service, anna: Agent, ben: Agent) -> None:
    talk = await had(support, anna)
    await close(talk, actor=acting(anna), now=NOW)
    with pytest.raises(ConversationClosed):
        await give(talk, ben, by=anna)


async def test_who_takes_it_and_is_not_of_its_service_has_it_in_their_own(
    support: Service, anna: Agent, ada: Agent
) -> None:
    organization, guest = await anna.organization, details()
    first, last = [await a_service(organization, ada, name=name) for name in ("First", "Last")]
    taken = await give(await begun(support), ada, by=ada)
    assert (taken.assignee_id, taken.service_id) == (ada.id, first.id)
    await begun(last, by=guest)
    nearest = await give(await begun(support, by=guest), ada, by=ada)
    assert nearest.service_id == last.id
    inside = await give(await begun(first, by=guest), ada, by=ada)
    assert inside.service_id == first.id
    await check_conversations()


async def test_where_they_have_not_met_it_is_the_service_they_have_been_in_for_longest(
    support: Service, anna: Agent, ada: Agent
) -> None:
    organization = await anna.organization
    older = await a_service(organization, name="Older")
    joined_first = await a_service(organization, ada, name="Younger")
    await ServiceMember.create(organization_id=ada.organization_id, service=older, agent=ada)
    taken = await give(await begun(support), ada, by=ada)
    assert taken.service_id == joined_first.id


async def test_who_is_of_no_service_takes_nothing_of_one(support: Service, ada: Agent) -> None:
    with pytest.raises(NotAMember):
        await give(await begun(support), ada, by=ada)


async def test_a_service_that_is_out_of_use_is_nobodys_nearest(
    support: Service, anna: Agent, ada: Agent
) -> None:
    organization = await anna.organization
    await a_service(organization, ada, name="Gone", is_active=False)
    await a_service(organization, ada, name="Deleted", deleted_at=NOW)
    with pytest.raises(NotAMember):
        await give(await begun(support), ada, by=ada)


async def test_who_was_added_is_not_given_what_is_not_of_their_service(
    support: Service, anna: Agent, cara: Agent
) -> None:
    sales = await a_service(await anna.organization, cara, name="Sales")
    talk = await had(support, anna)
    await add_agent(talk, cara, actor=acting(anna), now=NOW)
    for by in (anna, cara):
        with pytest.raises(NotAMember, match="was added to it"):
            await give(talk, cara, by=by)
    given = await give(talk, cara, by=anna, service=sales)
    assert (given.assignee_id, given.service_id) == (cara.id, sales.id)


async def test_between_a_guest_and_an_agent_who_is_given_it_joins_and_both_stay(
    anna: Agent, cara: Agent
) -> None:
    talk = await begun(anna)
    given = await give(talk, cara, by=anna)
    assert (given.assignee_id, given.service_id) == (cara.id, None)
    assert await agents_in(talk) == {anna.id: "AGENT", cara.id: "ASSIGNEE"}
    await check_conversations()


async def test_who_gave_it_back_leaves_when_somebody_takes_it_and_who_was_added_stays(
    support: Service, anna: Agent, ben: Agent, cara: Agent
) -> None:
    talk = await had(support, anna)
    await add_agent(talk, cara, actor=acting(anna), now=NOW)
    await unassign(talk, actor=acting(anna), now=NOW)
    assert await agents_in(talk) == {anna.id: "AGENT", cara.id: "AGENT"}
    before = len(await heard(anna, EventKind.CONVERSATION_CHANGED))
    await give(talk, ben, by=ben)
    assert await agents_in(talk) == {cara.id: "AGENT", ben.id: "ASSIGNEE"}
    assert len(await heard(anna, EventKind.CONVERSATION_CHANGED)) > before
    await give(talk, anna, by=ben)  # not from a queue: who had it stays
    assert await agents_in(talk) == {cara.id: "AGENT", ben.id: "AGENT", anna.id: "ASSIGNEE"}
    await check_conversations()


async def test_what_is_given_back_waits_and_is_offered_anew(support: Service, anna: Agent, ben: Agent) -> None:
    await come(anna, ben)
    talk = await had(support, anna)
    back = await unassign(talk, actor=acting(anna), now=NOW)
    assert (back.status, back.assignee_id, back.waiting_since) == (ConversationStatus.WAITING, None, NOW)
    assert (await ledger(talk))[-1] == ("UNASSIGNED", None)
    assert (await told(talk))[-1] == "UNASSIGNED"
    await work()
    assert await offered(talk) == {ben.id}  # and not whoever has just given it back
    await check_conversations()


async def test_what_waits_sleeps_or_is_over_is_given_back_as_may_be(support: Service, anna: Agent) -> None:
    waiting = await begun(support)
    assert (await unassign(waiting, actor=acting(anna), now=NOW)).last_seq == waiting.last_seq
    talk = await had(support, anna)
    await snooze(talk, until=NOW + HOUR, actor=acting(anna), now=NOW)
    assert (await unassign(talk, actor=acting(anna), now=NOW)).status is ConversationStatus.WAITING
    await close(talk, actor=acting(anna), now=NOW)
    with pytest.raises(ConversationClosed):
        await unassign(talk, actor=acting(anna), now=NOW)
    with pytest.raises(Invalid):
        await unassign(await begun(anna), actor=acting(anna), now=NOW)
    await check_conversations()


async def test_roles_that_may_not_assign_give_nothing_back(support: Service, anna: Agent) -> None:
    talk = await had(support, anna)
    organization = await anna.organization
    organization.stored_settings = {"can_assign": ["ADMINISTRATOR"]}
    await organization.save()
    with pytest.raises(NotAllowed):
        await unassign(talk, actor=acting(anna), now=NOW)


async def test_what_somebody_has_who_is_deactivated_waits_for_others(
    support: Service, anna: Agent, ben: Agent, ada: Agent
) -> None:
    await come(anna, ben)
    talk, one_to_one = await had(support, anna), await begun(anna)
    asleep, over, other = [await had(support, agent) for agent in (anna, anna, ben)]
    await snooze(asleep, until=NOW + HOUR, actor=acting(anna), now=NOW)
    await close(over, actor=acting(anna), now=NOW)
    await update_agent(anna.id, actor=acting(ada), is_active=False)
    await work()
    for released in (talk, one_to_one):
        now = await fresh(released)
        assert (now.status, now.assignee_id, now.service_id) == (ConversationStatus.WAITING, None, support.id)
        assert (await ledger(released))[-1] == ("UNASSIGNED", None)
        assert await offered(released) == {ben.id}
    assert [(await fresh(one)).assignee_id for one in (asleep, over, other)] == [anna.id, anna.id, ben.id]
    await wake(asleep.id, now=NOW + HOUR)
    assert (await fresh(asleep)).status is ConversationStatus.WAITING
    await check_conversations()


async def test_what_could_wait_nowhere_stays_with_who_is_deactivated(anna: Agent, ada: Agent) -> None:
    talk = await begun(anna)
    await update_agent(anna.id, actor=acting(ada), is_active=False)
    await work()
    assert (await fresh(talk)).assignee_id == anna.id
    await check_conversations()


async def test_who_comes_back_in_time_keeps_what_they_have(support: Service, anna: Agent, ada: Agent) -> None:
    talk = await had(support, anna)
    await update_agent(anna.id, actor=acting(ada), is_active=False)
    await update_agent(anna.id, actor=acting(ada), is_active=True)
    await work()
    assert (await fresh(talk)).assignee_id == anna.id


async def test_what_somebody_has_who_is_deleted_waits_for_others(
    support: Service, anna: Agent, ben: Agent, ada: Agent
) -> None:
    await come(ben)
    talk, asleep = await had(support, anna), await had(support, anna)
    await snooze(asleep, until=NOW + HOUR, actor=acting(anna), now=NOW)
    await delete_agent(anna.id, actor=acting(ada), now=NOW)
    await work()
    assert await offered(talk) == {ben.id}
    assert (await ledger(talk))[-1] == ("UNASSIGNED", None)
    await wake(asleep.id, now=NOW + HOUR)
    await work(NOW + HOUR)
    assert ben.id in await offered(asleep)
    await check_conversations()


async def test_who_has_what_could_wait_nowhere_is_not_deleted(anna: Agent, ada: Agent) -> None:
    talk = await begun(anna)
    with pytest.raises(Invalid, match="in no service"):
        await delete_agent(anna.id, actor=acting(ada), now=NOW)
    await close(talk, actor=acting(anna), now=NOW)
    await delete_agent(anna.id, actor=acting(ada), now=NOW)


async def test_who_leaves_a_service_keeps_what_they_have_of_it(
    support: Service, anna: Agent, ben: Agent, ada: Agent
) -> None:
    await come(anna, ben)
    talk, waiting = await had(support, anna), await begun(support)
    await work()
    await remove_service_member(support.id, anna.id, actor=acting(ada))
    await work()
    assert (await fresh(talk)).assignee_id == anna.id
    assert await offered(waiting) == {ben.id}
    await check_conversations()


async def test_nothing_is_given_across_organizations(support: Service, anna: Agent) -> None:
    rival = await an_organization("rival")
    eve = await an_agent(rival, "Eve", role=Role.ADMINISTRATOR)
    for talk in (await begun(support), await begun(anna)):
        with pytest.raises(NotFound):
            await give(talk, eve, by=anna)
