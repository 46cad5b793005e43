"""Conversations are passed on: taken over by the first who accepts, or back with whoever has them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from errors import (
    AgentUnavailable,
    AlreadyDecided,
    AlreadyTaken,
    AtCapacity,
    ConversationClosed,
    Invalid,
    NotAllowed,
    NotAMember,
    NotFound,
    OfferExpired,
)
from models.agent.agent import Agent
from models.agent.changing import update_agent
from models.agent.heartbeat import LASTS
from models.conversation.assigning import assign
from models.conversation.closing import close, snooze
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.conversation.offer import Offer, OfferRecipient
from models.conversation.reading import mark_read, unread_counts
from models.conversation.releasing import unassign
from models.conversation.transferring import Transfer, transfer, withdraw_transfer
from models.organization.closing import delete_service
from models.organization.service import Service
from models.organization.staffing import remove_service_member, update_service
from models.queueing.accepting import accept
from models.queueing.expiring import expire
from models.queueing.lapsing import lapse
from models.queueing.rejecting import reject
from models.words import ConversationStatus, OfferStatus, Presence, Role
from realtime.events import EventKind
from tests.builders import MONDAY, a_service, acting, an_agent
from tests.models.conversation.invariants import check_conversations
from tests.models.conversation.talks import agents_in, begun, fresh, had, ledger, say, told
from tests.models.queueing.desk import come, go, heard, offered, pending, work

NOW = MONDAY
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
async def ben(anna: Agent) -> Agent:
    return await an_agent(await anna.organization, "Ben")


@pytest.fixture
async def cara(anna: Agent) -> Agent:
    return await an_agent(await anna.organization, "Cara")


@pytest.fixture
async def support(anna: Agent, ben: Agent, cara: Agent) -> Service:
    return await a_service(await anna.organization, anna, ben, cara)


@pytest.fixture
async def talk(support: Service, anna: Agent, ben: Agent) -> Conversation:
    """Anna has it; she and Ben are at their desks, and Cara is not."""
    await come(anna, ben)
    return await had(support, anna)


async def pass_on(
    talk: Conversation,
    to: Agent | Service,
    *,
    by: Agent | None = None,
    seconds: int = 300,
    note: str | None = None,
) -> Offer:
    agent, service = (to, None) if isinstance(to, Agent) else (None, to)
    wish = Transfer(agent=agent, service=service, timeout=timedelta(seconds=seconds), note=note)
    actor = by or await Agent.get(name="Anna")
    return await transfer(talk, wish, actor=acting(actor), now=NOW)


async def is_annas(talk: Conversation, anna: Agent) -> bool:
    now = await fresh(talk)
    return (now.status, now.assignee_id) == (ConversationStatus.OPEN, anna.id)


async def test_who_has_it_keeps_it_until_somebody_accepts(talk: Conversation, anna: Agent, ben: Agent) -> None:
    offer = await pass_on(talk, ben, note="You know him")
    assert (offer.expires_at, offer.from_agent_id) == (LATER, anna.id)
    assert await offered(talk) == {ben.id}
    assert await is_annas(talk, anna)
    await say(talk, "One moment", anna)
    await say(talk, "I am waiting")
    await check_conversations()
    accepted = await accept(offer.id, actor=acting(ben), now=NOW)
    assert accepted.status is OfferStatus.ACCEPTED
    assert (await fresh(talk)).assignee_id == ben.id
    assert (await ledger(talk))[-1] == ("TRANSFER_ACCEPTED", ben.id)
    assert await agents_in(talk) == {anna.id: "AGENT", ben.id: "ASSIGNEE"}
    assert (await told(talk))[-4:] == ["TRANSFER_OFFERED", "One moment", "I am waiting", "TRANSFER_ACCEPTED"]
    await check_conversations()


async def test_the_note_is_not_told_in_the_conversation(talk: Conversation, ben: Agent) -> None:
    await pass_on(talk, ben, note="He is difficult")
    texts = await Message.filter(conversation_id=talk.id).values_list("text", flat=True)
    assert "difficult" not in str(texts)


async def test_of_a_service_all_who_are_there_with_room_are_asked(
    talk: Conversation, anna: Agent, ben: Agent, cara: Agent
) -> None:
    organization = await anna.organization
    full, dora = [await an_agent(organization, name) for name in ("Full", "Dora")]
    await Agent.filter(id=full.id).update(conversation_capacity=0)
    sales = await a_service(organization, anna, ben, cara, full, dora, name="Sales")
    await come(full, dora)
    offer = await pass_on(talk, sales)
    assert await offered(talk) == {ben.id, dora.id}
    await accept(offer.id, actor=acting(dora), now=NOW)
    now = await fresh(talk)
    assert (now.assignee_id, now.service_id) == (dora.id, sales.id)
    with pytest.raises(AlreadyTaken):
        await accept(offer.id, actor=acting(ben), now=NOW)
    await check_conversations()


async def back(talk: Conversation, offer: Offer, ben: Agent, how: str) -> None:
    match how:
        case "time":
            await expire(offer.id, now=LATER)
        case "no":
            await reject(offer.id, reason="Busy", actor=acting(ben), now=NOW)
        case "offline":
            await go(ben)
        case "away":
            await go(ben, presence=Presence.AWAY)
        case "lapsed":
            assert await lapse(ben.id, now=NOW + LASTS)
        case _:
            ada = await an_agent(await ben.organization, role=Role.ADMINISTRATOR)
            await update_agent(ben.id, actor=acting(ada), is_active=False)
            await work()


@pytest.mark.parametrize("how", ["time", "no", "offline", "away", "lapsed", "inactive"])
async def test_what_nobody_takes_comes_back_unread_and_can_be_passed_on_again(
    talk: Conversation, anna: Agent, ben: Agent, cara: Agent, how: str
) -> None:
    offer = await pass_on(talk, ben)
    read = (await fresh(talk)).last_seq
    await mark_read(talk, seq=read, actor=acting(anna))
    before = await heard(anna, EventKind.CONVERSATION_CHANGED, EventKind.OFFER_CLOSED)
    await back(talk, offer, ben, how)
    assert await is_annas(talk, anna)
    assert (await ledger(talk))[-1] == ("TRANSFER_RETURNED", anna.id)
    assert (await told(talk))[-1] == "TRANSFER_RETURNED"
    assert await unread_counts([talk.id], actor=acting(anna)) == {talk.id: 1}
    news = await heard(anna, EventKind.CONVERSATION_CHANGED, EventKind.OFFER_CLOSED)
    assert set(news[len(before) :]) == {"CONVERSATION_CHANGED", "OFFER_CLOSED"}
    with pytest.raises(OfferExpired):
        await accept(offer.id, actor=acting(ben), now=LATER)
    await check_conversations()
    await come(cara)
    again = await pass_on(talk, cara)
    await accept(again.id, actor=acting(cara), now=NOW)
    assert (await fresh(talk)).assignee_id == cara.id
    await check_conversations()


async def test_it_comes_back_when_the_last_of_several_has_said_no(
    talk: Conversation, support: Service, anna: Agent, ben: Agent, cara: Agent
) -> None:
    await come(cara)
    offer = await pass_on(talk, support)
    await reject(offer.id, reason=None, actor=acting(ben), now=NOW)
    assert await offered(talk) == {cara.id}
    assert (await ledger(talk))[-1][0] != "TRANSFER_RETURNED"
    await go(cara)
    assert (await Offer.get(id=offer.id)).status is OfferStatus.REJECTED
    assert (await ledger(talk))[-1] == ("TRANSFER_RETURNED", anna.id)
    await check_conversations()


async def test_after_its_time_it_is_not_taken_even_before_that_is_written(
    talk: Conversation, ben: Agent
) -> None:
    offer = await pass_on(talk, ben, seconds=10)
    with pytest.raises(OfferExpired):
        await accept(offer.id, actor=acting(ben), now=NOW + timedelta(seconds=10))


async def test_a_job_brings_it_back_in_time(talk: Conversation, anna: Agent, ben: Agent) -> None:
    await pass_on(talk, ben)
    await work(LATER - timedelta(seconds=1))
    assert await offered(talk) == {ben.id}
    await work(LATER)
    assert await offered(talk) == set()
    assert await is_annas(talk, anna)


async def test_whoever_has_it_withdraws(talk: Conversation, anna: Agent, ben: Agent) -> None:
    offer = await pass_on(talk, ben)
    withdrawn = await withdraw_transfer(offer.id, actor=acting(anna), now=NOW)
    assert withdrawn.status is OfferStatus.WITHDRAWN
    assert await is_annas(talk, anna)
    assert (await ledger(talk))[-1] == ("SELF_ASSIGNED", anna.id)
    assert await heard(ben) == ["OFFER_MADE", "OFFER_CLOSED"]
    with pytest.raises(OfferExpired):
        await accept(offer.id, actor=acting(ben), now=NOW)
    with pytest.raises(OfferExpired):
        await withdraw_transfer(offer.id, actor=acting(anna), now=NOW)
    await pass_on(talk, ben)
    await check_conversations()


async def test_what_somebody_has_accepted_is_not_withdrawn(talk: Conversation, anna: Agent, ben: Agent) -> None:
    offer = await pass_on(talk, ben)
    await accept(offer.id, actor=acting(ben), now=NOW)
    with pytest.raises(AlreadyTaken):
        await withdraw_transfer(offer.id, actor=acting(anna), now=NOW)


async def test_what_waits_in_a_queue_is_not_withdrawn(support: Service, anna: Agent) -> None:
    await come(anna)
    waiting = await begun(support)
    await work()
    with pytest.raises(Invalid):
        await withdraw_transfer((await pending(waiting)).id, actor=acting(anna), now=NOW)
    assert await offered(waiting) == {anna.id}


async def only_administrators_assign(anna: Agent) -> None:
    organization = await anna.organization
    organization.stored_settings = {"can_assign": ["ADMINISTRATOR"]}
    await organization.save()


async def test_who_may_assign_passes_on_and_withdraws_what_others_have(
    talk: Conversation, anna: Agent, ben: Agent, cara: Agent
) -> None:
    await only_administrators_assign(anna)
    ada = await an_agent(await anna.organization, "Ada", role=Role.ADMINISTRATOR)
    with pytest.raises(NotAllowed):
        await pass_on(talk, ben, by=cara)
    offer = await pass_on(talk, ben, by=ada)
    assert offer.from_agent_id == anna.id
    with pytest.raises(NotAllowed):
        await withdraw_transfer(offer.id, actor=acting(cara), now=NOW)
    await withdraw_transfer(offer.id, actor=acting(ada), now=NOW)
    await pass_on(talk, ben, by=anna)  # she has it
    stranger = await an_agent(await anna.organization, "Eve")
    with pytest.raises(NotFound):
        await withdraw_transfer(offer.id, actor=acting(stranger), now=NOW)


@pytest.mark.parametrize(
    ("targets", "to_agent", "to_service"),
    [("NONE", False, False), ("AGENTS", True, False), ("SERVICES", False, True), ("BOTH", True, True)],
)
async def test_the_settings_say_to_whom(
    talk: Conversation, support: Service, ben: Agent, targets: str, to_agent: bool, to_service: bool
) -> None:
    organization = await ben.organization
    organization.stored_settings = {"transfer_targets": targets}
    await organization.save()
    for to, allowed, field in ((ben, to_agent, "toAgentId"), (support, to_service, "toServiceId")):
        if allowed:
            await withdraw_transfer((await pass_on(talk, to)).id, actor=acting(await anna_of(ben)), now=NOW)
        else:
            with pytest.raises(NotAllowed) as refused:
                await pass_on(talk, to)
            assert refused.value.field == (field,)


async def anna_of(colleague: Agent) -> Agent:
    return await Agent.get(name="Anna", organization_id=colleague.organization_id)


async def test_who_is_not_there_is_not_asked(
    talk: Conversation, support: Service, anna: Agent, ben: Agent, cara: Agent
) -> None:
    for presence in (Presence.OFFLINE, Presence.AWAY):
        await go(ben, presence=presence)
        for to, field in ((ben, "toAgentId"), (cara, "toAgentId"), (support, "toServiceId")):
            with pytest.raises(AgentUnavailable) as refused:
                await pass_on(talk, to)
            assert refused.value.field == (field,)
    assert await Offer.all().count() == 0


async def test_who_has_no_room_is_not_asked_and_does_not_accept(
    talk: Conversation, support: Service, ben: Agent
) -> None:
    offer = await pass_on(talk, ben)
    await Agent.filter(id=ben.id).update(conversation_capacity=0)
    with pytest.raises(AtCapacity):
        await accept(offer.id, actor=acting(ben), now=NOW)
    await withdraw_transfer(offer.id, actor=acting(await anna_of(ben)), now=NOW)
    for to in (ben, support):
        with pytest.raises(AtCapacity):
            await pass_on(talk, to)
    await check_conversations()


async def test_to_an_agent_elsewhere_it_goes_to_their_service(talk: Conversation, anna: Agent) -> None:
    dora = await an_agent(await anna.organization, "Dora")
    await come(dora)
    with pytest.raises(NotAMember):
        await pass_on(talk, dora)
    sales = await a_service(await anna.organization, dora, name="Sales")
    offer = await pass_on(talk, dora)
    await accept(offer.id, actor=acting(dora), now=NOW)
    now = await fresh(talk)
    assert (now.assignee_id, now.service_id) == (dora.id, sales.id)
    await check_conversations()


async def test_who_is_of_no_service_any_more_does_not_take_it_out_of_its_own(
    talk: Conversation, support: Service, anna: Agent, ben: Agent
) -> None:
    organization = await anna.organization
    ada = acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    offer = await pass_on(talk, ben)
    await remove_service_member(support.id, ben.id, actor=ada)
    with pytest.raises(OfferExpired):
        await accept(offer.id, actor=acting(ben), now=NOW)
    now = await fresh(talk)
    assert (now.assignee_id, now.service_id) == (anna.id, support.id)
    await check_conversations()


async def test_between_a_guest_and_an_agent_anybody_takes_over(anna: Agent, ben: Agent) -> None:
    talk = await begun(anna)
    await come(ben)
    offer = await pass_on(talk, ben)
    await accept(offer.id, actor=acting(ben), now=NOW)
    now = await fresh(talk)
    assert (now.assignee_id, now.service_id) == (ben.id, None)


async def test_not_to_who_has_it_nor_to_two_nor_to_nobody(
    talk: Conversation, support: Service, anna: Agent, ben: Agent
) -> None:
    for wish in (
        Transfer(agent=anna),
        Transfer(agent=ben, service=support),
        Transfer(),
        Transfer(agent=ben, timeout=timedelta(seconds=9)),
        Transfer(agent=ben, timeout=timedelta(days=1, seconds=1)),
        Transfer(agent=ben, timeout=timedelta(seconds=-300)),
        Transfer(agent=ben, note="x" * 1_001),
        Transfer(agent=ben, note="\0"),
    ):
        with pytest.raises(Invalid):
            await transfer(talk, wish, actor=acting(anna), now=NOW)
    assert await Offer.all().count() == 0


async def test_what_is_passed_on_already_is_not_passed_on_again(
    talk: Conversation, support: Service, ben: Agent
) -> None:
    offer = await pass_on(talk, ben)
    with pytest.raises(AlreadyDecided):
        await pass_on(talk, support)
    assert (await pending(talk)).id == offer.id


async def test_what_nobody_has_or_is_over_or_sleeps_is_not_passed_on(
    talk: Conversation, support: Service, anna: Agent, ben: Agent
) -> None:
    with pytest.raises(Invalid):
        await pass_on(await begun(support), ben)
    await snooze(talk, until=LATER, actor=acting(anna), now=NOW)
    with pytest.raises(Invalid):
        await pass_on(talk, ben)
    await close(talk, actor=acting(anna), now=NOW)
    with pytest.raises(ConversationClosed):
        await pass_on(talk, ben)


async def end(talk: Conversation, anna: Agent, cara: Agent, how: str) -> None:
    actor = acting(anna)
    match how:
        case "closed":
            await close(talk, actor=actor, now=NOW)
        case "asleep":
            await snooze(talk, until=LATER, actor=actor, now=NOW)
        case "given to another":
            await assign(talk, cara, service=None, note=None, actor=actor, now=NOW)
        case "given back":
            await unassign(talk, actor=actor, now=NOW)


@pytest.mark.parametrize("how", ["closed", "asleep", "given to another", "given back"])
async def test_a_transfer_ends_when_the_conversation_is(
    talk: Conversation, anna: Agent, ben: Agent, cara: Agent, how: str
) -> None:
    offer = await pass_on(talk, ben)
    await end(talk, anna, cara, how)
    assert (await Offer.get(id=offer.id)).status is OfferStatus.WITHDRAWN
    assert not await OfferRecipient.filter(is_open=True).exists()
    with pytest.raises(OfferExpired):
        await accept(offer.id, actor=acting(ben), now=NOW)
    assert "TRANSFER_RETURNED" not in dict(await ledger(talk))
    await work(LATER)
    await check_conversations()


async def test_a_transfer_goes_on_when_who_has_it_leaves_or_somebody_writes(
    talk: Conversation, anna: Agent, ben: Agent
) -> None:
    offer = await pass_on(talk, ben)
    await say(talk, "Hello?")
    await go(anna)
    assert await offered(talk) == {ben.id}
    await accept(offer.id, actor=acting(ben), now=NOW)
    assert (await fresh(talk)).assignee_id == ben.id


async def test_it_comes_back_also_to_who_has_left_their_desk(
    talk: Conversation, anna: Agent, ben: Agent
) -> None:
    await pass_on(talk, ben)
    await go(anna, ben)
    assert await is_annas(talk, anna)
    assert (await ledger(talk))[-1] == ("TRANSFER_RETURNED", anna.id)
    await check_conversations()


async def test_who_leaves_the_service_that_is_asked_does_not_take_over(
    talk: Conversation, anna: Agent, ben: Agent, cara: Agent
) -> None:
    organization = await anna.organization
    ada = acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    sales = await a_service(organization, ben, cara, name="Sales")
    await come(cara)
    offer = await pass_on(talk, sales)
    await remove_service_member(sales.id, ben.id, actor=ada)
    with pytest.raises(OfferExpired):
        await accept(offer.id, actor=acting(ben), now=NOW)
    await remove_service_member(sales.id, cara.id, actor=ada)
    await work()
    assert (await Offer.get(id=offer.id)).status is OfferStatus.WITHDRAWN
    assert (await ledger(talk))[-1] == ("TRANSFER_RETURNED", anna.id)
    assert await is_annas(talk, anna)
    await check_conversations()


@pytest.mark.parametrize("gone", [True, False])
async def test_what_was_passed_on_to_a_service_that_ends_comes_back(
    talk: Conversation, anna: Agent, ben: Agent, gone: bool
) -> None:
    organization = await anna.organization
    ada = acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    sales = await a_service(organization, ben, name="Sales")
    offer = await pass_on(talk, sales)
    if gone:
        await delete_service(sales.id, actor=ada, now=NOW)
    else:
        await update_service(sales.id, actor=ada, is_active=False)
    await work()
    assert (await Offer.get(id=offer.id)).status is OfferStatus.WITHDRAWN
    assert (await ledger(talk))[-1] == ("TRANSFER_RETURNED", anna.id)
    assert await is_annas(talk, anna)
    await check_conversations()


async def test_who_may_no_longer_see_it_is_offered_it_all_the_same(talk: Conversation, ben: Agent) -> None:
    """An agent of nothing here is no member: what is offered is theirs to accept."""
    assert not await Member.filter(conversation_id=talk.id, agent_id=ben.id).exists()
    await accept((await pass_on(talk, ben)).id, actor=acting(ben), now=NOW)
