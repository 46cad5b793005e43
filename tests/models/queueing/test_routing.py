"""Waiting conversations find their owners, as their service routes them."""

from __future__ import annotations

from typing import Any

import pytest

from errors import AlreadyTaken, AtCapacity, NotFound, OfferExpired, Refused
from models.agent.agent import Agent
from models.conversation.assignment import AssignmentRecord
from models.conversation.message import Message
from models.conversation.offer import Offer, OfferRecipient
from models.organization.organization import Organization
from models.organization.service import Service, ServiceMember
from models.queueing.accepting import accept
from models.queueing.flowing import flow, flow_in_service
from models.queueing.record import KEPT, RoutingRecord
from models.queueing.rejecting import reject
from models.queueing.routing import Outcome, route
from models.words import (
    AssignmentCause,
    Channel,
    ConversationStatus,
    Direction,
    OfferStatus,
    Presence,
    Routing,
    SystemEvent,
    Verdict,
)
from realtime.events import EventKind
from tests.builders import a_service, acting, an_agent
from tests.models.conversation.invariants import check_conversations
from tests.models.queueing.desk import (
    MINUTE,
    NOW,
    a_conversation,
    come,
    go,
    heard,
    offered,
    owner,
    pending,
    verdicts,
    work,
)

TURN, AUTO = Routing.OFFER_IN_TURN, Routing.ASSIGN_AUTOMATICALLY
MADE, CLOSED = EventKind.OFFER_MADE.value, EventKind.OFFER_CLOSED.value


@pytest.fixture
async def ben(organization: Organization) -> Agent:
    return await an_agent(organization, "Ben")


@pytest.fixture
async def cara(organization: Organization) -> Agent:
    return await an_agent(organization, "Cara")


async def test_it_is_offered_to_all_who_are_online_and_the_first_to_accept_has_it(
    organization: Organization, anna: Agent, ben: Agent, cara: Agent
) -> None:
    service = await a_service(organization, anna, ben, cara)
    await come(anna, ben)
    conversation = await a_conversation(service)
    assert await route(conversation.id, now=NOW) is Outcome.OFFERED
    assert await offered(conversation) == {anna.id, ben.id}
    offer = await pending(conversation)
    assert offer.expires_at == NOW + MINUTE
    taken = await accept(offer.id, actor=acting(ben), now=NOW)
    assert (taken.status, taken.accepted_by_id) == (OfferStatus.ACCEPTED, ben.id)
    assert await owner(conversation) == ben.id
    with pytest.raises(AlreadyTaken):
        await accept(offer.id, actor=acting(anna), now=NOW)
    with pytest.raises(NotFound):
        await accept(offer.id, actor=acting(cara), now=NOW)
    [record] = await AssignmentRecord.all()
    assert (record.how, record.offer_id) == (AssignmentCause.OFFER_ACCEPTED, offer.id)
    [said] = await Message.all()
    assert (said.system_event, said.text) == (SystemEvent.ASSIGNED, "Ben is here for you.")
    assert await heard(anna) == await heard(ben) == [MADE, CLOSED]
    assert await heard(cara) == []
    await check_conversations()


async def test_who_accepts_twice_gets_the_same_answer(organization: Organization, anna: Agent) -> None:
    service = await a_service(organization, anna)
    await come(anna)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    offer = await pending(conversation)
    first = await accept(offer.id, actor=acting(anna), now=NOW)
    again = await accept(offer.id, actor=acting(anna), now=NOW + 2 * MINUTE)
    assert first.id == again.id and again.accepted_by_id == anna.id
    assert await AssignmentRecord.all().count() == 1


async def test_with_nobody_online_it_waits_and_flows_to_who_comes(
    organization: Organization, anna: Agent, ben: Agent
) -> None:
    service = await a_service(organization, anna, ben)
    conversation = await a_conversation(service)
    assert await route(conversation.id, now=NOW) is Outcome.DRY
    assert await verdicts(conversation) == {anna.id: Verdict.OFFLINE, ben.id: Verdict.OFFLINE}
    await come(anna)
    await work()
    assert await offered(conversation) == {anna.id}
    await come(ben)
    await work()
    assert await offered(conversation) == {anna.id, ben.id}
    assert await Offer.all().count() == 1
    assert await verdicts(conversation) == {anna.id: Verdict.OFFERED, ben.id: Verdict.OFFERED}


