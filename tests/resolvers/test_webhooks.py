"""Webhooks through the API: administrators have events sent, and see what became of them."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

from models.agent.agent import Agent
from models.organization.organization import Organization
from models.webhook.webhook import Webhook, WebhookDelivery
from models.words import DeliveryState, Role
from providers.fetching import AddressPolicy
from resolvers import ids
from resolvers.context import World
from tests.builders import MONDAY, Clock, acting, an_agent
from tests.resolvers import webhook_documents as hooks
from tests.resolvers.conftest import Client, SignIn

URL = "https://hooks.example/frontdesk"
NEW = {"url": URL, "events": ["MEETING_BOOKED", "MEETING_CANCELLED", "MEETING_BOOKED"]}


@pytest.fixture
async def chief(organization: Organization) -> Agent:
    return await an_agent(organization, "Ada", role=Role.ADMINISTRATOR)


@pytest.fixture
def ada(sign_in: SignIn, chief: Agent) -> Client:
    return sign_in.agent(chief)


async def created(client: Client, **more: Any) -> dict[str, Any]:
    answer = await client.do(hooks.CREATE, input={**NEW, **more})
    assert answer["errors"] == []
    return answer


async def a_delivery(webhook_id: str, **values: Any) -> WebhookDelivery:
    webhook = await Webhook.get(id=ids.decode(webhook_id, "Webhook"))
    number = await WebhookDelivery.all().count()
    return await WebhookDelivery.create(
        organization_id=webhook.organization_id,
        webhook=webhook,
        event="meeting.booked",
        message_id=f"msg_{number}",
        about="meeting:1",
        body='{"type":"meeting.booked"}',
        **{"state": DeliveryState.FAILED, "created_at": MONDAY, **values},
    )


@pytest.mark.parametrize(
    ("url", "is_taken"),
    [
        ("http://10.1.2.3/", False),
        ("https://10.1.2.3/", False),
        ("https://[::ffff:10.1.2.3]/", False),
        ("https://localhost/", False),
        ("http://8.8.8.8/", False),
        ("https://8.8.8.8/", True),
        ("http://10.9.2.3/", True),
        ("http://hooks.internal/", True),
    ],
)
async def test_an_address_to_which_nothing_would_be_sent_is_refused(
    world: World, chief: Agent, url: str, is_taken: bool
) -> None:
    there = AddressPolicy(also=(ip_network("10.9.0.0/16"),))
    ada = Client(replace(world, webhook_addresses=there), acting(chief))
    made = (await created(ada))["webhook"]
    for answer in (
        await ada.do(hooks.CREATE, input={**NEW, "url": url}),
        await ada.do(hooks.UPDATE, input={"webhookId": made["id"], "url": url}),
    ):
        refused = [(one["code"], one["field"]) for one in answer["errors"]]
        assert refused == ([] if is_taken else [("INVALID", ["url"])])


async def test_the_secret_is_shown_once(ada: Client) -> None:
    made = await created(ada, description="Our CRM")
    assert made["secret"].startswith("whsec_")
    assert made["webhook"]["events"] == ["MEETING_BOOKED", "MEETING_CANCELLED"]
    [listed] = (await ada.run(hooks.WEBHOOKS)).data["webhooks"]
    assert listed == made["webhook"]
    assert made["secret"] not in str(listed)
    row = await Webhook.get()
    assert made["secret"].encode() not in row.sealed_secret


async def test_a_request_that_comes_again_makes_no_second_one(ada: Client) -> None:
    first = await created(ada, idempotencyKey="once")
    assert await created(ada, idempotencyKey="once") == first
    assert await Webhook.all().count() == 1


async def test_a_renewal_shows_another_secret_and_until_when_the_former_one_signs(
    ada: Client, clock: Clock
) -> None:
    made = await created(ada)
    renewed = await ada.do(hooks.RENEW, input={"webhookId": made["webhook"]["id"]})
    assert renewed["errors"] == []
    assert renewed["secret"] not in (None, made["secret"])
    assert renewed["webhook"]["formerSecretUntil"] == "2027-03-02T07:00:00Z"


async def test_what_is_given_is_changed_and_the_rest_stays(ada: Client) -> None:
    made = (await created(ada, description="Our CRM"))["webhook"]
    change = {"webhookId": made["id"], "expectedVersion": 1, "events": ["MESSAGE_ADDED"], "isActive": False}
    changed = (await ada.do(hooks.UPDATE, input=change))["webhook"]
    assert changed == {**made, "version": 2, "events": ["MESSAGE_ADDED"], "isActive": False}


async def test_an_organization_has_twenty_at_most(ada: Client) -> None:
    for _ in range(20):
        await created(ada)
    one_more = await ada.do(hooks.CREATE, input=NEW)
    assert [error["code"] for error in one_more["errors"]] == ["INVALID"]
    assert await Webhook.all().count() == 20


async def test_deliveries_are_listed_the_newest_first_page_by_page(ada: Client) -> None:
    webhook = (await created(ada))["webhook"]["id"]
    other = (await created(ada))["webhook"]["id"]
    for _ in range(3):
        await a_delivery(webhook, status_code=500, error="The receiver answered 500.", answer="Sorry.")
    await a_delivery(other)
    page = (await ada.do(hooks.DELIVERIES, id=webhook, first=2))["deliveries"]
    assert page["totalCount"] == 3
    assert [edge["node"]["messageId"] for edge in page["edges"]] == ["msg_2", "msg_1"]
    assert page["edges"][0]["node"]["body"] == {"type": "meeting.booked"}
    after = page["edges"][-1]["cursor"]
    rest = (await ada.do(hooks.DELIVERIES, id=webhook, first=2, after=after))["deliveries"]
    assert [edge["node"]["messageId"] for edge in rest["edges"]] == ["msg_0"]


async def test_what_was_given_up_or_has_arrived_is_sent_again(ada: Client) -> None:
    webhook = (await created(ada))["webhook"]["id"]
    for state in (DeliveryState.FAILED, DeliveryState.DONE):
        delivery = await a_delivery(webhook, state=state, attempts=3)
        again = await ada.do(hooks.REPLAY, input={"deliveryId": ids.encode("WebhookDelivery", delivery.id)})
        assert (again["delivery"]["state"], again["delivery"]["attempts"]) == ("PENDING", 0)


async def test_what_is_on_its_way_or_of_a_disabled_webhook_is_not_sent_again(ada: Client) -> None:
    webhook = (await created(ada))["webhook"]["id"]
    pending = await a_delivery(webhook, state=DeliveryState.PENDING)
    failed = await a_delivery(webhook)
    answers = [await ada.do(hooks.REPLAY, input={"deliveryId": ids.encode("WebhookDelivery", pending.id)})]
    await ada.do(hooks.UPDATE, input={"webhookId": webhook, "isActive": False})
    answers.append(await ada.do(hooks.REPLAY, input={"deliveryId": ids.encode("WebhookDelivery", failed.id)}))
    for answer in answers:
        [error] = answer["errors"]
        assert (error["code"], error["field"]) == ("INVALID", ["deliveryId"])


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_they_are_for_administrators_alone(
    ada: Client, sign_in: SignIn, organization: Organization, role: Role
) -> None:
    webhook = (await created(ada))["webhook"]["id"]
    delivery = ids.encode("WebhookDelivery", (await a_delivery(webhook)).id)
    other = sign_in.agent(await an_agent(organization, "Otto", role=role))
    assert (await other.run(hooks.WEBHOOKS)).codes == ["FORBIDDEN"]
    for document, input in (
        (hooks.CREATE, NEW),
        (hooks.UPDATE, {"webhookId": webhook, "isActive": False}),
        (hooks.RENEW, {"webhookId": webhook}),
        (hooks.DELETE, {"webhookId": webhook}),
        (hooks.REPLAY, {"deliveryId": delivery}),
    ):
        [error] = (await other.do(document, input=input))["errors"]
        assert error["code"] == "FORBIDDEN"
    for id in (webhook, delivery):
        assert (await other.run("query($id: ID!) { node(id: $id) { id } }", id=id)).data == {"node": None}
