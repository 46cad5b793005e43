"""Conversations are passed on through the API."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.conversation.offer import Offer
from models.link import ScheduleLink
from models.organization.service import Service
from resolvers import ids
from tests.builders import a_link, a_service, an_agent
from tests.models.queueing.desk import come, go
from tests.resolvers import handover_documents as over
from tests.resolvers import queue_documents as queue
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import CONVERSATION, TEN, codes
from tests.resolvers.feeds import following


@pytest.fixture
async def ben(anna: Agent) -> Agent:
    return await an_agent(await anna.organization, "Ben")


@pytest.fixture
async def support(anna: Agent, ben: Agent) -> Service:
    return await a_service(await anna.organization, anna, ben)


@pytest.fixture
async def asked(sign_in: SignIn, anna: Agent, annas_link: ScheduleLink, support: Service) -> Talk:
    """A conversation of Support, which Anna has; Ben is at his desk."""
    await a_link(support)
    await come(await Agent.get(name="Ben"))
    return await a_talk(sign_in, anna, start=TEN, link="acme/support")


async def passes_on(talk: Talk, to: Agent | Service, **more: Any) -> dict[str, Any]:
    kind = "Agent" if isinstance(to, Agent) else "Service"
    wish = {"conversationId": talk.id, f"to{kind}Id": ids.encode(kind, to.id), **more}
    return await talk.anna.do(over.TRANSFER, input=wish)


async def test_it_is_offered_and_taken_over(asked: Talk, sign_in: SignIn, ben: Agent) -> None:
    his = sign_in.agent(ben)
    async with following.inbox(his) as inbox:
        passed_on = await passes_on(asked, ben, note="You know him", timeoutSeconds=60)
        assert passed_on["errors"] == []
        offer = passed_on["offer"]
        assert (offer["kind"], offer["status"], offer["note"]) == ("TRANSFER", "PENDING", "You know him")
        assert (offer["from"], offer["to"], offer["service"]) == ({"name": "Anna"}, [{"name": "Ben"}], None)
        assert offer["expiresAt"] == "2027-03-01T07:01:00Z"
        assert passed_on["conversation"]["assignee"] == {"name": "Anna"}
        assert [one["__typename"] for one in await inbox.until("OfferMade")][-1] == "OfferMade"
    accepted = await his.do(queue.ACCEPT, input={"offerId": offer["id"]})
    assert accepted["errors"] == []
    shown = await asked.anna.do(CONVERSATION, id=asked.id)
    assert shown["assignee"] == {"name": "Ben"}
    last = shown["assignments"][-1]
    assert (last["how"], last["from"], last["to"]) == ("TRANSFER_ACCEPTED", {"name": "Anna"}, {"name": "Ben"})


async def test_it_comes_back_unread_with_an_event(asked: Talk, ben: Agent) -> None:
    await passes_on(asked, ben)
    async with following.inbox(asked.anna) as inbox:
        await go(ben)
        heard = {(await inbox.next())["__typename"] for _ in range(3)}
        assert heard == {"OfferClosed", "AssignmentChanged", "ConversationChanged"}
    shown = await asked.anna.do(CONVERSATION, id=asked.id)
    assert shown["assignee"] == {"name": "Anna"}
    assert shown["unreadCount"] > 0
    assert shown["lastMessage"]["text"] == "Anna stays with you."


async def test_guests_see_neither_the_offer_nor_its_note(asked: Talk, ben: Agent) -> None:
    await passes_on(asked, ben, note="He is difficult")
    document = "query($id: ID!) { conversation(id: $id) { pendingOffers { note } lastMessage { text } } }"
    seen = await asked.grace.do(document, id=asked.id)
    assert seen == {"pendingOffers": [], "lastMessage": {"text": "Anna asks Ben to take over."}}
    [offer] = await Offer.all()
    wanted = ids.encode("Offer", offer.id)
    assert (await asked.grace.run("query($id: ID!) { node(id: $id) { id } }", id=wanted)).data == {"node": None}
    for client, document in ((asked.grace, over.WITHDRAW), (asked.grace, queue.ACCEPT)):
        assert (await client.run(document, input={"offerId": wanted})).codes == ["UNAUTHENTICATED"]


async def test_whoever_has_it_withdraws(asked: Talk, sign_in: SignIn, ben: Agent) -> None:
    offer = (await passes_on(asked, ben))["offer"]["id"]
    withdrawn = await asked.anna.do(over.WITHDRAW, input={"offerId": offer})
    assert (withdrawn["errors"], withdrawn["offer"]["status"]) == ([], "WITHDRAWN")
    assert codes(await sign_in.agent(ben).do(queue.ACCEPT, input={"offerId": offer})) == ["OFFER_EXPIRED"]
    assert codes(await asked.anna.do(over.WITHDRAW, input={"offerId": offer})) == ["OFFER_EXPIRED"]


async def test_to_a_service_and_where_nobody_is(asked: Talk, support: Service, ben: Agent) -> None:
    passed_on = await passes_on(asked, support)
    assert passed_on["offer"]["to"] == [{"name": "Ben"}]
    assert passed_on["offer"]["service"] == {"name": "Support"}
    assert codes(await passes_on(asked, ben)) == ["ALREADY_DECIDED"]
    await go(ben)
    for to, field in ((support, "toServiceId"), (ben, "toAgentId")):
        refused = await passes_on(asked, to)
        assert [(one["code"], one["field"]) for one in refused["errors"]] == [("AGENT_UNAVAILABLE", [field])]


async def test_a_stranger_to_the_conversation_passes_nothing_on(
    asked: Talk, sign_in: SignIn, ben: Agent
) -> None:
    zoe: Client = sign_in.agent(await an_agent(await ben.organization, "Zoe"))
    wish = {"conversationId": asked.id, "toAgentId": ids.encode("Agent", ben.id)}
    assert codes(await zoe.do(over.TRANSFER, input=wish)) == ["NOT_FOUND"]
    offer = (await passes_on(asked, ben))["offer"]["id"]
    assert codes(await zoe.do(over.WITHDRAW, input={"offerId": offer})) == ["NOT_FOUND"]
    assert codes(await zoe.do(queue.ACCEPT, input={"offerId": offer})) == ["NOT_FOUND"]
