"""Offers and presence, as agents see them and nobody else does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from models.agent.agent import Agent
from models.agent.key import ApiKey
from models.conversation.conversation import Conversation
from models.conversation.offer import Offer, OfferRecipient
from models.organization.organization import Organization
from models.organization.service import Service, ServiceMember
from models.queueing.expiring import expire
from models.queueing.offering import Terms, make_offer
from models.transactions import transaction
from models.words import ConversationStatus, OfferKind, Role
from resolvers import ids
from tests.builders import MONDAY, Clock, a_service, an_agent
from tests.resolvers import queue_documents as queue
from tests.resolvers.conftest import Client, SignIn, Talk
from tests.resolvers.documents import CONVERSATION, CONVERSATION_EVENTS, codes, say
from tests.resolvers.key_documents import CREATE as CREATE_KEY

FOLLOW = """subscription($id: ID!, $after: String) { conversationEvents(conversationId: $id, after: $after) {
  __typename ... on ConversationChanged { conversation { pendingOffers { id } } } } }"""


@pytest.fixture
async def ben(organization: Organization) -> Agent:
    return await an_agent(organization, "Ben")


@pytest.fixture
async def service(organization: Organization, anna: Agent, ben: Agent) -> Service:
    return await a_service(organization, anna, ben)


async def answer(client: Client, document: str, offer: str, **input: Any) -> dict[str, Any]:
    return await client.do(document, input={"offerId": offer, **input})


async def listed(client: Client) -> Sequence[dict[str, Any]]:
    found = await client.run(queue.OFFERS)
    assert not found.errors
    return list(found.data["offers"])


async def test_agents_begin_offline_and_say_themselves_where_they_are(sign_in: SignIn, anna: Agent) -> None:
    annas = sign_in.agent(anna)
    for presence in ("ONLINE", "AWAY", "ONLINE", "OFFLINE"):
        set = await annas.do(queue.PRESENCE, presence=presence)
        assert set == {"agent": {"name": "Anna", "presence": presence}, "errors": []}


async def test_colleagues_see_who_is_there_and_who_works_here_no_more_is_not(
    sign_in: SignIn, service: Service, anna: Agent, ben: Agent
) -> None:
    await sign_in.agent(anna).do(queue.PRESENCE, presence="ONLINE")
    await sign_in.agent(ben).do(queue.PRESENCE, presence="ONLINE")
    await Agent.filter(id=ben.id).update(is_active=False)
    [shown] = (await sign_in.agent(anna).do(queue.QUEUES))["services"]
    assert [(one["agent"]["name"], one["agent"]["presence"]) for one in shown["members"]] == [
        ("Anna", "ONLINE"),
        ("Ben", "OFFLINE"),
    ]


async def test_an_api_key_is_never_at_a_desk(sign_in: SignIn, organization: Organization) -> None:
    ada = sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    made = await ada.do(CREATE_KEY, input={"name": "Website", "role": "AGENT"})
    program = await sign_in.bearer(made["key"])
    assert await ApiKey.all().count() == 1
    assert codes(await program.do(queue.PRESENCE, presence="ONLINE")) == ["FORBIDDEN"]


async def test_an_offer_is_listed_until_somebody_accepts_it(
    sign_in: SignIn, service: Service, anna: Agent, ben: Agent
) -> None:
    made = await queue.an_offer(service, anna, ben)
    annas, bens = sign_in.agent(anna), sign_in.agent(ben)
    [shown] = await listed(annas)
    assert shown == (await listed(bens))[0]
    assert (shown["id"], shown["kind"], shown["status"]) == (made["offer"], "QUEUE", "PENDING")
    assert shown["to"] == [{"name": "Anna"}, {"name": "Ben"}]
    assert (shown["service"], shown["from"]) == ({"name": "Support"}, None)
    taken = await answer(annas, queue.ACCEPT, made["offer"])
    assert taken["errors"] == []
    assert (taken["offer"]["status"], taken["offer"]["acceptedBy"]) == ("ACCEPTED", {"name": "Anna"})
    assert taken["conversation"] == {"id": made["waiting"], "status": "OPEN", "assignee": {"name": "Anna"}}
    assert await listed(annas) == await listed(bens) == []
    late = await answer(bens, queue.ACCEPT, made["offer"])
    assert (codes(late), late["offer"], late["conversation"]) == (["ALREADY_TAKEN"], None, None)
    assert codes(await answer(annas, queue.ACCEPT, made["offer"])) == []


async def test_what_is_over_is_not_listed_before_anybody_has_written_it_down(
    sign_in: SignIn, service: Service, anna: Agent, clock: Clock
) -> None:
    made = await queue.an_offer(service, anna)
    clock.advance(seconds=60)
    assert await listed(sign_in.agent(anna)) == []
    assert codes(await answer(sign_in.agent(anna), queue.ACCEPT, made["offer"])) == ["OFFER_EXPIRED"]


async def test_who_said_no_is_not_shown_it_again(
    sign_in: SignIn, service: Service, anna: Agent, ben: Agent
) -> None:
    made = await queue.an_offer(service, anna, ben)
    annas = sign_in.agent(anna)
    rejected = await answer(annas, queue.REJECT, made["offer"], reason="Lunch")
    assert (rejected["errors"], rejected["offer"]["status"]) == ([], "PENDING")
    assert await listed(annas) == []
    assert len(await listed(sign_in.agent(ben))) == 1
    assert (await OfferRecipient.get(agent_id=anna.id)).reason == "Lunch"


async def test_inboxes_hear_of_offers_and_of_their_end(
    sign_in: SignIn, service: Service, anna: Agent, ben: Agent
) -> None:
    annas, bens = sign_in.agent(anna), sign_in.agent(ben)
    async with (
        annas.follow(queue.INBOX, after="") as anna_hears,
        bens.follow(queue.INBOX, after="") as ben_hears,
    ):
        assert (await anna_hears.next())["__typename"] == (await ben_hears.next())["__typename"] == "Resync"
        made = await queue.an_offer(service, anna, ben)
        for hears in (anna_hears, ben_hears):
            event = await hears.next()
            assert (event["__typename"], event["offer"]["id"]) == ("OfferMade", made["offer"])
            assert event["offer"]["conversation"] == {"id": made["waiting"]}
        await answer(bens, queue.ACCEPT, made["offer"])
        event = await anna_hears.next()
        assert (event["__typename"], event["offer"]["status"]) == ("OfferClosed", "ACCEPTED")


async def test_who_is_offered_what_is_not_theirs_sees_it_for_as_long(
    sign_in: SignIn, organization: Organization, service: Service, anna: Agent
) -> None:
    outsider = await an_agent(organization, "Olga")
    conversation = await queue.a_waiting_conversation(
        service, status=ConversationStatus.OPEN, assignee=anna, waiting_since=None
    )
    id, client = ids.encode("Conversation", conversation.id), sign_in.agent(outsider)
    assert (await client.run(CONVERSATION, id=id)).data == {"conversation": None}
    terms = Terms(kind=OfferKind.TRANSFER, from_agent_id=anna.id, note="Yours?", expires_at=None)
    async with transaction() as tx:
        offer = await make_offer(tx, conversation, [outsider.id], terms, now=MONDAY)
    assert (await client.do(CONVERSATION, id=id))["id"] == id
    [shown] = await listed(client)
    assert (shown["kind"], shown["from"], shown["note"]) == ("TRANSFER", {"name": "Anna"}, "Yours?")
    async with client.follow(CONVERSATION_EVENTS, id=id, after="") as hears:
        assert (await hears.next())["__typename"] == "Resync"
        assert codes(await answer(client, queue.REJECT, ids.encode("Offer", offer.id))) == []
        assert (await hears.refusal())["code"] == "FORBIDDEN"
    assert (await client.run(CONVERSATION, id=id)).data == {"conversation": None}
    node = await client.run("query($id: ID!) { node(id: $id) { id } }", id=ids.encode("Offer", offer.id))
    assert node.data == {"node": None}


SHOWN = "conversation { id status number title contact { name } members { role } tags { name } language }"
HEAR = f"""subscription($after: String) {{ inboxEvents(after: $after) {{ __typename
  ... on OfferMade {{ offer {{ {SHOWN} }} }} ... on OfferClosed {{ offer {{ {SHOWN} }} }} }} }}"""
REJECT_AND_SEE = f"""mutation($input: OfferActionInput!) {{ rejectOffer(input: $input) {{
  offer {{ {SHOWN} }} {SHOWN} errors {{ code }} }} }}"""


async def test_who_was_asked_in_vain_is_shown_that_it_is_over_and_nothing_more_of_it(
    talk: Talk, sign_in: SignIn, organization: Organization, anna: Agent
) -> None:
    outsider = await an_agent(organization, "Olga")
    client = sign_in.agent(outsider)
    terms = Terms(kind=OfferKind.TRANSFER, from_agent_id=anna.id, note="Yours?", expires_at=None)
    async with client.follow(HEAR, after="") as hears:
        assert (await hears.next())["__typename"] == "Resync"
        async with transaction() as tx:
            offer = await make_offer(tx, await Conversation.get(), [outsider.id], terms, now=MONDAY)
        made = (await hears.next())["offer"]["conversation"]
        assert (made["contact"], len(made["members"])) == ({"name": "Grace Guest"}, 2)
        said = await client.do(REJECT_AND_SEE, input={"offerId": ids.encode("Offer", offer.id)})
        closed = await hears.next()
        assert closed["__typename"] == "OfferClosed"
    bare: dict[str, Any] = {"title": None, "contact": None, "members": [], "tags": [], "language": None}
    left = {**{name: made[name] for name in ("id", "status", "number")}, **bare}
    assert said == {"offer": {"conversation": left}, "conversation": left, "errors": []}
    assert closed["offer"]["conversation"] == left


async def test_who_takes_it_over_has_it_in_a_service_of_their_own(
    sign_in: SignIn, organization: Organization, service: Service, anna: Agent
) -> None:
    outsider = await an_agent(organization, "Olga")
    await a_service(organization, outsider, name="Elsewhere")
    conversation = await queue.a_waiting_conversation(
        service, status=ConversationStatus.OPEN, assignee=anna, waiting_since=None
    )
    terms = Terms(kind=OfferKind.TRANSFER, from_agent_id=anna.id, expires_at=None)
    async with transaction() as tx:
        offer = await make_offer(tx, conversation, [outsider.id], terms, now=MONDAY)
    taken = await answer(sign_in.agent(outsider), queue.ACCEPT, ids.encode("Offer", offer.id))
    assert taken["conversation"]["assignee"] == {"name": "Olga"}
    shown = await Conversation.get(id=conversation.id).select_related("service")
    assert shown.service is not None and shown.service.name == "Elsewhere"


async def test_the_ledger_and_the_explanation_say_why(
    sign_in: SignIn, service: Service, anna: Agent, ben: Agent
) -> None:
    made = await queue.an_offer(service, anna)
    annas = sign_in.agent(anna)
    before = await annas.do(queue.WHY, id=made["waiting"])
    assert before["pendingOffers"] == [{"id": made["offer"], "to": [{"name": "Anna"}]}]
    told = [(one["agent"]["name"], one["verdict"]) for one in before["offerExplanation"]]
    assert told == [("Anna", "OFFERED"), ("Ben", "OFFLINE")]
    await answer(annas, queue.ACCEPT, made["offer"])
    after = await annas.do(queue.WHY, id=made["waiting"])
    assert after["pendingOffers"] == []
    assert after["assignments"] == [
        {"how": "OFFER_ACCEPTED", "offer": {"id": made["offer"], "status": "ACCEPTED"}}
    ]


async def test_guests_never_see_offers(talk: Talk, anna: Agent, service: Service) -> None:
    conversation = await Conversation.get()
    async with transaction() as tx:
        await make_offer(tx, conversation, [anna.id], Terms(kind=OfferKind.TRANSFER), now=MONDAY)
    shown = await talk.grace.do(queue.WHY, id=talk.id)
    assert shown == {"pendingOffers": [], "offerExplanation": [], "assignments": []}
    assert (await talk.grace.run(queue.OFFERS)).codes == ["UNAUTHENTICATED"]
    offer = ids.encode("Offer", (await Offer.get()).id)
    node = await talk.grace.run("query($id: ID!) { node(id: $id) { id } }", id=offer)
    assert node.data == {"node": None}


async def test_queues_are_counted(
    sign_in: SignIn, service: Service, anna: Agent, ben: Agent, public: Client
) -> None:
    first = await queue.an_offer(service, anna)
    await queue.a_waiting_conversation(service)
    annas = sign_in.agent(anna)
    await answer(annas, queue.ACCEPT, first["offer"])
    [shown] = (await annas.do(queue.QUEUES))["services"]
    assert (shown["waitingCount"], shown["openCount"]) == (1, 1)
    assert [one["agent"]["openConversationCount"] for one in shown["members"]] == [1, 0]
    hidden = await public.run('{ organization(slug: "acme") { services { waitingCount } } }')
    assert hidden.codes == ["FORBIDDEN"]


async def test_who_is_no_member_any_more_cannot_accept(sign_in: SignIn, service: Service, anna: Agent) -> None:
    made = await queue.an_offer(service, anna)
    await ServiceMember.filter(agent_id=anna.id).delete()
    assert codes(await answer(sign_in.agent(anna), queue.ACCEPT, made["offer"])) == ["OFFER_EXPIRED"]


async def test_who_is_full_is_told_so(sign_in: SignIn, service: Service, anna: Agent) -> None:
    first = await queue.an_offer(service, anna)
    await Agent.filter(id=anna.id).update(conversation_capacity=0)
    assert codes(await answer(sign_in.agent(anna), queue.ACCEPT, first["offer"])) == ["AT_CAPACITY"]
    assert len(await listed(sign_in.agent(anna))) == 1


async def test_agents_who_follow_the_conversation_hear_what_is_offered_of_it_and_guests_do_not(
    sign_in: SignIn, talk: Talk, service: Service, anna: Agent, ben: Agent
) -> None:
    await Conversation.all().update(service=service, assignee_id=None, status="WAITING", waiting_since=MONDAY)
    key = (await Conversation.get()).id
    async with (
        sign_in.agent(ben).follow(FOLLOW, id=talk.id, after="") as bens,
        talk.grace.follow(FOLLOW, id=talk.id, after="") as graces,
    ):
        assert (await bens.next())["__typename"] == (await graces.next())["__typename"] == "Resync"
        async with transaction() as tx:
            waiting = await Conversation.get(id=key)
            offer = await make_offer(tx, waiting, [anna.id], Terms(kind=OfferKind.QUEUE), now=MONDAY)
        id = ids.encode("Offer", offer.id)
        assert (await bens.next())["conversation"] == {"pendingOffers": [{"id": id}]}
        await answer(sign_in.agent(anna), queue.REJECT, id)
        while (heard := await bens.next())["conversation"]["pendingOffers"]:
            pass
        assert heard["__typename"] == "ConversationChanged"
        await say(talk.grace, talk.id, "Hello?")
        assert (await graces.next())["__typename"] == "MessageAdded"


async def test_an_offer_that_expired_is_told_of(
    sign_in: SignIn, service: Service, anna: Agent, clock: Clock
) -> None:
    annas = sign_in.agent(anna)
    made = await queue.an_offer(service, anna)
    async with annas.follow(queue.INBOX, after="") as hears:
        assert (await hears.next())["__typename"] == "Resync"
        key = ids.decode(made["offer"], "Offer")
        assert await expire(key, now=clock.advance(seconds=60))
        assert not await expire(key, now=clock())
        event = await hears.next()
        assert (event["__typename"], event["offer"]["status"]) == ("OfferClosed", "EXPIRED")