async def test_who_is_full_is_not_offered_anything_until_they_have_room(
    organization: Organization, anna: Agent
) -> None:
    await Agent.filter(id=anna.id).update(conversation_capacity=1)
    service = await a_service(organization, anna)
    await come(anna)
    first, second = [await a_conversation(service) for _ in range(2)]
    for one in (first, second):
        await route(one.id, now=NOW)
    assert await offered(second) == {anna.id}
    await accept((await pending(first)).id, actor=acting(anna), now=NOW)
    late = await pending(second)
    with pytest.raises(AtCapacity):
        await accept(late.id, actor=acting(anna), now=NOW)
    await work()
    assert await offered(second) == set()
    assert await verdicts(second) == {anna.id: Verdict.AT_CAPACITY}
    with pytest.raises(OfferExpired):
        await accept(late.id, actor=acting(anna), now=NOW)
    await check_conversations()


async def test_meetings_conversations_fill_nobodys_capacity(organization: Organization, anna: Agent) -> None:
    await Agent.filter(id=anna.id).update(conversation_capacity=1)
    service = await a_service(organization, anna)
    own: dict[str, Any] = {
        "channel": Channel.MEETING,
        "status": ConversationStatus.OPEN,
        "assignee": anna,
        "waiting_since": None,
    }
    for _ in range(3):
        await a_conversation(service, **own)
    await come(anna)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    await accept((await pending(conversation)).id, actor=acting(anna), now=NOW)
    assert await owner(conversation) == anna.id


async def test_a_conversation_that_only_a_booking_opened_is_offered_once_the_guest_speaks(
    organization: Organization, anna: Agent
) -> None:
    service = await a_service(organization, anna)
    await come(anna)
    conversation = await a_conversation(service, channel=Channel.MEETING)
    assert await route(conversation.id, now=NOW) is Outcome.OVER
    await flow(now=NOW)
    assert await offered(conversation) == set()
    conversation.last_message_direction = Direction.INBOUND
    await conversation.save()
    await flow(now=NOW)
    assert await offered(conversation) == {anna.id}


async def test_rejecting_is_for_oneself_and_when_all_have_it_is_offered_again_after_the_timeout(
    organization: Organization, anna: Agent, ben: Agent
) -> None:
    service = await a_service(organization, anna, ben)
    await come(anna, ben)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    offer = await pending(conversation)
    await reject(offer.id, reason="Lunch", actor=acting(anna), now=NOW)
    assert await offered(conversation) == {ben.id}
    assert (await heard(anna), await heard(ben)) == ([MADE, CLOSED], [MADE])
    with pytest.raises(OfferExpired):
        await accept(offer.id, actor=acting(anna), now=NOW)
    over = await reject(offer.id, reason=None, actor=acting(ben), now=NOW + MINUTE / 2)
    assert over.status is OfferStatus.REJECTED
    await work(NOW + MINUTE / 2)
    assert await offered(conversation) == set()
    assert await verdicts(conversation) == {anna.id: Verdict.REJECTED, ben.id: Verdict.REJECTED}
    await work(NOW + 1.5 * MINUTE)
    assert await offered(conversation) == {anna.id, ben.id}
    await check_conversations()


async def test_to_reject_twice_changes_nothing(organization: Organization, anna: Agent, ben: Agent) -> None:
    service = await a_service(organization, anna, ben)
    await come(anna, ben)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    offer = await pending(conversation)
    await reject(offer.id, reason="Lunch", actor=acting(anna), now=NOW)
    await reject(offer.id, reason="Dinner", actor=acting(anna), now=NOW + MINUTE / 2)
    part = await OfferRecipient.get(agent_id=anna.id)
    assert (part.reason, part.rejected_at) == ("Lunch", NOW)
    assert await heard(anna) == [MADE, CLOSED]


async def test_what_nobody_took_in_time_is_offered_to_all_again(
    organization: Organization, anna: Agent
) -> None:
    service = await a_service(organization, anna)
    await come(anna)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    offer = await pending(conversation)
    with pytest.raises(OfferExpired):
        await accept(offer.id, actor=acting(anna), now=NOW + MINUTE)
    await work(NOW + MINUTE)
    assert (await Offer.get(id=offer.id)).status is OfferStatus.EXPIRED
    assert (await pending(conversation)).round == 2
    assert await heard(anna) == [MADE, CLOSED, MADE]
    await check_conversations()


