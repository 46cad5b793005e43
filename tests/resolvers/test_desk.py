"""What agents have at hand, through the API: tags, canned replies and dispositions, of one service or of all."""

from __future__ import annotations

from typing import Any

import pytest

from models.desk.canned_reply import CannedReply
from models.desk.disposition import Disposition
from models.desk.tag import Tag
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.service import Service
from models.words import Role
from resolvers import ids
from tests.builders import a_service, an_agent, an_organization
from tests.resolvers import desk_documents as desk
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import codes

RED = {"name": "Urgent", "color": "#FF0000"}
HELLO = {"shortcut": "Hi", "text": "Good morning!\r\nHow can I help?"}


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


@pytest.fixture
async def zoe(sign_in: SignIn, organization: Organization) -> Client:
    """An agent."""
    return sign_in.agent(await an_agent(organization, "Zoe"))


@pytest.fixture
async def support(organization: Organization) -> Service:
    return await a_service(organization)


async def done(client: Client, document: str, **input: Any) -> dict[str, Any]:
    """What the mutation made, which must succeed."""
    answer = await client.do(document, input=input)
    assert answer.pop("errors") == []
    [made] = answer.values()
    return dict(made)


async def listed(client: Client, query: str, **variables: Any) -> list[dict[str, Any]]:
    answer = await client.run(query, **variables)
    assert answer.errors == []
    [found] = answer.data.values()
    return list(found)


async def test_a_tag_is_made_changed_and_deleted(ada: Client, zoe: Client) -> None:
    tag = await done(ada, desk.CREATE_TAG, **RED)
    assert (tag["version"], tag["name"], tag["color"]) == (1, "Urgent", "#ff0000")
    changed = await done(ada, desk.UPDATE_TAG, tagId=tag["id"], name="Now", expectedVersion=1)
    assert changed == {**tag, "version": 2, "name": "Now"}
    assert await listed(zoe, desk.TAGS) == [changed]
    assert (await ada.do(desk.DELETE_TAG, input={"tagId": tag["id"]}))["deleted"]
    assert await listed(zoe, desk.TAGS) == []
    assert codes(await ada.do(desk.DELETE_TAG, input={"tagId": tag["id"]})) == ["NOT_FOUND"]


async def test_tags_come_by_name_and_without_those_of_others(ada: Client, zoe: Client) -> None:
    await Tag.create(organization=await an_organization("rival"), name="Theirs", color="#000000")
    for name in ("Zebra", "Apple"):
        await done(ada, desk.CREATE_TAG, name=name, color="#123456")
    assert [tag["name"] for tag in await listed(zoe, desk.TAGS)] == ["Apple", "Zebra"]


async def test_a_canned_reply_is_made_changed_and_deleted(ada: Client, support: Service) -> None:
    reply = await done(ada, desk.CREATE_REPLY, **HELLO)
    assert reply == {
        "id": reply["id"],
        "version": 1,
        "shortcut": "hi",
        "text": "Good morning!\nHow can I help?",
        "service": None,
        "locale": None,
    }
    service = ids.encode("Service", support.id)
    given = await done(ada, desk.UPDATE_REPLY, replyId=reply["id"], serviceId=service, locale="it")
    assert given == {**reply, "version": 2, "service": {"name": "Support"}, "locale": "it"}
    taken = await done(ada, desk.UPDATE_REPLY, replyId=reply["id"], serviceId=None, locale=None)
    assert taken == {**reply, "version": 3}
    assert (await ada.do(desk.DELETE_REPLY, input={"replyId": reply["id"]}))["deleted"]
    assert await CannedReply.all().count() == 0


async def test_agents_find_the_replies_of_a_service_and_of_all_by_shortcut_and_text(
    ada: Client, zoe: Client, support: Service, organization: Organization
) -> None:
    service = ids.encode("Service", support.id)
    sales = await a_service(organization, name="Sales")
    await done(ada, desk.CREATE_REPLY, shortcut="bye", text="Until next time, 100 % sure.")
    await done(ada, desk.CREATE_REPLY, shortcut="hi", text="Hello from Support", serviceId=service)
    await done(
        ada,
        desk.CREATE_REPLY,
        shortcut="hi",
        text="Hello from Sales",
        serviceId=ids.encode("Service", sales.id),
    )

    async def found(**variables: Any) -> list[str]:
        return [reply["text"] for reply in await listed(zoe, desk.REPLIES, **variables)]

    assert await found() == ["Until next time, 100 % sure.", "Hello from Support", "Hello from Sales"]
    assert await found(service=service) == ["Until next time, 100 % sure.", "Hello from Support"]
    assert await found(search="HI") == ["Hello from Support", "Hello from Sales"]
    assert await found(search="next TIME") == ["Until next time, 100 % sure."]
    assert await found(search="0 %") == ["Until next time, 100 % sure."]
    for nothing in ("_", "%%", "\0", "x" * 100_000):
        assert await found(search=nothing) == []
    for nowhere in ("garbage", ids.encode("Agent", support.id), ""):
        assert await found(service=nowhere, search="hello") == []


