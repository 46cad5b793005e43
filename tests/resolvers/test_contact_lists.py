"""Contact lists through the API: the default one that every organization has, and those that it makes."""

from __future__ import annotations

from typing import Any

import pytest

from models.contact.contact import Contact
from models.desk.contact_list import ContactList
from models.organization.organization import Organization
from models.words import Role
from resolvers import ids
from tests.builders import a_contact, an_agent, an_organization
from tests.resolvers import desk_documents as desk
from tests.resolvers.conftest import Client, SignIn, Talk
from tests.resolvers.documents import BOOK, ELEVEN, codes, wish

PLAN = {"key": "plan", "label": "Plan", "type": "CHOICE", "options": ["Basic", "Gold"], "required": True}
BORN = {"key": "born", "label": "Born on", "type": "DATE", "options": None, "required": False}
LIST_OF = "query($id: ID!) { node(id: $id) { ... on Contact { list { name isDefault } } } }"


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


async def created(client: Client, name: str = "Customers", **more: Any) -> dict[str, Any]:
    answer = await client.do(desk.CREATE_LIST, input={"name": name, **more})
    assert answer["errors"] == []
    return dict(answer["list"])


async def lists(client: Client) -> list[dict[str, Any]]:
    return list((await client.run(desk.LISTS)).data["contactLists"])


def refusals(answer: dict[str, Any]) -> list[tuple[str, list[str] | None]]:
    return [(error["code"], error["field"]) for error in answer["errors"]]


async def test_every_organization_has_a_default_list(ada: Client) -> None:
    await an_organization("rival")
    [default] = await lists(ada)
    assert (default["name"], default["isDefault"], default["canAdd"], default["count"]) == (
        "Contacts",
        True,
        True,
        0,
    )


async def test_guests_who_book_come_into_the_default_list(talk: Talk, ada: Client) -> None:
    await created(ada)
    assert [(one["name"], one["count"]) for one in await lists(ada)] == [("Contacts", 1), ("Customers", 0)]
    contact = ids.encode("Contact", (await Contact.get()).id)
    assert (await ada.do(LIST_OF, id=contact))["list"] == {"name": "Contacts", "isDefault": True}


async def test_who_books_for_a_guest_is_told_of_the_list_at_once(talk: Talk) -> None:
    document = BOOK.replace("conversation { id }", "guest { list { name } }")
    answer = await talk.anna.do(
        document, input=wish(ELEVEN, guest={"name": "Ivan", "email": "ivan@guests.example", "timeZone": "UTC"})
    )
    assert answer["meeting"]["guest"]["list"] == {"name": "Contacts"}


async def test_guests_are_not_told_which_list_they_are_in(talk: Talk) -> None:
    answer = await talk.grace.run("{ viewer { guest { list { name } } } }")
    assert answer.codes == ["FORBIDDEN"]


async def test_a_list_defines_what_is_kept_of_its_contacts(ada: Client) -> None:
    made = await created(ada, customFields=[PLAN, BORN], agentsCanAdd=False)
    assert made["customFieldDefinitions"] == [PLAN, BORN]
    assert (made["agentsCanAdd"], made["canAdd"], made["isDefault"]) == (False, True, False)
    changed = await ada.do(desk.UPDATE_LIST, input={"listId": made["id"], "customFields": [BORN]})
    assert changed["list"] == {**made, "version": 2, "customFieldDefinitions": [BORN]}


async def test_a_field_keeps_its_type(ada: Client) -> None:
    made = await created(ada, customFields=[BORN, PLAN])
    spoiled = {**PLAN, "type": "TEXT", "options": None}
    answer = await ada.do(desk.UPDATE_LIST, input={"listId": made["id"], "customFields": [spoiled]})
    assert refusals(answer) == [("INVALID", ["customFields", "0", "type"])]
    wider = {**PLAN, "options": ["Basic", "Gold", "Platinum"]}
    answer = await ada.do(desk.UPDATE_LIST, input={"listId": made["id"], "customFields": [wider]})
    assert answer["list"]["customFieldDefinitions"] == [wider]


async def test_a_list_with_contacts_is_not_deleted_and_an_empty_one_is(
    ada: Client, organization: Organization
) -> None:
    made = await created(ada)
    row = await ContactList.get(name="Customers")
    grace = await a_contact(organization, contact_list=row)
    refused = await ada.do(desk.DELETE_LIST, input={"listId": made["id"]})
    assert refusals(refused) == [("INVALID", ["listId"])]
    assert refused["errors"][0]["message"] == "1 contact is in this list: move them to another one first."
    await Contact.filter(id=grace.id).update(contact_list_id=(await ContactList.get(name="Contacts")).id)
    assert (await ada.do(desk.DELETE_LIST, input={"listId": made["id"]}))["deleted"]
    assert [one["name"] for one in await lists(ada)] == ["Contacts"]


async def test_the_default_list_stays_under_whatever_name(ada: Client) -> None:
    [default] = await lists(ada)
    renamed = await ada.do(desk.UPDATE_LIST, input={"listId": default["id"], "name": "Everybody"})
    assert renamed["list"]["name"] == "Everybody"
    assert refusals(await ada.do(desk.DELETE_LIST, input={"listId": default["id"]})) == [
        ("INVALID", ["listId"])
    ]


async def test_a_name_is_an_organizations_once(ada: Client) -> None:
    again = await ada.do(desk.CREATE_LIST, input={"name": "Contacts"})
    assert refusals(again) == [("INVALID", ["name"])]


async def test_agents_add_contacts_where_they_may(
    sign_in: SignIn, ada: Client, organization: Organization
) -> None:
    await created(ada, "Closed", agentsCanAdd=False)
    for role, may in ((Role.MANAGER, True), (Role.SUPERVISOR, False), (Role.AGENT, False)):
        somebody = sign_in.agent(await an_agent(organization, role=role))
        assert {one["name"]: one["canAdd"] for one in await lists(somebody)} == {
            "Contacts": True,
            "Closed": may,
        }


@pytest.mark.parametrize("role", [Role.BOOKING_MANAGER, Role.SUPERVISOR, Role.AGENT])
async def test_other_roles_change_no_list(
    sign_in: SignIn, ada: Client, organization: Organization, role: Role
) -> None:
    made, somebody = await created(ada), sign_in.agent(await an_agent(organization, "Yan", role=role))
    for document, input in (
        (desk.CREATE_LIST, {"name": "Mine"}),
        (desk.UPDATE_LIST, {"listId": made["id"], "name": "Mine"}),
        (desk.DELETE_LIST, {"listId": made["id"]}),
    ):
        assert codes(await somebody.do(document, input=input)) == ["FORBIDDEN"]
