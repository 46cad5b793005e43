"""Two contacts become one, with all that was of either; and two again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from models.agent.agent import Agent
from models.audit.entry import AuditEntry
from models.contact.contact import Contact
from models.contact.identity import ChannelIdentity
from models.contact.keeping import ContactTag
from models.contact.merge import ContactMerge
from models.conversation.conversation import Conversation, Member
from models.desk.contact_list import ContactList
from models.desk.tag import Tag
from models.link import ScheduleLink
from models.meeting.meeting import Attendee, Meeting
from models.organization.organization import Organization
from models.words import Channel, MemberRole, Role
from resolvers import ids
from tests.builders import MONDAY, a_contact, an_agent
from tests.resolvers import contact_documents as say
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import CONVERSATION, CONVERSATIONS, ELEVEN, GRACE, codes
from tests.resolvers.documents import say as write

HEIDI = {"name": "Heidi", "email": "heidi@guests.example", "timeZone": "Europe/Rome"}
ME = "{ viewer { guest { id name email } } }"
MARK = """mutation($input: MarkReadInput!) {
  markRead(input: $input) { conversation { unreadCount } errors { code } } }"""
CANCEL = """mutation($input: MeetingActionInput!) {
  cancelMeeting(input: $input) { meeting { status } errors { code } } }"""


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


@pytest.fixture
async def both(talk: Talk, sign_in: SignIn, anna: Agent) -> AsyncIterator[tuple[Talk, Talk]]:
    """Grace has a meeting with Anna, and so has Heidi."""
    yield talk, await a_talk(sign_in, anna, start=ELEVEN, guest=HEIDI)


async def named(name: str) -> Contact:
    return await Contact.get(name=name)


def key(contact: Contact) -> str:
    return ids.encode("Contact", contact.id)


async def merged(client: Client, keep: Contact, merge: Contact) -> dict[str, Any]:
    answer = await client.do(say.MERGE, input={"keepId": key(keep), "mergeId": key(merge)})
    assert answer["errors"] == []
    return dict(answer["contact"])


async def unmerged(client: Client, contact: Contact) -> dict[str, Any]:
    answer = await client.do(say.UNMERGE, input={"contactId": key(contact)})
    assert answer["errors"] == []
    return dict(answer["contact"])


def refusals(answer: dict[str, Any]) -> list[tuple[str, list[str] | None]]:
    return [(error["code"], error["field"]) for error in answer["errors"]]


async def owners() -> dict[str, list[int]]:
    """Whose the rows are that a contact can have."""
    return {
        "meetings": [one.guest_id for one in await Meeting.all().order_by("id")],
        "attendees": [one.contact_id or 0 for one in await Attendee.all().order_by("id")],
        "conversations": [one.contact_id or 0 for one in await Conversation.all().order_by("id")],
        "members": [one.contact_id or 0 for one in await Member.filter(agent_id=None).order_by("id")],
        "identities": [one.contact_id for one in await ChannelIdentity.all().order_by("id")],
        "tags": [one.contact_id for one in await ContactTag.all().order_by("id")],
    }


async def test_all_that_was_of_either_is_of_the_kept_one(
    both: tuple[Talk, Talk], organization: Organization
) -> None:
    grace, heidi = await named("Grace Guest"), await named("Heidi")
    tags = [await Tag.create(organization=organization, name=name, color="#112233") for name in ("A", "B")]
    for contact, tag in ((grace, tags[0]), (heidi, tags[0]), (heidi, tags[1])):
        await ContactTag.create(organization=organization, contact=contact, tag=tag)
    await ChannelIdentity.create(
        organization=organization, contact=heidi, channel=Channel.WHATSAPP, identity="39333"
    )
    kept = await merged(both[0].anna, grace, heidi)
    assert (kept["id"], kept["version"], kept["name"], kept["email"]) == (
        key(grace), 2, "Grace Guest", "grace@guests.example",
    )  # fmt: skip
    assert (kept["tags"], kept["externalIds"]) == (
        [{"name": "A"}, {"name": "B"}],
        [{"channel": "WHATSAPP", "identity": "39333"}],
    )
    theirs = await owners()
    assert theirs.pop("tags") == [grace.id, heidi.id, grace.id]  # what both had stays where it is
    assert {owner for rows in theirs.values() for owner in rows} == {grace.id}
    other = await both[0].anna.do(say.READ, id=key(heidi))
    assert other["mergedInto"] == {"id": key(grace), "name": "Grace Guest"}
    assert (other["name"], other["managedBy"]) == ("Heidi", [])
    journey = await both[0].anna.do(say.JOURNEY, id=key(grace))
    assert len(journey["journey"]["edges"]) == 4


async def test_the_kept_one_is_given_what_they_lack_and_nothing_else(
    ada: Client, organization: Organization
) -> None:
    kept = await a_contact(
        organization, "A", email=None, phone="+390655501", locale="it", custom_fields={"size": 0, "note": ""}
    )
    other = await a_contact(
        organization,
        "B",
        phone="+390655502",
        locale="de",
        custom_fields={"size": 4, "note": "Dogs", "plan": "Gold", "born": None},
    )
    whole = await merged(ada, kept, other)
    assert (whole["name"], whole["email"], whole["phone"], whole["locale"]) == (
        "A", "grace@guests.example", "+390655501", "it",
    )  # fmt: skip
    assert whole["customFields"] == {"size": 0, "note": "Dogs", "plan": "Gold"}


async def test_who_was_merged_is_listed_nowhere_and_counted_nowhere(
    ada: Client, organization: Organization
) -> None:
    kept, other = await a_contact(organization, "A"), await a_contact(organization, "B")
    row = await ContactList.create(organization=organization, name="Customers")
    await Contact.filter(id=other.id).update(contact_list_id=row.id)
    await merged(ada, kept, other)
    found = await ada.do(say.SEARCH)
    assert (found["totalCount"], [edge["node"]["name"] for edge in found["edges"]]) == (1, ["A"])
    counted = (await ada.run("{ contactLists { name count } }")).data["contactLists"]
    assert counted == [{"name": "Contacts", "count": 1}, {"name": "Customers", "count": 0}]
    gone = await ada.do(
        "mutation($input: DeleteContactListInput!) { deleteContactList(input: $input) { deleted } }",
        input={"listId": ids.encode("ContactList", row.id)},
    )
    assert gone == {"deleted": True}
    assert (await unmerged(ada, other))["list"] == {"name": "Contacts"}


@pytest.mark.parametrize("same", [True, False])
async def test_nobody_is_merged_with_themselves_or_twice(
    ada: Client, organization: Organization, same: bool
) -> None:
    a, b, c = [await a_contact(organization, name) for name in "ABC"]
    await merged(ada, a, b)
    pairs = [(a, a), (a, b), (b, a), (b, b)] if same else [(c, b), (c, b)]
    for keep, merge in pairs:
        answer = await ada.do(say.MERGE, input={"keepId": key(keep), "mergeId": key(merge)})
        assert refusals(answer) == [("INVALID", ["mergeId"])]
    refused = await ada.do(say.UNMERGE, input={"contactId": key(a)})
    assert refusals(refused) == [("INVALID", ["contactId"])]
    into = ids.encode("ContactList", (await ContactList.get(organization=organization)).id)
    for document, input in (
        (say.UPDATE, {"contactId": key(b), "contact": {"listId": into, "name": "B"}}),
        (say.DUPLICATE, {"contactId": key(b), "listId": into}),
    ):
        assert refusals(await ada.do(document, input=input)) == [("INVALID", ["contactId"])]


async def test_whoever_is_kept_by_a_former_name_is_whom_they_are_by_now(
    ada: Client, organization: Organization
) -> None:
    a, b, c, d = [await a_contact(organization, name) for name in "ABCD"]
    await merged(ada, b, a)
    await merged(ada, c, b)
    assert (await merged(ada, a, d))["id"] == key(c)
    for one in (a, b, d):
        assert (await ada.do(say.READ, id=key(one)))["mergedInto"] == {"id": key(c), "name": "C"}


async def test_of_a_chain_each_is_who_they_were_again(
    both: tuple[Talk, Talk], organization: Organization
) -> None:
    grace, heidi, ivan = await named("Grace Guest"), await named("Heidi"), await a_contact(organization, "Ivan")
    before, anna = await owners(), both[0].anna
    await merged(anna, heidi, grace)
    await merged(anna, ivan, heidi)
    assert {owner for rows in (await owners()).values() for owner in rows} == {ivan.id}
    await unmerged(anna, heidi)
    assert {owner for rows in (await owners()).values() for owner in rows} == {heidi.id}
    assert (await anna.do(say.READ, id=key(grace)))["mergedInto"]["id"] == key(heidi)
    await merged(anna, ivan, heidi)
    await unmerged(anna, grace)  # also where the one they became has become another since
    assert await owners() == {
        name: [grace.id if owner == grace.id else ivan.id for owner in rows] for name, rows in before.items()
    }
    await unmerged(anna, heidi)
    assert await owners() == before
    assert not await ContactMerge.exists()
    assert not await Contact.exists(known_otherwise=True)


async def test_who_is_unmerged_has_what_was_theirs_and_what_came_since_stays(
    both: tuple[Talk, Talk], ada: Client, sign_in: SignIn, anna: Agent, organization: Organization
) -> None:
    grace, heidi = await named("Grace Guest"), await named("Heidi")
    await Contact.filter(id=heidi.id).update(phone="+390655502", locale="de", custom_fields={"a": 1, "b": 2})
    before = await owners()
    await merged(ada, grace, heidi)
    since = await a_talk(sign_in, anna, start="2027-03-02T09:00:00+01:00")
    into = ids.encode("ContactList", (await ContactList.get(organization=organization)).id)
    await ada.do(
        say.UPDATE,
        input={"contactId": key(grace), "contact": {"listId": into, "name": "Grace Guest", "locale": "it"}},
    )
    again = await unmerged(ada, heidi)
    assert (again["name"], again["phone"], again["mergedInto"]) == ("Heidi", "+390655502", None)
    meeting = await Meeting.get(id=(ids.split(since.meeting) or ("", 0))[1])
    assert meeting.guest_id == grace.id
    after = await owners()
    assert {name: rows[: len(before[name])] for name, rows in after.items()} == before
    kept = await ada.do(say.READ, id=key(grace))
    assert (kept["phone"], kept["locale"], kept["customFields"]) == (None, "it", {})


async def test_what_moved_and_belongs_to_another_by_now_stays_there(
    both: tuple[Talk, Talk], organization: Organization
) -> None:
    grace, heidi, ivan = await named("Grace Guest"), await named("Heidi"), await a_contact(organization, "Ivan")
    await merged(both[0].anna, grace, heidi)
    theirs = await Meeting.get(id=(ids.split(both[1].meeting) or ("", 0))[1])
    await Meeting.filter(id=theirs.id).update(guest_id=ivan.id)
    await unmerged(both[0].anna, heidi)
    await theirs.refresh_from_db()
    assert theirs.guest_id == ivan.id
    assert (await Conversation.get(id=theirs.conversation_id)).contact_id == heidi.id


async def test_of_two_places_in_a_conversation_one_stays_and_there_are_two_again(
    both: tuple[Talk, Talk], sign_in: SignIn
) -> None:
    """Heidi was invited into Grace's conversation, and has read further."""
    grace, heidi, talk = await named("Grace Guest"), await named("Heidi"), both[0]
    said = await write(talk.grace, talk.id, "Hello")
    conversation = (await Meeting.get(id=(ids.split(talk.meeting) or ("", 0))[1])).conversation_id
    place = await Member.create(
        organization_id=grace.organization_id,
        conversation_id=conversation,
        contact=heidi,
        role=MemberRole.INVITED,
        last_read_seq=said["seq"] + 10,
        joined_at=MONDAY,
    )
    own = await Member.get(conversation_id=conversation, contact_id=grace.id)
    for keep, merge in ((grace, heidi), (heidi, grace)):
        await merged(talk.anna, keep, merge)
        [left] = await Member.filter(conversation_id=conversation, agent_id=None)
        assert (left.contact_id, left.role, left.last_read_seq) == (keep.id, MemberRole.GUEST, said["seq"] + 10)
        await unmerged(talk.anna, merge)
        members = {one.id: one for one in await Member.filter(conversation_id=conversation, agent_id=None)}
        assert {id: (one.contact_id, one.role) for id, one in members.items()} == {
            own.id: (grace.id, MemberRole.GUEST),
            place.id: (heidi.id, MemberRole.INVITED),
        }
        assert members[{grace.id: place.id, heidi.id: own.id}[keep.id]].joined_at is not None


