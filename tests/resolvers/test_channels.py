"""Channel accounts through the API: administrators connect, change and disconnect WhatsApp numbers."""

from __future__ import annotations

from typing import Any

import pytest
from tortoise import connections

from models.agent.agent import Agent
from models.audit.entry import AuditEntry
from models.channel.account import ChannelAccount
from models.channel.credentials import opened
from models.channel.template import MessageTemplate
from models.desk.contact_list import ContactList
from models.keyring import Keyring
from models.organization.organization import Organization
from models.organization.service import Service
from models.words import Role
from resolvers import ids
from tests.builders import MONDAY, a_service, an_agent
from tests.resolvers import channel_documents as channels
from tests.resolvers import desk_documents as desk
from tests.resolvers import planning_documents as plan
from tests.resolvers.conftest import Client, SignIn

SECRETS = [channels.META[name] for name in ("accessToken", "appSecret", "verifyToken")]


@pytest.fixture
async def service(organization: Organization) -> Service:
    return await a_service(organization, name="Messages")


@pytest.fixture
async def ada(organization: Organization, sign_in: SignIn) -> Client:
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


async def connected(client: Client, service: Service, **more: Any) -> dict[str, Any]:
    wish = {**channels.NEW, "serviceId": ids.encode("Service", service.id), **more}
    answer = await client.do(channels.CONNECT, input=wish)
    assert answer["errors"] == []
    return dict(answer["account"])


async def test_a_number_is_connected_and_its_credentials_never_come_back_out(
    ada: Client, service: Service, keys: Keyring
) -> None:
    made = await connected(ada, service)
    assert (made["provider"], made["address"], made["service"]) == (
        "META",
        "+39065550100",
        {"name": "Messages"},
    )
    assert made["health"]["ok"]
    [listed] = (await ada.run(channels.ACCOUNTS)).data["channelAccounts"]
    assert listed == made
    row, audited = await ChannelAccount.get(), await AuditEntry.get(action="connectChannelAccount")
    for secret in SECRETS:
        assert secret not in f"{listed} {audited.detail} {row.sealed_credentials!r}"
    known = opened(row.sealed_credentials, provider=row.provider, keys=keys)
    assert known is not None
    assert known.access_token == channels.META["accessToken"]  # type: ignore[union-attr]
    assert SECRETS[0] not in repr(known)


async def test_the_webhook_has_an_address_of_its_own(ada: Client, service: Service) -> None:
    one = await connected(ada, service)
    other = await connected(
        ada, service, provider="TWILIO", meta=None, twilio=channels.TWILIO, address="+39065550101"
    )
    assert one["webhookUrl"].startswith("http://frontdesk.test/channels/")
    assert one["webhookUrl"] != other["webhookUrl"]


async def test_without_a_list_contacts_come_into_the_default_one(ada: Client, service: Service) -> None:
    made = await connected(ada, service)
    default = await ContactList.get(organization_id=service.organization_id, is_default=True)
    assert made["contactList"] == {"name": default.name}


async def test_a_request_that_comes_again_connects_nothing_twice(ada: Client, service: Service) -> None:
    first = await connected(ada, service, idempotencyKey="once")
    assert await connected(ada, service, idempotencyKey="once") == first
    assert await ChannelAccount.all().count() == 1


async def test_a_number_is_connected_once_until_it_is_disconnected(ada: Client, service: Service) -> None:
    made = await connected(ada, service)
    again = {**channels.NEW, "serviceId": ids.encode("Service", service.id)}
    [error] = (await ada.do(channels.CONNECT, input=again))["errors"]
    assert (error["code"], error["field"]) == ("INVALID", ["address"])
    gone = await ada.do(channels.DISCONNECT, input={"accountId": made["id"]})
    assert gone == {"disconnected": True, "errors": []}
    assert (await connected(ada, service))["id"] != made["id"]


