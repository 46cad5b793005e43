"""Guests whom agents have merged: what they are let in by, counted by, and forgotten with."""

from __future__ import annotations

from typing import Any

import pytest

from models.actor import GuestActor
from models.agent.agent import Agent
from models.calendar.entries import entries_of
from models.calendar.feed import reader_of
from models.contact.contact import Contact
from models.conversation.conversation import Member
from models.conversation.link import conversation_token, staying
from models.guest.session import GuestSession
from models.keyring import Keyring
from models.meeting.link import current_tokens, manage_token
from models.meeting.meeting import Attendee, Meeting
from models.meeting.seat import taken_seats
from models.organization.organization import Organization
from models.words import MemberRole
from resolvers import ids
from tests.builders import MONDAY, Clock
from tests.models.contact.merged import merged, unmerged
from tests.models.meeting.groups import a_class, come, comes
from tests.models.meeting.life import setting
from tests.models.retention.nights import LAST_DAY, MINUTE, purge, purging
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import BOOK, CANCEL, CONVERSATION, ELEVEN, GRACE, TEN, codes, say, wish
from tests.resolvers.test_guest_sign_in import Door, door

__all__ = ["door"]
HEIDI = {"name": "Heidi", "email": "heidi@guests.example", "timeZone": "Europe/Rome"}
LISTED = "{ meetings { edges { node { id } } } conversations { edges { node { id unreadCount } } } }"
JOIN = """mutation($input: MeetingActionInput!) { joinMeeting(input: $input) {
  meeting { arrivals { party { ... on Contact { name } } } } errors { code } } }"""


@pytest.fixture
async def both(talk: Talk, sign_in: SignIn, anna: Agent) -> tuple[Talk, Talk]:
    """Grace has a meeting with Anna, and so has Heidi."""
    return talk, await a_talk(sign_in, anna, start=ELEVEN, guest=HEIDI)


def key(id: str) -> int:
    return (ids.split(id) or ("", 0))[1]


async def listed(client: Client) -> tuple[set[str], set[str]]:
    """The meetings and the conversations that somebody sees."""
    answer = await client.run(LISTED)
    assert answer.errors == []
    meetings, conversations = ({edge["node"]["id"] for edge in page["edges"]} for page in answer.data.values())
    return meetings, conversations


async def test_who_signs_in_by_either_address_sees_all_that_is_theirs(
    both: tuple[Talk, Talk], door: Door
) -> None:
    before = {email: await door.client(email) for email in ("grace@guests.example", "heidi@guests.example")}
    await merged("Grace Guest", "Heidi")
    everything = ({one.meeting for one in both}, {one.id for one in both})
    clients = [*before.values(), *[await door.client(email) for email in before]]
    for client in clients:
        assert await listed(client) == everything
    for client in clients[2:]:
        assert (await client.do("{ viewer { guest { name email } } }"))["guest"]["name"] == "Grace Guest"
    await unmerged("Heidi")
    assert await listed(await door.client("heidi@guests.example")) == ({both[1].meeting}, {both[1].id})
    assert await listed(await door.client("grace@guests.example")) == ({both[0].meeting}, {both[0].id})


async def test_meetings_are_counted_for_one_guest_by_whichever_details_they_give(
    both: tuple[Talk, Talk], public: Client, organization: Organization
) -> None:
    await setting(organization.id, max_upcoming_meetings_per_guest_and_agent=2)
    await merged("Grace Guest", "Heidi")
    again = {**HEIDI, "name": "Heidi H."}  # a stranger, at an address that is known
    for guest in (GRACE, HEIDI, again):
        assert codes(await public.do(BOOK, input=wish(TEN, guest=guest))) == ["LIMIT_REACHED"]
    await unmerged("Heidi")
    assert codes(await public.do(BOOK, input=wish(TEN, guest=HEIDI))) == []