async def test_links_and_sessions_of_the_merged_one_go_on(both: tuple[Talk, Talk], sign_in: SignIn) -> None:
    """Also what was begun before, with whom they were then."""
    grace, heidi, old = await named("Grace Guest"), await named("Heidi"), both[1]
    said = await write(old.grace, old.id, "Before")
    await merged(both[0].anna, grace, heidi)
    for guest in (old.grace, await sign_in.bearer(old.token)):
        seen = await guest.do("query($id: ID) { meeting(id: $id) { id guest { name } } }", id=old.meeting)
        assert seen == {"id": old.meeting, "guest": {"name": "Grace Guest"}}
        talked = await guest.do(CONVERSATION, id=old.id)
        assert {one["party"]["name"] for one in talked["members"]} == {"Grace Guest", "Anna"}
        own = [edge["node"] for edge in talked["messages"]["edges"] if edge["node"]["text"] == "Before"]
        assert own[0]["author"] == {"__typename": "Contact", "name": "Grace Guest"}
        await write(guest, old.id, "After")
        marked = await guest.do(MARK, input={"conversationId": old.id, "seq": said["seq"]})
        assert marked == {"conversation": {"unreadCount": 0}, "errors": []}
    other = await (await sign_in.bearer(both[0].token)).run(CONVERSATION, id=old.id)
    assert other.data == {"conversation": None}  # a link is of one meeting
    ended = await old.grace.do(CANCEL, input={"meetingId": old.meeting})
    assert ended == {"meeting": {"status": "CANCELLED"}, "errors": []}