async def test_who_is_sinch_is_told_that_it_cannot_be_connected(ada: Client, service: Service) -> None:
    wish = {**channels.NEW, "provider": "SINCH", "serviceId": ids.encode("Service", service.id)}
    answer = await ada.do(channels.CONNECT, input=wish)
    assert answer["account"] is None
    [error] = answer["errors"]
    assert error["code"] == "PROVIDER_REJECTED"
    assert "does not speak with Sinch yet" in error["message"]


async def test_what_is_given_is_changed_and_the_rest_stays(
    ada: Client, service: Service, keys: Keyring
) -> None:
    made = await connected(ada, service)
    changed = await ada.do(
        channels.UPDATE, input={"accountId": made["id"], "expectedVersion": 1, "name": "Back door"}
    )
    assert changed["account"] == {**made, "name": "Back door", "version": 2}
    row = await ChannelAccount.get()
    assert opened(row.sealed_credentials, provider=row.provider, keys=keys) is not None
    stale = await ada.do(channels.UPDATE, input={"accountId": made["id"], "expectedVersion": 1, "name": "Mine"})
    assert [error["code"] for error in stale["errors"]] == ["STALE"]


async def test_other_credentials_make_an_account_well_again(ada: Client, service: Service) -> None:
    made = await connected(ada, service)
    row = await ChannelAccount.get()
    await ChannelAccount.note_trouble(row.id, "190 The token has expired", now=MONDAY)
    [ill] = (await ada.run(channels.ACCOUNTS)).data["channelAccounts"]
    assert (ill["health"]["ok"], ill["health"]["lastError"]) == (False, "190 The token has expired")
    new = {**channels.META, "accessToken": "another-token-of-the-same"}
    changed = await ada.do(channels.UPDATE, input={"accountId": made["id"], "meta": new})
    assert changed["account"]["health"]["ok"]
    assert changed["account"]["health"]["lastError"] == "190 The token has expired"
    entry = await AuditEntry.get(action="updateChannelAccount")
    assert entry.detail["after"]["sealedCredentials"] == "hidden"