async def test_a_meeting_at_which_both_have_a_place_counts_once(anna: Agent) -> None:
    target = await a_class(anna)
    meeting = await comes(target, "Grace")
    await comes(target, "Heidi")
    await merged("Grace", "Heidi")
    await setting(anna.organization_id, max_upcoming_meetings_per_guest_and_agent=2)
    other = await come(target, "Heidi", start=MONDAY.replace(hour=9))
    assert isinstance(other, Meeting)
    assert (other.id != meeting.id, other.guest_id) == (True, (await Contact.get(name="Grace")).id)


async def test_a_place_at_a_class_is_had_by_the_link_that_was_given_for_it(
    anna: Agent, sign_in: SignIn, keys: Keyring
) -> None:
    target = await a_class(anna)
    meeting = await comes(target, "Ivan")
    await comes(target, "Heidi", brings=("Peter",))
    heidi, ivan = await Contact.get(name="Heidi"), await Contact.get(name="Ivan")
    token = manage_token(meeting, heidi.id, keys=keys)
    await comes(target, "Grace")
    grace = await merged("Grace", "Heidi")
    guest = await sign_in.bearer(token)
    assert isinstance(guest.actor, GuestActor)
    assert guest.actor.contact_ids == {grace.id, heidi.id}
    place = guest.actor.place
    assert place is not None
    assert await current_tokens({place}, keys=keys) == {place: token}
    seen = await guest.do(
        "query($id: ID) { meeting(id: $id) { guest { name } attendees { name } } }",
        id=ids.encode("Meeting", meeting.id),
    )
    assert seen["guest"] == {"name": "Grace"}
    assert sorted(one["name"] for one in seen["attendees"]) == ["Grace", "Heidi", "Peter"]
    await guest.do(CANCEL, input={"meetingId": ids.encode("Meeting", meeting.id)})
    seats = (await taken_seats([meeting.id], now=MONDAY))[meeting.id]
    left = await Attendee.filter(meeting_id=meeting.id, left_at__isnull=True)
    assert seats == len(left) == 1
    assert [one.contact_id for one in left] == [ivan.id]
    assert await current_tokens({place}, keys=keys) == {}


async def test_who_is_in_a_class_under_two_names_comes_to_it_once_more_under_none(anna: Agent) -> None:
    target = await a_class(anna)
    await comes(target, "Grace")
    await comes(target, "Heidi")
    await merged("Grace", "Heidi")
    for name in ("Grace", "Heidi"):
        refused = await come(target, name)
        assert not isinstance(refused, Meeting)


async def test_of_two_parties_in_a_class_that_were_one_there_are_two_again(anna: Agent) -> None:
    target = await a_class(anna)
    meeting = await comes(target, "Grace", brings=("Rose", "Tom"))
    await comes(target, "Heidi", brings=("Peter",))
    before = await Attendee.all().order_by("id").values()
    await merged("Grace", "Heidi")
    grace = await Contact.get(name="Grace")
    assert {one.contact_id for one in await Attendee.all()} == {grace.id}
    assert [one.name for one in await Attendee.guests_of(meeting.id)] == ["Grace"]
    assert (await taken_seats([meeting.id], now=MONDAY))[meeting.id] == sum(one["seats"] for one in before)
    await unmerged("Heidi")
    assert await Attendee.all().order_by("id").values() == before


async def test_who_has_come_to_a_meeting_has_come(
    both: tuple[Talk, Talk], sign_in: SignIn, clock: Clock
) -> None:
    clock.advance(hours=3)
    first = await both[1].grace.do(JOIN, input={"meetingId": both[1].meeting})
    assert first["meeting"]["arrivals"] == [{"party": {"name": "Heidi"}}]
    await merged("Grace Guest", "Heidi")
    again = await (await sign_in.bearer(both[1].token)).do(JOIN, input={"meetingId": both[1].meeting})
    assert again["meeting"]["arrivals"] == [{"party": {"name": "Grace Guest"}}]