async def test_who_holds_a_link_of_the_merged_one_is_not_shown_the_others_address(
    both: tuple[Talk, Talk], sign_in: SignIn
) -> None:
    grace, heidi = await named("Grace Guest"), await named("Heidi")
    await merged(both[0].anna, grace, heidi)
    seen = await (await sign_in.bearer(both[1].token)).do(ME)
    assert seen["guest"]["email"] == "g•••@•••"


async def test_who_books_as_the_merged_one_is_the_kept_one(
    both: tuple[Talk, Talk], sign_in: SignIn, anna: Agent
) -> None:
    grace, heidi = await named("Grace Guest"), await named("Heidi")
    await merged(both[0].anna, grace, heidi)
    again = await a_talk(sign_in, anna, start="2027-03-02T09:00:00+01:00", guest=HEIDI)
    meeting = await Meeting.get(id=(ids.split(again.meeting) or ("", 0))[1])
    assert meeting.guest_id == grace.id
    assert await Contact.all().count() == 2
    assert (await again.grace.do(ME))["guest"]["id"] == key(grace)


async def test_who_is_kept_is_recognised_by_what_they_have_said_before(
    both: tuple[Talk, Talk], sign_in: SignIn, anna: Agent
) -> None:
    """Grace gives no number; from Heidi she has one."""
    grace, heidi = await named("Grace Guest"), await named("Heidi")
    await Contact.filter(id=heidi.id).update(phone="+390655502")
    assert (await merged(both[0].anna, grace, heidi))["phone"] == "+390655502"
    again = await a_talk(sign_in, anna, start="2027-03-02T09:00:00+01:00")
    assert (await again.grace.do(ME))["guest"]["id"] == key(grace)
    assert await Contact.all().count() == 2