async def test_in_turn_a_no_or_a_timeout_passes_it_on(
    organization: Organization, anna: Agent, ben: Agent, cara: Agent
) -> None:
    service = await a_service(organization, anna, ben, cara, routing=TURN)
    await come(anna, ben, cara)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    assert await offered(conversation) == {anna.id}
    assert await verdicts(conversation) == {
        anna.id: Verdict.OFFERED,
        ben.id: Verdict.NOT_THEIR_TURN,
        cara.id: Verdict.NOT_THEIR_TURN,
    }
    await reject((await pending(conversation)).id, reason=None, actor=acting(anna), now=NOW)
    await work(NOW)
    assert await offered(conversation) == {ben.id}
    await work(NOW + MINUTE)
    assert await offered(conversation) == {cara.id}
    await work(NOW + 2 * MINUTE)
    assert await offered(conversation) == set()
    assert await verdicts(conversation) == {
        anna.id: Verdict.REJECTED,
        ben.id: Verdict.UNANSWERED,
        cara.id: Verdict.UNANSWERED,
    }
    await work(NOW + 3 * MINUTE)
    assert await offered(conversation) == {anna.id}
    assert await heard(ben) == [MADE, CLOSED]
    await check_conversations()


async def test_turns_go_round_over_many_conversations(
    organization: Organization, anna: Agent, ben: Agent
) -> None:
    service = await a_service(organization, anna, ben, routing=TURN)
    await come(anna, ben)
    asked: list[int] = []
    for minute in range(4):
        conversation = await a_conversation(service)
        await route(conversation.id, now=NOW + minute * MINUTE / 10)
        asked += await offered(conversation)
    assert asked == [anna.id, ben.id, anna.id, ben.id]


async def test_who_leaves_their_desk_passes_their_turn_on(
    organization: Organization, anna: Agent, ben: Agent
) -> None:
    service = await a_service(organization, anna, ben, routing=TURN)
    await come(anna, ben)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    offer = await pending(conversation)
    await go(anna, presence=Presence.AWAY)
    assert await heard(anna) == [MADE, CLOSED]
    assert (await Offer.get(id=offer.id)).status is OfferStatus.WITHDRAWN
    with pytest.raises(OfferExpired):
        await accept(offer.id, actor=acting(anna), now=NOW)
    await work()
    assert await offered(conversation) == {ben.id}
    await go(ben)
    await work()
    assert await verdicts(conversation) == {anna.id: Verdict.AWAY, ben.id: Verdict.OFFLINE}
    await come(anna, now=NOW + MINUTE / 4)
    await work(NOW + MINUTE / 4)
    assert await offered(conversation) == {anna.id}
    await check_conversations()


async def test_who_comes_back_to_an_offer_to_all_is_asked_again(
    organization: Organization, anna: Agent, ben: Agent
) -> None:
    service = await a_service(organization, anna, ben)
    await come(anna, ben)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    await go(anna)
    assert await offered(conversation) == {ben.id}
    await come(anna)
    await work()
    assert await offered(conversation) == {anna.id, ben.id}
    assert await Offer.all().count() == 1
    assert await heard(anna) == [MADE, CLOSED, MADE]


async def test_automatically_it_is_given_to_the_least_loaded(
    organization: Organization, anna: Agent, ben: Agent, cara: Agent
) -> None:
    service = await a_service(organization, anna, ben, cara, routing=AUTO)
    await come(anna, ben)
    four = [await a_conversation(service) for _ in range(4)]
    for number, one in enumerate(four):
        assert await route(one.id, now=NOW + number * MINUTE) is Outcome.GIVEN
    assert [await owner(one) for one in four] == [anna.id, ben.id, anna.id, ben.id]
    record = await AssignmentRecord.get(conversation_id=four[0].id)
    assert (record.how, record.actor_agent_id, record.offer_id) == (AssignmentCause.AUTOMATIC, None, None)
    assert await verdicts(four[0]) == {
        anna.id: Verdict.GIVEN,
        ben.id: Verdict.NOT_THEIR_TURN,
        cara.id: Verdict.OFFLINE,
    }
    assert await Message.filter(conversation_id=four[0].id).count() == 1
    await check_conversations()


async def test_automatically_the_oldest_comes_first_whichever_is_routed(
    organization: Organization, anna: Agent
) -> None:
    await Agent.filter(id=anna.id).update(conversation_capacity=1)
    service = await a_service(organization, anna, routing=AUTO)
    other = await a_service(organization, anna, routing=AUTO, name="Sales")
    await come(anna)
    old, new = await a_conversation(other), await a_conversation(service, now=NOW + MINUTE)
    await route(new.id, now=NOW + MINUTE)
    assert (await owner(old), await owner(new)) == (anna.id, None)
    assert await verdicts(new) == {anna.id: Verdict.AT_CAPACITY}


async def test_the_backlog_flows_in_its_order_to_who_comes(organization: Organization, anna: Agent) -> None:
    await Agent.filter(id=anna.id).update(conversation_capacity=2)
    service = await a_service(organization, anna, routing=AUTO)
    three = [await a_conversation(service, now=NOW - number * MINUTE) for number in range(3)]
    await come(anna)
    await work()
    assert [await owner(one) for one in three] == [None, anna.id, anna.id]
    await check_conversations()