async def test_a_shortcut_is_there_once_for_each_service_and_language(ada: Client, support: Service) -> None:
    service = ids.encode("Service", support.id)
    for more in ({}, {"locale": "it"}, {"serviceId": service}, {"serviceId": service, "locale": "it"}):
        await done(ada, desk.CREATE_REPLY, **HELLO, **more)
        again = await ada.do(desk.CREATE_REPLY, input={**HELLO, **more})
        assert [(error["code"], error["field"]) for error in again["errors"]] == [("INVALID", ["shortcut"])]


async def test_a_disposition_is_made_changed_and_deleted(ada: Client, zoe: Client, support: Service) -> None:
    service = ids.encode("Service", support.id)
    solved = await done(ada, desk.CREATE_DISPOSITION, name="Solved")
    refund = await done(ada, desk.CREATE_DISPOSITION, name="Refund", serviceId=service)
    assert refund["service"] == {"name": "Support"}
    assert [one["name"] for one in await listed(zoe, desk.DISPOSITIONS)] == ["Refund", "Solved"]
    changed = await done(
        ada, desk.UPDATE_DISPOSITION, dispositionId=refund["id"], serviceId=None, name="Refunded"
    )
    assert changed == {**refund, "version": 2, "name": "Refunded", "service": None}
    assert (await ada.do(desk.DELETE_DISPOSITION, input={"dispositionId": solved["id"]}))["deleted"]
    assert [one["name"] for one in await listed(zoe, desk.DISPOSITIONS, service=service)] == ["Refunded"]


async def test_a_deleted_dispositions_name_is_free_and_it_is_nowhere_to_be_found(
    ada: Client, zoe: Client
) -> None:
    solved = await done(ada, desk.CREATE_DISPOSITION, name="Solved")
    assert (await ada.do(desk.DELETE_DISPOSITION, input={"dispositionId": solved["id"]}))["deleted"]
    again = await ada.do(desk.DELETE_DISPOSITION, input={"dispositionId": solved["id"]})
    assert codes(again) == ["NOT_FOUND"]
    changed = await ada.do(desk.UPDATE_DISPOSITION, input={"dispositionId": solved["id"], "name": "Won"})
    assert codes(changed) == ["NOT_FOUND"]
    assert (await zoe.run("query($id: ID!) { node(id: $id) { id } }", id=solved["id"])).data == {"node": None}
    new = await done(ada, desk.CREATE_DISPOSITION, name="Solved")
    assert new["id"] != solved["id"]
    assert [one["id"] for one in await listed(zoe, desk.DISPOSITIONS)] == [new["id"]]


async def test_a_disposition_is_there_once_for_each_service(ada: Client, support: Service) -> None:
    for more in ({}, {"serviceId": ids.encode("Service", support.id)}):
        await done(ada, desk.CREATE_DISPOSITION, name="Solved", **more)
        again = await ada.do(desk.CREATE_DISPOSITION, input={"name": "Solved", **more})
        assert [(error["code"], error["field"]) for error in again["errors"]] == [("INVALID", ["name"])]


async def test_a_request_that_comes_twice_makes_one(ada: Client) -> None:
    made = await done(ada, desk.CREATE_TAG, **RED, idempotencyKey="k")
    assert await done(ada, desk.CREATE_TAG, **RED, idempotencyKey="k") == made
    assert codes(await ada.do(desk.CREATE_TAG, input={**RED, "name": "Other", "idempotencyKey": "k"})) == [
        "IDEMPOTENCY_CONFLICT"
    ]
    assert (await ada.do(desk.DELETE_TAG, input={"tagId": made["id"]}))["deleted"]
    again = await ada.do(desk.CREATE_TAG, input={**RED, "idempotencyKey": "k"})
    assert [(error["code"], error["field"]) for error in again["errors"]] == [("NOT_FOUND", ["idempotencyKey"])]


@pytest.mark.parametrize(
    ("role", "placed", "expected"),
    [
        (Role.MANAGER, False, []),
        (Role.MANAGER, True, ["FORBIDDEN"]),
        (Role.BOOKING_MANAGER, False, ["FORBIDDEN"]),
        (Role.SUPERVISOR, False, ["FORBIDDEN"]),
        (Role.AGENT, False, ["FORBIDDEN"]),
    ],
)
async def test_who_sets_up_the_whole_organization_sets_up_what_agents_have_at_hand(
    sign_in: SignIn, ada: Client, organization: Organization, role: Role, placed: bool, expected: list[str]
) -> None:
    somebody = await an_agent(organization, "Yan", role=role)
    if placed:
        office = await Office.create(organization=organization, name="Rome", time_zone="Europe/Rome")
        await somebody.offices.add(office)
    yan = sign_in.agent(somebody)
    tag = await done(ada, desk.CREATE_TAG, **RED)
    assert codes(await yan.do(desk.UPDATE_TAG, input={"tagId": tag["id"], "name": "Late"})) == expected
    assert codes(await yan.do(desk.CREATE_REPLY, input=HELLO)) == expected
    assert codes(await yan.do(desk.CREATE_DISPOSITION, input={"name": "Solved"})) == expected
    assert codes(await yan.do(desk.DELETE_TAG, input={"tagId": tag["id"]})) == expected
    made = (await Tag.all().count(), await CannedReply.all().count(), await Disposition.all().count())
    assert made == ((1, 0, 0) if expected else (0, 1, 1))