async def test_who_is_kept_is_found_by_what_the_merged_one_is_called(
    ada: Client, organization: Organization
) -> None:
    a = await a_contact(organization, "Ann", email=None, phone="+390655501")
    b = await a_contact(organization, "Beatrix", phone="+390655502")
    await merged(ada, a, b)
    sought: list[dict[str, str]] = [
        {"search": "beatr"}, {"search": "+39 06 555 02"}, {"phone": "+390655502"}, {"phone": "+390655501"},
        {"email": "grace@guests.example"}, {"search": "grace@guests"},
    ]  # fmt: skip
    for filter in sought:
        found = await ada.do(say.SEARCH, filter=filter)
        assert [edge["node"]["name"] for edge in found["edges"]] == ["Ann"], filter


async def test_conversations_are_listed_by_whoever_their_contact_was(both: tuple[Talk, Talk]) -> None:
    grace, heidi = await named("Grace Guest"), await named("Heidi")
    await merged(both[0].anna, grace, heidi)
    for one in (grace, heidi):
        found = await both[0].anna.do(CONVERSATIONS, filter={"contactId": key(one)})
        assert {edge["node"]["id"] for edge in found["edges"]} == {talk.id for talk in both}


async def test_whoever_sees_not_all_that_is_theirs_merges_nobody(
    both: tuple[Talk, Talk], sign_in: SignIn, organization: Organization
) -> None:
    """A guest sees all that is of their address: whoever merged a stranger with themselves would."""
    grace, mine = await named("Grace Guest"), await a_contact(organization, "Ben", email="ben@acme.example")
    ben = sign_in.agent(await an_agent(organization, "Ben"))
    for keep, merge in ((grace, mine), (mine, grace)):
        assert codes(await ben.do(say.MERGE, input={"keepId": key(keep), "mergeId": key(merge)})) == [
            "FORBIDDEN"
        ]
    await merged(both[0].anna, grace, mine)
    assert codes(await ben.do(say.UNMERGE, input={"contactId": key(mine)})) == ["FORBIDDEN"]
    supervisor = sign_in.agent(await an_agent(organization, "Sue", role=Role.SUPERVISOR))
    await unmerged(supervisor, mine)
    await merged(supervisor, mine, grace)