async def test_an_agent_who_speaks_the_guests_language_is_preferred(
    organization: Organization, anna: Agent, ben: Agent
) -> None:
    await Agent.filter(id=anna.id).update(languages=["en"])
    await Agent.filter(id=ben.id).update(languages=["it-IT"])
    service = await a_service(organization, anna, ben)
    conversation = await a_conversation(service, language="it")
    await come(anna)
    await route(conversation.id, now=NOW)
    assert await offered(conversation) == {anna.id}
    await come(ben)
    await work()
    other = await a_conversation(service, language="it")
    await route(other.id, now=NOW)
    assert await offered(conversation) == {anna.id, ben.id}
    assert await offered(other) == {ben.id}
    assert await verdicts(other) == {anna.id: Verdict.LANGUAGE, ben.id: Verdict.OFFERED}


async def test_who_is_no_longer_of_the_service_is_offered_nothing(
    organization: Organization, anna: Agent, ben: Agent
) -> None:
    service = await a_service(organization, anna, ben)
    await come(anna, ben)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    await ServiceMember.filter(agent_id=anna.id).delete()
    with pytest.raises(OfferExpired):
        await accept((await pending(conversation)).id, actor=acting(anna), now=NOW)
    await flow_in_service(service.id, now=NOW)
    assert await offered(conversation) == {ben.id}
    assert await heard(anna) == [MADE, CLOSED]


async def test_a_service_out_of_use_offers_nothing_and_again_once_it_is_in_use(
    organization: Organization, anna: Agent
) -> None:
    service = await a_service(organization, anna)
    await come(anna)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    await Service.filter(id=service.id).update(is_active=False)
    await flow_in_service(service.id, now=NOW)
    assert await offered(conversation) == set()
    assert await route(conversation.id, now=NOW) is Outcome.OVER
    await Service.filter(id=service.id).update(is_active=True)
    await flow_in_service(service.id, now=NOW)
    assert await offered(conversation) == {anna.id}


async def test_what_does_not_wait_is_not_routed(organization: Organization, anna: Agent) -> None:
    service = await a_service(organization, anna)
    await come(anna)
    for status in set(ConversationStatus) - {ConversationStatus.WAITING}:
        conversation = await a_conversation(service, status=status)
        assert await route(conversation.id, now=NOW) is Outcome.OVER
    nowhere = await a_conversation(None, organization_id=organization.id)
    assert await route(nowhere.id, now=NOW) is Outcome.OVER
    assert await route(0, now=NOW) is Outcome.OVER
    assert await Offer.all().count() == 0


@pytest.mark.parametrize("act", [accept, reject])
async def test_an_offer_is_of_who_it_was_made_to(organization: Organization, anna: Agent, act: object) -> None:
    service = await a_service(organization, anna)
    chief = await an_agent(organization, "Chief")
    await come(anna, chief)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    offer = await pending(conversation)
    said = {} if act is accept else {"reason": None}
    for id in (offer.id, 0):
        with pytest.raises(NotFound):
            await act(id, actor=acting(chief), now=NOW, **said)  # type: ignore[operator]


async def test_what_a_colleague_has_cannot_be_rejected(
    organization: Organization, anna: Agent, ben: Agent
) -> None:
    service = await a_service(organization, anna, ben)
    await come(anna, ben)
    conversation = await a_conversation(service)
    await route(conversation.id, now=NOW)
    offer = await pending(conversation)
    await accept(offer.id, actor=acting(anna), now=NOW)
    refused = []
    for agent in (anna, ben):
        with pytest.raises(Refused) as refusal:
            await reject(offer.id, reason=None, actor=acting(agent), now=NOW)
        refused.append(refusal.value.code.value)
    assert refused == ["OFFER_EXPIRED", "ALREADY_TAKEN"]


async def test_the_last_few_verdicts_are_kept(organization: Organization, anna: Agent) -> None:
    service = await a_service(organization, anna)
    conversation = await a_conversation(service)
    for minute in range(20):
        now = NOW + minute * MINUTE
        await come(anna, now=now)
        await work(now)
        await go(anna, now=now + MINUTE / 2)
        await work(now + MINUTE / 2)
    kept = await RoutingRecord.filter(conversation_id=conversation.id).order_by("id")
    assert len(kept) == KEPT
    assert [one.by_agent()[anna.id].value for one in kept][-2:] == ["OFFERED", "OFFLINE"]