async def test_a_link_into_a_conversation_where_both_were_leads_there_still(
    both: tuple[Talk, Talk], sign_in: SignIn, keys: Keyring
) -> None:
    """Heidi was invited into Grace's; then Grace is kept, and that place is Grace's."""
    grace, heidi = await Contact.get(name="Grace Guest"), await Contact.get(name="Heidi")
    conversation = (await Meeting.get(id=key(both[0].meeting))).conversation_id
    place = await Member.create(
        organization_id=grace.organization_id,
        conversation_id=conversation,
        contact=heidi,
        role=MemberRole.INVITED,
        joined_at=MONDAY,
    )
    token = conversation_token(place.id, keys=keys)
    await merged("Grace Guest", "Heidi")
    assert await staying([place.id]) == {place.id}
    seen = await (await sign_in.bearer(token)).do(CONVERSATION, id=both[0].id)
    assert [one["role"] for one in seen["members"]] == ["GUEST", "ASSIGNEE"]
    await unmerged("Heidi")
    assert await staying([place.id]) == {place.id}
    seen = await (await sign_in.bearer(token)).do(CONVERSATION, id=both[0].id)
    assert sorted(one["role"] for one in seen["members"]) == ["ASSIGNEE", "GUEST", "INVITED"]
    await Member.filter(conversation_id=conversation, contact_id=heidi.id).delete()
    assert await staying([place.id]) == set()


async def test_the_calendar_of_either_address_has_all_that_is_theirs(
    both: tuple[Talk, Talk], door: Door, keys: Keyring
) -> None:
    await merged("Grace Guest", "Heidi")
    client = await door.client("heidi@guests.example")
    url = (await client.do("{ viewer { guest { calendarUrl } } }"))["guest"]["calendarUrl"]
    reader = await reader_of(url.rpartition("/")[2].removesuffix(".ics"), keys=keys)
    assert isinstance(reader, Contact)
    of_kept = {entry.meeting.id for entry in await entries_of(reader, now=MONDAY)}
    heidi = await Contact.get(name="Heidi").select_related("organization")
    of_merged = {entry.meeting.id for entry in await entries_of(heidi, now=MONDAY)}
    theirs = {key(one.meeting) for one in both}
    assert (of_kept, of_merged) == (theirs, theirs)


async def test_who_was_merged_is_forgotten_with_whom_they_became(
    both: tuple[Talk, Talk], door: Door, organization: Organization
) -> None:
    await door.client("heidi@guests.example")
    await purging(organization)
    await merged("Grace Guest", "Heidi")
    await purge(organization, now=LAST_DAY)
    assert await Contact.all().count() == 2
    await purge(organization, now=LAST_DAY + MINUTE)
    assert (await Contact.all().count(), await GuestSession.all().count()) == (0, 0)


async def test_whom_somebody_became_who_is_still_expected_is_kept(
    both: tuple[Talk, Talk], sign_in: SignIn, anna: Agent, organization: Organization
) -> None:
    await purging(organization)
    await merged("Grace Guest", "Heidi")
    await a_talk(sign_in, anna, start="2027-03-30T09:00:00+02:00", guest=HEIDI)
    await purge(organization, now=LAST_DAY + MINUTE)
    assert {one.name for one in await Contact.all()} == {"Grace Guest", "Heidi"}
    assert [one.guest_id for one in await Meeting.all()] == [(await Contact.get(name="Grace Guest")).id]


async def test_what_either_has_written_is_unread_by_neither(
    both: tuple[Talk, Talk], sign_in: SignIn, door: Door
) -> None:
    await say(both[1].grace, both[1].id, "From Heidi")
    await merged("Grace Guest", "Heidi")
    await Member.filter(contact_id__isnull=False).update(last_read_seq=0)
    client = await door.client("grace@guests.example")
    answer = await client.run("{ conversations { edges { node { id unreadCount lastSeq } } } }")
    counted: dict[str, Any] = {one["node"]["id"]: one["node"] for one in answer.data["conversations"]["edges"]}
    assert counted[both[1].id]["unreadCount"] == counted[both[1].id]["lastSeq"] - 1