async def test_whom_addresses_are_masked_from_merges_nobody(
    both: tuple[Talk, Talk], organization: Organization
) -> None:
    organization.stored_settings = {**organization.stored_settings, "mask_contacts_from": ["AGENT"]}
    await organization.save()
    grace, heidi = await named("Grace Guest"), await named("Heidi")
    refused = await both[0].anna.do(say.MERGE, input={"keepId": key(grace), "mergeId": key(heidi)})
    assert codes(refused) == ["FORBIDDEN"]


async def test_the_audit_says_who_merged_whom(ada: Client, organization: Organization) -> None:
    a, b = await a_contact(organization, "A"), await a_contact(organization, "B")
    await merged(ada, a, b)
    await unmerged(ada, b)
    entries = await AuditEntry.filter(target_kind="Contact").order_by("id")
    told = [(one.action, one.target_id, one.detail) for one in entries]
    assert told == [
        ("mergeContacts", a.id, {"merged": {"$node": ["Contact", b.id]}}),
        ("unmergeContact", b.id, {"mergedInto": {"$node": ["Contact", a.id]}}),
    ]


FOLLOW = """subscription($id: ID!) { conversationEvents(conversationId: $id, after: "") { __typename
  ... on MembersChanged { conversation { members { party { ... on Contact { name } } } } }
  ... on ConversationChanged { conversation { contact { name } } }
  ... on MeetingChanged { meeting { guest { name } } } } }"""
INBOX = 'subscription { inboxEvents(after: "") { __typename } }'


async def test_whoever_follows_their_conversations_is_told(both: tuple[Talk, Talk]) -> None:
    grace, heidi, anna = await named("Grace Guest"), await named("Heidi"), both[0].anna
    async with (
        anna.follow(FOLLOW, id=both[1].id) as events,
        anna.follow(INBOX) as inbox,
        both[1].grace.follow(FOLLOW, id=both[1].id) as guest,
    ):
        for feed in (events, inbox, guest):
            assert (await feed.next())["__typename"] == "Resync"
        await merged(anna, grace, heidi)
        for feed in (events, guest):
            heard = [await feed.next() for _ in range(3)]
            assert [one["__typename"] for one in heard] == [
                "MembersChanged",
                "ConversationChanged",
                "MeetingChanged",
            ]
            assert {"party": {"name": "Grace Guest"}} in heard[0]["conversation"]["members"]
            assert heard[1]["conversation"] == {"contact": {"name": "Grace Guest"}}
            assert heard[2]["meeting"] == {"guest": {"name": "Grace Guest"}}
        assert {(await inbox.next())["__typename"] for _ in range(4)} == {
            "ConversationChanged",
            "MeetingChanged",
        }


async def test_one_who_was_met_under_two_names_goes_on_in_one_conversation(
    both: tuple[Talk, Talk], sign_in: SignIn, anna: Agent, organization: Organization
) -> None:
    organization.stored_settings = {
        **organization.stored_settings, "one_conversation_per_guest_and_agent": True,
    }  # fmt: skip
    await organization.save()
    await merged(both[0].anna, await named("Grace Guest"), await named("Heidi"))
    for start, guest in (("2027-03-02T09:00:00+01:00", HEIDI), ("2027-03-02T10:00:00+01:00", GRACE)):
        again = await a_talk(sign_in, anna, start=start, guest=guest)
        assert again.id == both[0].id
    assert await ScheduleLink.all().count() == 1
    assert await Conversation.all().count() == 2
