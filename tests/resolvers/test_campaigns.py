"""Campaigns through the API: administrators have templates sent to lists, cancel them, and see how far they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.audit.entry import AuditEntry
from models.campaign.campaign import Campaign, CampaignRecipient
from models.campaign.starting import start
from models.channel.account import ChannelAccount
from models.channel.template import MessageTemplate
from models.keyring import Keyring
from models.organization.organization import Organization
from models.words import CampaignStatus, MessageStatus, Role
from resolvers import ids
from tests.builders import MONDAY, an_agent, an_organization
from tests.jobs.campaigning import Desk, a_desk
from tests.resolvers import campaign_documents as campaigns
from tests.resolvers import desk_documents as desks
from tests.resolvers.conftest import Client, SignIn

TOMORROW = MONDAY + timedelta(days=1)
VALUES = [
    {"variable": "2", "customField": "plan", "otherwise": " the   usual "},
    {"variable": "1", "contactField": "NAME"},
]


@pytest.fixture
async def desk(organization: Organization, keys: Keyring) -> Desk:
    return await a_desk(organization, keys)


@pytest.fixture
def ada(sign_in: SignIn, desk: Desk) -> Client:
    return sign_in.agent(desk.ada)


def wish(desk: Desk, **values: Any) -> dict[str, Any]:
    return {
        "accountId": ids.encode("ChannelAccount", desk.account.id),
        "templateId": ids.encode("MessageTemplate", desk.template.id),
        "listId": ids.encode("ContactList", desk.customers.id),
        "values": VALUES,
        **values,
    }


async def created(client: Client, desk: Desk, **values: Any) -> dict[str, Any]:
    answer = await client.do(campaigns.CREATE, input=wish(desk, **values))
    assert answer["errors"] == []
    made: dict[str, Any] = answer["campaign"]
    return made


async def refused(client: Client, desk: Desk, **values: Any) -> tuple[str, list[str] | None]:
    [error] = (await client.do(campaigns.CREATE, input=wish(desk, **values)))["errors"]
    return error["code"], error["field"]


async def test_a_campaign_is_shown_with_how_many_it_is_for(ada: Client, desk: Desk) -> None:
    await desk.contact(1)
    await desk.contact(2)
    await desk.contact(3, phone=None)
    made = await created(ada, desk, scheduledAt=TOMORROW.isoformat())
    assert made == {
        "id": made["id"],
        "version": 1,
        "status": "SCHEDULED",
        "scheduledAt": made["scheduledAt"],
        "createdAt": made["createdAt"],
        "startedAt": None,
        "endedAt": None,
        "failure": None,
        "account": {"name": "Front door"},
        "template": {"name": "hello"},
        "list": {"name": "Customers"},
        "values": [
            {
                "variable": "1",
                "text": None,
                "contactField": "NAME",
                "customField": None,
                "otherwise": None,
            },
            {
                "variable": "2",
                "text": None,
                "contactField": None,
                "customField": "plan",
                "otherwise": "the usual",
            },
        ],
        "sentCount": 0,
        "deliveredCount": 0,
        "readCount": 0,
        "failedCount": 0,
        "pendingCount": 2,
        "unknownCount": 0,
    }
    assert (await ada.run(campaigns.CAMPAIGNS)).data["campaigns"] == [made]
    node = await ada.run("query($id: ID!) { node(id: $id) { ... on Campaign { status } } }", id=made["id"])
    assert node.data["node"] == {"status": "SCHEDULED"}


async def test_counts_are_of_the_recipients_there_are(ada: Client, desk: Desk) -> None:
    for number in range(12):
        await desk.contact(number)
    made = await created(ada, desk)
    campaign = await Campaign.get()
    await start(campaign.id, now=MONDAY)
    rows = await CampaignRecipient.all().order_by("id")
    for row, status in zip(rows, 2 * list(MessageStatus), strict=True):
        await CampaignRecipient.filter(id=row.id).update(status=status)
    [shown] = (await ada.run(campaigns.CAMPAIGNS)).data["campaigns"]
    counts = {name: shown[name] for name in shown if name.endswith("Count")}
    assert counts == {
        "sentCount": 6,
        "deliveredCount": 4,
        "readCount": 2,
        "failedCount": 2,
        "pendingCount": 2,
        "unknownCount": 2,
    }
    assert (shown["id"], shown["status"]) == (made["id"], "RUNNING")


async def test_recipients_are_listed_with_what_became_of_each(ada: Client, desk: Desk) -> None:
    for number in range(3):
        await desk.contact(number)
    made = await created(ada, desk)
    await start((await Campaign.get()).id, now=MONDAY)
    await CampaignRecipient.filter(phone="+393330000001").update(
        status=MessageStatus.FAILED, error="63024", attempted_at=MONDAY
    )
    first = (await ada.run(campaigns.RECIPIENTS, id=made["id"], first=2)).data["node"]["recipients"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    after = first["pageInfo"]["endCursor"]
    rest = (await ada.run(campaigns.RECIPIENTS, id=made["id"], first=2, after=after)).data["node"]["recipients"]
    found = [edge["node"] for edge in first["edges"] + rest["edges"]]
    assert [one["phone"] for one in found] == ["+393330000000", "+393330000001", "+393330000002"]
    failed = await ada.run(campaigns.RECIPIENTS, id=made["id"], status="FAILED", first=2)
    [edge] = failed.data["node"]["recipients"]["edges"]
    assert edge["node"] == {
        "id": edge["node"]["id"],
        "phone": "+393330000001",
        "status": "FAILED",
        "error": "63024",
        "attemptedAt": edge["node"]["attemptedAt"],
        "contact": {"name": "Guest 1"},
    }
    node = await ada.run("query($id: ID!) { node(id: $id) { id } }", id=edge["node"]["id"])
    assert node.data["node"] == {"id": edge["node"]["id"]}


async def test_a_request_that_comes_again_gets_the_first_campaign_also_when_its_moment_has_passed(
    ada: Client, desk: Desk
) -> None:
    once = {"idempotencyKey": "once", "scheduledAt": (MONDAY + timedelta(minutes=1)).isoformat()}
    first = await created(ada, desk, **once)
    ada.world.clock.advance(hours=1)  # type: ignore[attr-defined]
    assert (await created(ada, desk, **once))["id"] == first["id"]
    assert await Campaign.all().count() == 1
    assert await refused(ada, desk, idempotencyKey="once") == ("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])


async def test_a_campaign_is_cancelled_until_it_is_over(ada: Client, desk: Desk) -> None:
    for status, code in (("SCHEDULED", None), ("RUNNING", None), ("DONE", "ALREADY_DECIDED")):
        made = await created(ada, desk, scheduledAt=TOMORROW.isoformat())
        key = ids.decode(made["id"], "Campaign")
        await Campaign.filter(id=key).update(status=CampaignStatus(status))
        answer = await ada.do(campaigns.CANCEL, input={"campaignId": made["id"]})
        assert [error["code"] for error in answer["errors"]] == ([code] if code else [])
        if code is None:
            assert (answer["campaign"]["status"], answer["campaign"]["version"]) == ("CANCELLED", 2)
            again = await ada.do(campaigns.CANCEL, input={"campaignId": made["id"]})
            assert [error["code"] for error in again["errors"]] == ["ALREADY_DECIDED"]
    assert await AuditEntry.filter(action="cancelCampaign").count() == 2


async def test_a_campaign_is_sent_by_a_connected_number_with_a_template_of_its_own(
    ada: Client, desk: Desk, organization: Organization
) -> None:
    other = await ChannelAccount.create(
        organization=organization,
        name="Back door",
        provider=desk.account.provider,
        address="+39065550101",
        service_id=desk.account.service_id,
    )
    theirs = ids.encode("ChannelAccount", other.id)
    assert await refused(ada, desk, accountId=theirs) == ("NOT_FOUND", ["templateId"])
    await MessageTemplate.all().update(status="PAUSED")
    assert await refused(ada, desk) == ("INVALID", ["templateId"])
    await MessageTemplate.all().update(status="APPROVED")
    await ChannelAccount.all().update(deleted_at=MONDAY)
    assert await refused(ada, desk) == ("NOT_FOUND", ["accountId"])


async def test_nothing_of_another_organization_is_sent_or_seen(
    ada: Client, desk: Desk, keys: Keyring, sign_in: SignIn
) -> None:
    rival = await a_desk(await an_organization("rival"), keys)
    fields = ("accountId", "templateId", "listId")
    for field in fields:
        assert await refused(ada, desk, **{field: wish(rival)[field]}) == ("NOT_FOUND", [field])
    made = await created(ada, desk)
    await desk.contact(1)
    await start((await Campaign.get()).id, now=MONDAY)
    recipient = ids.encode("CampaignRecipient", (await CampaignRecipient.get()).id)
    eve = sign_in.agent(rival.ada)
    assert (await eve.run(campaigns.CAMPAIGNS)).data["campaigns"] == []
    for id in (made["id"], recipient):
        node = await eve.run("query($id: ID!) { node(id: $id) { id } }", id=id)
        assert node.data["node"] is None
    [error] = (await eve.do(campaigns.CANCEL, input={"campaignId": made["id"]}))["errors"]
    assert error["code"] == "NOT_FOUND"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_nobody_but_administrators_makes_cancels_or_sees_campaigns(
    ada: Client, desk: Desk, sign_in: SignIn, organization: Organization, role: Role
) -> None:
    await desk.contact(1)
    made = await created(ada, desk)
    await start((await Campaign.get()).id, now=MONDAY)
    recipient = ids.encode("CampaignRecipient", (await CampaignRecipient.get()).id)
    other = sign_in.agent(await an_agent(organization, "Zoe", role=role))
    assert (await other.run(campaigns.CAMPAIGNS)).codes == ["FORBIDDEN"]
    assert await refused(other, desk) == ("FORBIDDEN", None)
    [error] = (await other.do(campaigns.CANCEL, input={"campaignId": made["id"]}))["errors"]
    assert error["code"] == "FORBIDDEN"
    for id in (made["id"], recipient):
        node = await other.run("query($id: ID!) { node(id: $id) { id } }", id=id)
        assert node.data["node"] is None


async def test_so_many_campaigns_wait_at_a_time_and_no_more(ada: Client, desk: Desk) -> None:
    first = await created(ada, desk, scheduledAt=TOMORROW.isoformat())
    row = await Campaign.get()
    copies = [
        Campaign(
            organization_id=row.organization_id,
            account_id=row.account_id,
            template_id=row.template_id,
            contact_list_id=row.contact_list_id,
            created_at=MONDAY,
        )
        for _ in range(99)
    ]
    await Campaign.bulk_create(copies)
    assert await refused(ada, desk) == ("INVALID", None)
    await ada.do(campaigns.CANCEL, input={"campaignId": first["id"]})
    await created(ada, desk)


async def test_the_list_of_a_campaign_stays(ada: Client, desk: Desk) -> None:
    made = await created(ada, desk)
    await ada.do(campaigns.CANCEL, input={"campaignId": made["id"]})
    input = {"listId": ids.encode("ContactList", desk.customers.id)}
    [error] = (await ada.do(desks.DELETE_LIST, input=input))["errors"]
    assert (error["code"], error["field"]) == ("INVALID", ["listId"])


async def test_the_audit_tells_what_was_to_be_sent(ada: Client, desk: Desk) -> None:
    await created(ada, desk)
    entry = await AuditEntry.get(action="createCampaign")
    after = entry.detail["after"]
    assert entry.actor_name == "Ada"
    assert after["accountId"] == {"$node": ["ChannelAccount", desk.account.id]}
    assert after["contactListId"] == {"$node": ["ContactList", desk.customers.id]}
    assert [one["variable"] for one in after["values"]] == ["1", "2"]
