"""Agents make contacts and edit them: what is kept of each, and who may."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.audit.entry import AuditEntry
from models.contact.contact import Contact
from models.desk.contact_list import ContactList
from models.desk.tag import Tag
from models.organization.organization import Organization
from models.words import Role
from resolvers import ids
from tests.builders import a_contact, an_agent, an_organization
from tests.resolvers import contact_documents as say
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import ELEVEN, GRACE, codes

KINDS: list[dict[str, Any]] = [
    {"key": "note", "label": "Note", "type": "TEXT", "options": None, "required": False},
    {"key": "size", "label": "Size", "type": "NUMBER", "options": None, "required": False},
    {"key": "vip", "label": "VIP", "type": "BOOLEAN", "options": None, "required": False},
    {"key": "born", "label": "Born on", "type": "DATE", "options": None, "required": False},
    {"key": "plan", "label": "Plan", "type": "CHOICE", "options": ["Basic", "Gold"], "required": True},
]


FOLLOW = """subscription($id: ID!) { conversationEvents(conversationId: $id, after: "") {
  __typename ... on ConversationChanged { conversation { contact { name } } } } }"""


@pytest.fixture
def ann(sign_in: SignIn, anna: Agent) -> Client:
    return sign_in.agent(anna)


async def a_list(organization: Organization, name: str = "Customers", **values: Any) -> str:
    row = await ContactList.create(organization=organization, name=name, **values)
    return ids.encode("ContactList", row.id)


async def default_list(organization: Organization) -> str:
    return ids.encode("ContactList", (await ContactList.get(organization=organization, is_default=True)).id)


async def a_tag(organization: Organization, name: str) -> str:
    return ids.encode("Tag", (await Tag.create(organization=organization, name=name, color="#112233")).id)


async def created(client: Client, list_id: str, name: str = "Heidi", **more: Any) -> dict[str, Any]:
    contact = {"listId": list_id, "name": name, **more}
    answer = await client.do(say.CREATE, input={"contact": contact})
    assert answer["errors"] == []
    return dict(answer["contact"])


def refusals(answer: dict[str, Any]) -> list[tuple[str, list[str] | None]]:
    return [(error["code"], error["field"]) for error in answer["errors"]]


async def test_an_agent_makes_a_contact_with_all_that_is_kept(ann: Client, organization: Organization) -> None:
    into = await a_list(organization, custom_fields=KINDS)
    kept = {"note": "Two dogs", "size": 1.5, "vip": False, "born": "1980-02-29", "plan": "Gold"}
    tags = [await a_tag(organization, "VIP"), await a_tag(organization, "Loud")]
    made = await created(
        ann,
        into,
        email=" Heidi@Guests.Example ",
        phone="+39 06 555 0199",
        locale="de",
        timeZone="Europe/Rome",
        tagIds=tags,
        customFields=kept,
    )
    assert made == {
        "id": made["id"],
        "version": 1,
        "name": "Heidi",
        "email": "heidi@guests.example",
        "phone": "+39065550199",
        "locale": "de",
        "timeZone": "Europe/Rome",
        "isMasked": False,
        "customFields": kept,
        "list": {"name": "Customers"},
        "tags": [{"name": "Loud"}, {"name": "VIP"}],
        "externalIds": [],
        "managedBy": [{"name": "Anna"}],
        "mergedInto": None,
    }
    assert (await ann.do(say.READ, id=made["id"])) == made


async def test_a_contact_needs_no_more_than_a_list_and_a_name(ann: Client, organization: Organization) -> None:
    nulls: dict[str, Any] = dict.fromkeys(("email", "phone", "locale", "timeZone", "tagIds", "customFields"))
    made = await created(ann, await default_list(organization), **nulls)
    assert (made["email"], made["tags"], made["customFields"]) == (None, [], {})


async def test_the_same_request_makes_one_contact(ann: Client, organization: Organization) -> None:
    contact = {"listId": await default_list(organization), "name": "Heidi"}
    input: dict[str, Any] = {"contact": contact, "idempotencyKey": "1"}
    first, second = await ann.do(say.CREATE, input=input), await ann.do(say.CREATE, input=input)
    assert first == second
    other = await ann.do(say.CREATE, input={**input, "contact": {**contact, "name": "Ivan"}})
    assert codes(other) == ["IDEMPOTENCY_CONFLICT"]
    assert await Contact.all().count() == 1


async def test_only_who_may_adds_to_a_list(sign_in: SignIn, ann: Client, organization: Organization) -> None:
    closed = await a_list(organization, agents_can_add=False)
    contact = {"contact": {"listId": closed, "name": "Heidi"}}
    assert refusals(await ann.do(say.CREATE, input=contact)) == [("FORBIDDEN", ["contact", "listId"])]
    manager = sign_in.agent(await an_agent(organization, "Mia", role=Role.MANAGER))
    made = await created(manager, closed)
    open = await a_list(organization, "Open")
    copied = await ann.do(say.DUPLICATE, input={"contactId": made["id"], "listId": closed})
    assert refusals(copied) == [("FORBIDDEN", ["listId"])]
    moved = await ann.do(say.UPDATE, input=edit(made, into=closed, name="Other"))
    assert moved["contact"]["name"] == "Other"  # where they are already, nobody adds them
    other = await created(ann, open)
    refused = await ann.do(say.UPDATE, input=edit(other, into=closed))
    assert refusals(refused) == [("FORBIDDEN", ["contact", "listId"])]


def edit(contact: dict[str, Any], *, into: str, **changes: Any) -> dict[str, Any]:
    """An update of a contact, in the list of this id."""
    return {"contactId": contact["id"], "contact": {"listId": into, "name": contact["name"], **changes}}


async def test_what_an_update_does_not_give_stays_and_null_takes_away(
    ann: Client, organization: Organization
) -> None:
    into = await a_list(organization, custom_fields=KINDS[:4])
    tag = await a_tag(organization, "VIP")
    made = await created(
        ann,
        into,
        email="heidi@guests.example",
        locale="de",
        tagIds=[tag],
        customFields={"size": 1, "note": "A"},
    )
    changed = await ann.do(
        say.UPDATE, input=edit(made, into=into, locale=None, customFields={"note": None, "vip": True})
    )
    assert changed["contact"] == {
        **made, "version": 2, "locale": None, "customFields": {"size": 1, "vip": True},
    }  # fmt: skip
    changed = await ann.do(say.UPDATE, input=edit(made, into=into, tagIds=[], customFields={"vip": ""}))
    assert (changed["contact"]["version"], changed["contact"]["tags"]) == (3, [])
    assert changed["contact"]["customFields"] == {"size": 1}


async def test_an_update_that_changes_nothing_is_none(ann: Client, organization: Organization) -> None:
    into = await default_list(organization)
    made = await created(ann, into, email="heidi@guests.example")
    same = await ann.do(say.UPDATE, input=edit(made, into=into, email="HEIDI@guests.example", tagIds=[]))
    assert same["contact"] == made
    assert [one.action for one in await AuditEntry.filter(target_kind="Contact")] == ["createContact"]


async def test_of_two_updates_of_one_version_the_second_is_stale(
    ann: Client, organization: Organization
) -> None:
    into = await default_list(organization)
    made = await created(ann, into)
    seen: dict[str, Any] = {**edit(made, into=into), "expectedVersion": 1}
    assert (await ann.do(say.UPDATE, input={**seen, "contact": {"listId": into, "name": "A"}}))["errors"] == []
    late = await ann.do(say.UPDATE, input={**seen, "contact": {"listId": into, "name": "B"}})
    assert refusals(late) == [("STALE", ["expectedVersion"])]


async def test_a_contact_moves_to_a_list_with_what_fits_there(ann: Client, organization: Organization) -> None:
    first = await a_list(organization, custom_fields=KINDS[:2])
    text = {"key": "size", "label": "Shirt", "type": "TEXT", "options": None, "required": False}
    second = await a_list(organization, "Team", custom_fields=[text, KINDS[4]])
    made = await created(ann, first, customFields={"size": 4, "note": "A"})
    refused: list[tuple[dict[str, Any], tuple[str, list[str]]]] = [
        ({}, ("CONTACT_FIELD_REQUIRED", ["contact", "customFields", "plan"])),
        ({"plan": "Gold"}, ("INVALID", ["contact", "customFields", "size"])),
        ({"plan": "Gold", "size": None, "note": "B"}, ("INVALID", ["contact", "customFields", "note"])),
    ]
    for given, refusal in refused:
        answer = await ann.do(say.UPDATE, input=edit(made, into=second, customFields=given))
        assert refusals(answer) == [refusal]
    moved = await ann.do(say.UPDATE, input=edit(made, into=second, customFields={"plan": "Gold", "size": "XL"}))
    assert moved["contact"]["list"] == {"name": "Team"}
    assert moved["contact"]["customFields"] == {"note": "A", "plan": "Gold", "size": "XL"}


async def test_a_contact_is_put_into_another_list_with_what_that_defines(
    ann: Client, organization: Organization
) -> None:
    first = await a_list(organization, custom_fields=KINDS)
    second = await a_list(organization, "Team", custom_fields=[KINDS[1]])
    third = await a_list(organization, "Strict", custom_fields=[{**KINDS[3], "required": True}])
    tag = await a_tag(organization, "VIP")
    made = await created(
        ann, first, email="heidi@guests.example", tagIds=[tag], customFields={"plan": "Gold", "size": 3}
    )
    copy = await ann.do(say.DUPLICATE, input={"contactId": made["id"], "listId": second})
    assert copy["contact"] == {
        **made, "id": copy["contact"]["id"], "list": {"name": "Team"}, "customFields": {"size": 3},
    }  # fmt: skip
    assert copy["contact"]["id"] != made["id"]
    refused = await ann.do(say.DUPLICATE, input={"contactId": made["id"], "listId": third})
    assert refusals(refused) == [("CONTACT_FIELD_REQUIRED", ["customFields", "born"])]


async def test_whoever_edits_what_somebody_else_reads_is_told_of(
    talk: Talk, sign_in: SignIn, organization: Organization
) -> None:
    ada = sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    grace = {"id": ids.encode("Contact", (await Contact.get()).id), "name": "Grace"}
    async with talk.anna.follow(FOLLOW, id=talk.id) as events:
        assert await events.next() == {"__typename": "Resync"}
        renamed = await ada.do(say.UPDATE, input=edit(grace, into=await default_list(organization)))
        assert renamed["contact"]["managedBy"] == [{"name": "Ada"}, {"name": "Anna"}]
        assert await events.next() == {
            "__typename": "ConversationChanged",
            "conversation": {"contact": {"name": "Grace"}},
        }


async def test_the_audit_says_who_changed_what_of_a_contact_and_nothing_of_them(
    ann: Client, organization: Organization
) -> None:
    into = await default_list(organization)
    made = await created(ann, into)
    await ann.do(say.UPDATE, input=edit(made, into=into, email="heidi@guests.example", locale="de"))
    entry = await AuditEntry.get(action="updateContact")
    assert (entry.actor_name, entry.target_kind, entry.detail) == (
        "Anna", "Contact", {"changed": ["email", "locale"]},
    )  # fmt: skip


async def test_a_guest_who_books_again_is_the_same_whatever_agents_have_added(
    talk: Talk, sign_in: SignIn, anna: Agent, organization: Organization
) -> None:
    into = await default_list(organization)
    grace = {"id": ids.encode("Contact", (await Contact.get()).id), "name": "Grace Guest"}
    await talk.anna.do(say.UPDATE, input=edit(grace, into=into, phone="+390655501"))
    await talk.anna.do(say.UPDATE, input=edit(grace, into=into, name="Dr Grace Guest"))
    for start, guest in ((ELEVEN, GRACE), ("2027-03-02T09:00:00+01:00", {**GRACE, "phone": "+390655501"})):
        await a_talk(sign_in, anna, start=start, guest=guest)
    assert await Contact.all().count() == 1


@pytest.mark.parametrize("first", [{}, {"phone": "+390655501"}])
async def test_by_an_address_that_was_wrong_nobody_is_recognised(
    talk: Talk, sign_in: SignIn, anna: Agent, organization: Organization, first: dict[str, str]
) -> None:
    """Somebody else has it; also where she was recognised by it and more was known of her."""
    grace = {"id": ids.encode("Contact", (await Contact.get()).id), "name": "Grace Guest"}
    await talk.anna.do(say.UPDATE, input=edit(grace, into=await default_list(organization), **first))
    mail = {"email": "grace.guest@guests.example"}
    await talk.anna.do(say.UPDATE, input=edit(grace, into=await default_list(organization), **mail))
    await a_contact(organization, "Heidi")
    await a_talk(sign_in, anna, start=ELEVEN, guest=GRACE)
    assert await Contact.filter(email="grace@guests.example", name="Grace Guest").count() == 1


async def test_an_agent_who_does_not_see_all_of_theirs_gives_a_contact_no_other_address(
    talk: Talk, sign_in: SignIn, organization: Organization
) -> None:
    """Whoever had the new address would see it all."""
    ben = sign_in.agent(await an_agent(organization, "Ben"))
    into = await default_list(organization)
    grace = {"id": ids.encode("Contact", (await Contact.get()).id), "name": "Grace Guest"}
    mine = edit(grace, into=into, email="ben@acme.example")
    assert codes(await ben.do(say.UPDATE, input=mine)) == ["FORBIDDEN"]
    assert (await ben.do(say.UPDATE, input=edit(grace, into=into, phone="+390655501")))["errors"] == []
    assert (await talk.anna.do(say.UPDATE, input=mine))["contact"]["email"] == "ben@acme.example"


async def test_whom_addresses_are_masked_from_changes_none(
    ann: Client, sign_in: SignIn, organization: Organization
) -> None:
    into = await default_list(organization)
    made = await created(ann, into, email="heidi@guests.example", phone="+390655501")
    organization.stored_settings = {**organization.stored_settings, "mask_contacts_from": ["AGENT"]}
    await organization.save()
    masked = await ann.do(say.READ, id=made["id"])
    assert (masked["email"], masked["phone"], masked["isMasked"]) == ("h•••@•••", "+39 ••• ••01", True)
    for change in ({"email": "ann@acme.example"}, {"phone": None}):
        assert codes(await ann.do(say.UPDATE, input=edit(made, into=into, **change))) == ["FORBIDDEN"]
    assert (await ann.do(say.UPDATE, input=edit(made, into=into, locale="de")))["errors"] == []
    for change in ({"email": masked["email"]}, {"phone": masked["phone"]}):
        assert codes(await ann.do(say.UPDATE, input=edit(made, into=into, **change))) == ["INVALID"]


async def test_who_holds_a_link_is_not_shown_what_agents_have_found_out(
    talk: Talk, sign_in: SignIn, organization: Organization
) -> None:
    into = await a_list(organization, custom_fields=KINDS[:1])
    me = "{ viewer { guest { name email phone customFields isMasked mergedInto { id } } } }"
    before = await talk.grace.do(me)
    assert before["guest"]["email"] == "grace@guests.example"
    grace = {"id": ids.encode("Contact", (await Contact.get()).id), "name": "Grace Guest"}
    await talk.anna.do(
        say.UPDATE, input=edit(grace, into=into, phone="+390655501", customFields={"note": "Cannot pay"})
    )
    after = await (await sign_in.bearer(talk.token)).do(me)
    assert after["guest"] == {
        "name": "Grace Guest", "email": "g•••@•••", "phone": "+39 ••• ••01", "customFields": {}, "isMasked": True,
        "mergedInto": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "field",
    [
        "tags { name }",
        "externalIds { identity }",
        "managedBy { name }",
        "journey { edges { at } }",
        "list { name }",
    ],
)
async def test_what_agents_keep_of_a_guest_is_not_the_guests_to_read(talk: Talk, field: str) -> None:
    assert (await talk.grace.run(f"{{ viewer {{ guest {{ {field} }} }} }}")).codes == ["FORBIDDEN"]


async def test_nobody_edits_the_contacts_of_another_organization(
    ann: Client, organization: Organization
) -> None:
    rival = await an_organization("rival")
    into, theirs = await default_list(organization), await default_list(rival)
    mine, other = await a_contact(organization), await a_contact(rival)
    own, foreign = (ids.encode("Contact", one.id) for one in (mine, other))
    tag = await a_tag(rival, "Theirs")
    for document, input, field in (
        (say.CREATE, {"contact": {"listId": theirs, "name": "A"}}, ["contact", "listId"]),
        (say.CREATE, {"contact": {"listId": into, "name": "A", "tagIds": [tag]}}, ["contact", "tagIds"]),
        (say.UPDATE, {"contactId": foreign, "contact": {"listId": into, "name": "A"}}, ["contactId"]),
        (say.UPDATE, {"contactId": own, "contact": {"listId": theirs, "name": "A"}}, ["contact", "listId"]),
        (say.DUPLICATE, {"contactId": foreign, "listId": into}, ["contactId"]),
        (say.DUPLICATE, {"contactId": own, "listId": theirs}, ["listId"]),
        (say.MERGE, {"keepId": own, "mergeId": foreign}, ["mergeId"]),
        (say.MERGE, {"keepId": foreign, "mergeId": own}, ["keepId"]),
        (say.UNMERGE, {"contactId": foreign}, ["contactId"]),
    ):
        assert refusals(await ann.do(document, input=input)) == [("NOT_FOUND", field)]