async def test_what_is_disconnected_is_shown_no_more_and_forgets_its_credentials(
    ada: Client, service: Service
) -> None:
    made = await connected(ada, service)
    await ada.do(channels.DISCONNECT, input={"accountId": made["id"]})
    assert (await ada.run(channels.ACCOUNTS)).data["channelAccounts"] == []
    node = await ada.run("query($id: ID!) { node(id: $id) { id } }", id=made["id"])
    assert node.data["node"] is None
    assert (await ChannelAccount.get()).sealed_credentials is None
    for document in (channels.UPDATE, channels.DISCONNECT):
        again = await ada.do(document, input={"accountId": made["id"]})
        assert [error["code"] for error in again["errors"]] == ["NOT_FOUND"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_nobody_but_administrators_connects_changes_or_sees_accounts(
    ada: Client, service: Service, sign_in: SignIn, organization: Organization, role: Role
) -> None:
    made = await connected(ada, service)
    other = sign_in.agent(await an_agent(organization, "Zoe", role=role))
    assert (await other.run(channels.ACCOUNTS)).codes == ["FORBIDDEN"]
    wish = {**channels.NEW, "serviceId": ids.encode("Service", service.id), "address": "+39065550102"}
    inputs = {channels.CONNECT: wish} | {
        document: {"accountId": made["id"]} for document in (channels.UPDATE, channels.DISCONNECT)
    }
    for document, input in inputs.items():
        answer = await other.do(document, input=input)
        assert [error["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    node = await other.run("query($id: ID!) { node(id: $id) { id } }", id=made["id"])
    assert node.data["node"] is None


async def test_the_service_and_the_list_of_an_account_are_not_deleted(
    ada: Client, service: Service, anna: Agent
) -> None:
    customers = await ContactList.create(organization_id=anna.organization_id, name="Customers")
    made = await connected(ada, service, listId=ids.encode("ContactList", customers.id))
    cases = [
        (plan.DELETE_SERVICE, {"serviceId": ids.encode("Service", service.id)}),
        (desk.DELETE_LIST, {"listId": ids.encode("ContactList", customers.id)}),
    ]
    for document, input in cases:
        [error] = (await ada.do(document, input=input))["errors"]
        assert (error["code"], error["field"]) == ("INVALID", list(input))
        assert "Front door" in error["message"]
    await ada.do(channels.DISCONNECT, input={"accountId": made["id"]})
    for document, input in cases:
        assert (await ada.do(document, input=input))["errors"] == []


async def a_template(account_id: str, **values: Any) -> MessageTemplate:
    account = await ChannelAccount.get(id=ids.decode(account_id, "ChannelAccount"))
    return await MessageTemplate.create(
        **{
            "organization_id": account.organization_id,
            "account": account,
            "external_id": "1",
            "name": "welcome",
            "language": "it",
            "body": "Ciao {{1}}",
            "variables": ["1"],
            "status": "APPROVED",
            **values,
        }
    )


async def waiting() -> int:
    """How many listings are queued."""
    sql = "SELECT count(*) AS number FROM procrastinate_jobs WHERE task_name = 'channels.sync_templates'"
    [row] = await connections.get("default").execute_query_dict(sql)
    return int(row["number"])


async def test_templates_are_listed_when_a_number_is_connected_has_other_credentials_or_somebody_asks(
    ada: Client, service: Service
) -> None:
    before = await waiting()
    made = await connected(ada, service)
    assert await waiting() == before + 1
    await ada.do(channels.UPDATE, input={"accountId": made["id"], "name": "Back door"})
    assert await waiting() == before + 1
    await ada.do(channels.UPDATE, input={"accountId": made["id"], "meta": channels.META})
    assert await waiting() == before + 2
    asked = await ada.do(channels.SYNC, input={"accountId": made["id"]})
    assert (asked["account"]["id"], asked["errors"]) == (made["id"], [])
    assert await waiting() == before + 3


async def test_administrators_say_which_templates_agents_may_write_by(ada: Client, service: Service) -> None:
    made = await connected(ada, service)
    template = ids.encode("MessageTemplate", (await a_template(made["id"])).id)
    permitted = await ada.do(channels.PERMIT, input={"templateId": template, "availableForAgents": True})
    assert permitted["template"] == {
        "id": template,
        "version": 2,
        "account": {"name": "Front door"},
        "name": "welcome",
        "language": "it",
        "body": "Ciao {{1}}",
        "variables": ["1"],
        "status": "APPROVED",
        "availableForAgents": True,
    }
    [shown] = (await ada.run(channels.ACCOUNTS)).data["channelAccounts"]
    assert shown["templates"] == [{"name": "welcome", "status": "APPROVED", "availableForAgents": True}]


async def test_one_writes_anew_by_an_approved_template_of_the_same_number(
    ada: Client, service: Service
) -> None:
    made, other = await connected(ada, service), await connected(ada, service, address="+39065550101")
    good, foreign = await a_template(made["id"]), await a_template(other["id"])
    paused = await a_template(made["id"], external_id="2", status="PAUSED")

    async def chosen(template: MessageTemplate | None) -> dict[str, Any]:
        key = None if template is None else ids.encode("MessageTemplate", template.id)
        return await ada.do(channels.UPDATE, input={"accountId": made["id"], "recontactTemplateId": key})

    for template, code in ((foreign, "NOT_FOUND"), (paused, "INVALID")):
        [error] = (await chosen(template))["errors"]
        assert (error["code"], error["field"]) == (code, ["recontactTemplateId"])
    assert (await chosen(good))["account"]["recontactTemplate"] == {"name": "welcome"}
    assert (await chosen(None))["account"]["recontactTemplate"] is None


async def test_nobody_else_asks_for_templates_or_permits_them(
    ada: Client, service: Service, sign_in: SignIn, anna: Agent
) -> None:
    made = await connected(ada, service)
    template = ids.encode("MessageTemplate", (await a_template(made["id"])).id)
    before = await waiting()
    inputs = {
        channels.SYNC: {"accountId": made["id"]},
        channels.PERMIT: {"templateId": template, "availableForAgents": True},
    }
    for document, input in inputs.items():
        answer = await sign_in.agent(anna).do(document, input=input)
        assert [error["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert await waiting() == before
