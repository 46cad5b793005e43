"""Agents look for contacts: by words, by lists and tags, by what is kept of them, and their own."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from typing import Any

import pytest

from models.agent.agent import Agent
from models.contact.contact import Contact
from models.contact.keeping import ContactTag
from models.desk.contact_list import ContactList
from models.desk.tag import Tag
from models.organization.organization import Organization
from models.words import Role
from resolvers import ids
from tests.builders import MONDAY, a_contact, an_agent, an_organization
from tests.resolvers import contact_documents as say
from tests.resolvers.conftest import Client, SignIn, Talk
from tests.resolvers.desk_documents import DELETE_TAG


@pytest.fixture
def ann(sign_in: SignIn, anna: Agent) -> Client:
    return sign_in.agent(anna)


async def names(client: Client, **filter: Any) -> list[str]:
    found = await client.do(say.SEARCH, filter=filter, first=100)
    assert found["totalCount"] == len(found["edges"])
    return [edge["node"]["name"] for edge in found["edges"]]


@pytest.fixture
async def people(organization: Organization) -> dict[str, Contact]:
    """Three of acme, and another Zoë elsewhere."""
    rival = await an_organization("rival")
    await a_contact(rival, "Zoë Müller")
    rows: dict[str, dict[str, Any]] = {
        "Zoë Müller": {"email": "zoe.m@mail.example", "phone": "+4930901820"},
        "José O'Neill-García": {"email": None, "phone": "+5511987654321"},
        "Мария Иванова": {"email": "maria@guests.example", "phone": None},
    }
    return {name: await a_contact(organization, name, **values) for name, values in rows.items()}


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("zoe", "Zoë Müller"),
        ("ZOË mul", "Zoë Müller"),
        ("müll zo", "Zoë Müller"),
        ("oe", None),
        ("jose garcia", "José O'Neill-García"),
        ("o'neill", "José O'Neill-García"),
        ("neill-gar", "José O'Neill-García"),
        ("иван", "Мария Иванова"),
        ("maria@guests.example", "Мария Иванова"),
        ("maria@gue", "Мария Иванова"),
        ("guests", "Мария Иванова"),
        ("zoe mail.example", "Zoë Müller"),
        ("zoe maria", None),
        ("+49 30 901820", "Zoë Müller"),
        ("030 90 18", "Zoë Müller"),
        ("004930", "Zoë Müller"),
        ("30901820", "Zoë Müller"),
        ("1820", None),
        ("+55 11 8765", "José O'Neill-García"),
        ("5511 98765", "José O'Neill-García"),
        ("zoe 4930901820", "Zoë Müller"),
        ("zoe 5511987654321", None),
    ],
)
async def test_contacts_are_found_by_words_as_they_begin(
    ann: Client, people: dict[str, Contact], search: str, found: str | None
) -> None:
    assert await names(ann, search=search) == ([found] if found else [])


@pytest.mark.parametrize("search", ["", "  ", None])
async def test_who_searches_for_nothing_finds_everybody_by_name(
    ann: Client, people: dict[str, Contact], search: str | None
) -> None:
    assert await names(ann, search=search) == sorted(people)


async def test_contacts_are_found_by_the_whole_of_an_address(ann: Client, people: dict[str, Contact]) -> None:
    assert await names(ann, email=" Zoe.M@mail.example") == ["Zoë Müller"]
    assert await names(ann, email="zoe.m@mail") == []


@pytest.mark.parametrize("phone", ["+55 11 98765-4321", "+55 11 8765-4321", "+551187654321"])
async def test_a_brazilian_is_found_with_and_without_the_ninth_digit(
    ann: Client, people: dict[str, Contact], phone: str
) -> None:
    assert await names(ann, phone=phone) == ["José O'Neill-García"]


@pytest.mark.parametrize("kept", ["+52 1 55 1234 5678", "+52 55 1234 5678"])
@pytest.mark.parametrize("sought", ["+5215512345678", "+525512345678"])
async def test_a_mexican_is_found_with_and_without_the_one(
    ann: Client, organization: Organization, kept: str, sought: str
) -> None:
    default = await ContactList.get(organization=organization)
    contact = {"listId": ids.encode("ContactList", default.id), "name": "Frida", "phone": kept}
    assert (await ann.do(say.CREATE, input={"contact": contact}))["errors"] == []
    assert await names(ann, phone=sought) == await names(ann, search=sought) == ["Frida"]


async def test_whom_addresses_are_masked_from_finds_nobody_by_them(
    ann: Client, sign_in: SignIn, people: dict[str, Contact], organization: Organization
) -> None:
    organization.stored_settings = {**organization.stored_settings, "mask_contacts_from": ["AGENT"]}
    await organization.save()
    probes: list[dict[str, Any]] = [
        {"search": "m@mail"}, {"search": "mail"}, {"search": "4930"}, {"search": "+49 30"}, {"search": "30901820"},
        {"email": "zoe.m@mail.example"}, {"phone": "+4930901820"}, {"search": "@mail"}, {"search": "@4930"},
    ]  # fmt: skip
    assert [await names(ann, **one) for one in probes] == [[]] * len(probes)
    assert await names(ann, search="zoe") == ["Zoë Müller"]
    chief = sign_in.agent(await an_agent(organization, "Chief", role=Role.SUPERVISOR))
    assert await names(chief, search="4930") == ["Zoë Müller"]


async def test_a_name_that_may_be_an_address_or_a_number_is_one(
    ann: Client, sign_in: SignIn, organization: Organization
) -> None:
    """Whoever writes without a profile is called by their number."""
    for name in ("+39 333 1234567", "ivan@guests.example", "Studio 54", "Judy"):
        await a_contact(organization, name, email=None)
    chief = sign_in.agent(await an_agent(organization, "Chief", role=Role.SUPERVISOR))
    organization.stored_settings = {**organization.stored_settings, "mask_contacts_from": ["AGENT"]}
    await organization.save()
    for search, name in (
        ("333", "+39 333 1234567"),
        ("ivan", "ivan@guests.example"),
        ("studio 54", "Studio 54"),
    ):
        assert await names(chief, search=search) == [name]
        assert await names(ann, search=search) == []
    assert await names(ann, search="judy") == ["Judy"]


async def test_what_a_masked_agent_goes_on_from_does_not_say_where_they_are(
    ann: Client, organization: Organization
) -> None:
    """A cursor by name would hold the name."""
    for name in ("333 1234567", "Judy", "Ann"):
        await a_contact(organization, name, email=None)
    organization.stored_settings = {**organization.stored_settings, "mask_contacts_from": ["AGENT"]}
    await organization.save()
    page = await ann.do(say.SEARCH, first=10)
    shown = [edge["node"]["name"] for edge in page["edges"]]
    assert shown[:2] == ["Ann", "Judy"]
    cursors = [b64decode(edge["cursor"] + "==") for edge in page["edges"]]
    assert not any(b"333" in cursor or b"Judy" in cursor for cursor in cursors)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("a", ["A. B."]),
        ("小", ["李小龙"]),
        ("小龙", ["李小龙"]),
        ("李小", ["李小龙"]),
        ("สม", ["สมชาย"]),
        ("x" * 200, []),
    ],
)
async def test_a_single_letter_is_a_word_and_so_is_each_sign_of_scripts_without_spaces(
    ann: Client, organization: Organization, search: str, found: list[str]
) -> None:
    for name in ("A. B.", "Anton", "李小龙", "สมชาย"):
        await a_contact(organization, name, email=None)
    assert await names(ann, search=search) == found


async def test_contacts_are_found_by_their_list(
    ann: Client, people: dict[str, Contact], organization: Organization
) -> None:
    row = await ContactList.create(organization=organization, name="Customers")
    await Contact.filter(id=people["Zoë Müller"].id).update(contact_list_id=row.id)
    assert await names(ann, listId=ids.encode("ContactList", row.id)) == ["Zoë Müller"]


async def test_contacts_are_found_by_one_of_some_tags_or_by_all_of_them(
    ann: Client, people: dict[str, Contact], organization: Organization
) -> None:
    tags = [await Tag.create(organization=organization, name=name, color="#112233") for name in ("A", "B", "C")]
    zoe, jose, _ = people.values()
    for contact, tag in ((zoe, tags[0]), (zoe, tags[1]), (jose, tags[1])):
        await ContactTag.create(organization=organization, contact=contact, tag=tag)
    a, b, c = (ids.encode("Tag", tag.id) for tag in tags)
    both = ["José O'Neill-García", "Zoë Müller"]
    assert await names(ann, tagIds=[a, b, c]) == await names(ann, tagIds=[b], tagMatch="ALL") == both
    assert await names(ann, tagIds=[a, b], tagMatch="ALL") == ["Zoë Müller"]
    assert await names(ann, tagIds=[a, b, c], tagMatch="ALL") == await names(ann, tagIds=[c]) == []
    assert await names(ann, tagIds=[]) == sorted(people)


async def test_contacts_are_found_by_what_is_kept_of_them(ann: Client, organization: Organization) -> None:
    kept: list[dict[str, Any]] = [
        {"plan": "Gold", "size": 1},
        {"plan": "Gold", "size": 2},
        {"plan": "gold"},
        {},
    ]
    for number, fields in enumerate(kept):
        await a_contact(organization, f"N{number}", custom_fields=fields)
    assert await names(ann, customFields={"plan": "Gold"}) == ["N0", "N1"]
    assert await names(ann, customFields={"plan": "Gold", "size": 2}) == ["N1"]
    assert await names(ann, customFields={"size": "2"}) == []
    assert await names(ann, customFields={}) == ["N0", "N1", "N2", "N3"]


async def test_contacts_are_found_by_when_they_were_made(ann: Client, people: dict[str, Contact]) -> None:
    zoe, jose, maria = people.values()
    for day, one in enumerate((zoe, jose, maria)):
        await Contact.filter(id=one.id).update(created_at=MONDAY + timedelta(days=day))
    tuesday, wednesday = ((MONDAY + timedelta(days=day)).isoformat() for day in (1, 2))
    assert await names(ann, createdFrom=tuesday, createdTo=wednesday) == [jose.name]
    assert await names(ann, createdTo=tuesday) == [zoe.name]
    backward = await ann.run(say.SEARCH, filter={"createdFrom": wednesday, "createdTo": tuesday})
    assert backward.codes == ["BAD_REQUEST"]


async def test_all_that_is_given_must_hold(ann: Client, people: dict[str, Contact]) -> None:
    assert await names(ann, search="zoe", email="maria@guests.example") == []


async def test_pages_go_on_where_the_last_one_ended_whoever_comes_or_goes(
    ann: Client, organization: Organization
) -> None:
    for name in ("B", "D", "D", "F"):
        await a_contact(organization, name)
    first = await ann.do(say.SEARCH, first=2)
    await a_contact(organization, "A")
    await a_contact(organization, "E")
    rest = await ann.do(say.SEARCH, first=10, after=first["pageInfo"]["endCursor"])
    assert [[edge["node"]["name"] for edge in page["edges"]] for page in (first, rest)] == [
        ["B", "D"], ["D", "E", "F"],
    ]  # fmt: skip
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_mine_are_whom_i_have_edited_or_met_or_talked_to(
    talk: Talk, sign_in: SignIn, organization: Organization
) -> None:
    ben = sign_in.agent(await an_agent(organization, "Ben"))
    default = ids.encode("ContactList", (await ContactList.get(organization=organization)).id)
    made = await ben.do(say.CREATE, input={"contact": {"listId": default, "name": "Heidi"}})
    await a_contact(organization, "Nobody's")
    assert await names(talk.anna, mine=True) == ["Grace Guest"]
    assert await names(ben, mine=True) == ["Heidi"]
    assert await names(ben, mine=False) == ["Grace Guest", "Heidi", "Nobody's"]
    edit = {"contactId": made["contact"]["id"], "contact": {"listId": default, "name": "Heidi H."}}
    changed = await talk.anna.do(say.UPDATE, input=edit)
    assert changed["contact"]["managedBy"] == [{"name": "Anna"}, {"name": "Ben"}]
    assert await names(talk.anna, mine=True) == ["Grace Guest", "Heidi H."]


async def test_a_tag_that_is_deleted_is_nobodys(
    ann: Client, sign_in: SignIn, people: dict[str, Contact], organization: Organization
) -> None:
    tag = await Tag.create(organization=organization, name="VIP", color="#112233")
    zoe = people["Zoë Müller"]
    await ContactTag.create(organization=organization, contact=zoe, tag=tag)
    ada = sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    assert (await ada.do(DELETE_TAG, input={"tagId": ids.encode("Tag", tag.id)}))["deleted"]
    assert (await ann.do(say.READ, id=ids.encode("Contact", zoe.id)))["tags"] == []
