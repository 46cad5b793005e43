"""What is purged, when, and what stays."""

from __future__ import annotations

from datetime import UTC, datetime

from tortoise import connections

from models.actor import Public
from models.agent.agent import Agent
from models.audit.entry import AuditEntry
from models.availability.target import Named, find_target
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.conversation.posting import Draft, send_message
from models.desk.contact_list import ContactList
from models.meeting.booking import book
from models.meeting.changing import Change, cancel
from models.meeting.joining import Companion
from models.meeting.meeting import Meeting
from models.meeting.wish import Wish
from models.organization.organization import Organization
from models.retention.purge import Purge
from models.retention.purging import AT_ONCE
from models.words import Channel, MeetingStatus
from tests.builders import MONDAY, Clock, a_contact, a_link, acting, an_agent, an_organization, guest_of
from tests.jobs.conftest import GRACE, books
from tests.models.meeting import groups
from tests.models.retention.nights import DAY, HOUR, LAST_DAY, MINUTE, TEN, counts, mentions, purge, purging

PERSONAL = (
    "Grace",
    "guests.example",
    "+39061234",
    "my divorce",
    "A blue folder",
    "Carla Companion",
    "his debts",
)
GUEST = GuestDetails(
    name="Grace Guest", email="grace@guests.example", phone="+390612345678", locale="en",
    time_zone="Europe/Rome", custom_fields={"bring": "A blue folder"},
)  # fmt: skip
MIDNIGHT = LAST_DAY + MINUTE


async def a_meeting(anna: Agent) -> Meeting:
    """Grace has told much, and Anna has noted some of it."""
    target = await find_target(Named(agent_id=anna.id), actor=Public(), now=MONDAY)
    companions = (Companion(name="Carla Companion", email="carla@guests.example"),)
    wish = Wish(
        target=target,
        start=TEN,
        guest=GUEST,
        title="On my divorce",
        notes="It is my divorce",
        companions=companions,
    )
    meeting = await book(wish, actor=Public(), now=MONDAY)
    conversation, guest = await meeting.conversation, await guest_of(meeting)
    await send_message(conversation, Draft(text="All of my divorce"), actor=guest, now=MONDAY)
    await send_message(conversation, Draft(text="And his debts"), actor=acting(anna), now=MONDAY)
    return meeting


async def test_nothing_personal_is_left_anywhere_of_a_guest_whose_meeting_is_outdated(
    anna: Agent, organization: Organization
) -> None:
    await purging(organization)
    meeting = await a_meeting(anna)
    await cancel(
        meeting.id, Change(reason="Talk to my divorce lawyer"), actor=await guest_of(meeting), now=MONDAY
    )
    assert set(await mentions(*PERSONAL)) == set(PERSONAL)
    await purge(organization, now=MIDNIGHT)
    assert await mentions(*PERSONAL) == {}


async def test_counts_stay(anna: Agent, organization: Organization, clock: Clock) -> None:
    await purging(organization)
    await a_meeting(anna)
    called_off = await books(anna, TEN + HOUR, now=clock())
    await cancel(called_off.id, Change(), actor=acting(anna), now=clock())
    held = await books(anna, TEN + 2 * HOUR, now=clock())
    await Meeting.filter(id=held.id).update(status=MeetingStatus.COMPLETED, end=held.end + HOUR / 2)
    await purge(organization, now=MIDNIGHT)
    assert await Meeting.all().count() == 0
    assert await counts(organization) == [
        ("2027-03-01", "VIDEO", "CANCELLED", 1, 1, 30),
        ("2027-03-01", "VIDEO", "COMPLETED", 1, 1, 60),
        ("2027-03-01", "VIDEO", "SCHEDULED", 1, 1, 30),
    ]


async def test_what_is_purged_later_is_added_to_the_counts_of_its_day(
    anna: Agent, organization: Organization, clock: Clock
) -> None:
    await purging(organization)
    for hour in (0, 1):
        await books(anna, TEN + hour * HOUR, now=clock())
        await purge(organization, now=MIDNIGHT + hour * DAY)
    assert await counts(organization) == [("2027-03-01", "VIDEO", "SCHEDULED", 2, 2, 60)]


async def test_the_audit_says_so_once_for_each_day_on_which_something_went(
    anna: Agent, organization: Organization, clock: Clock
) -> None:
    await purging(organization)
    await a_meeting(anna)
    for day in range(3):
        await purge(organization, now=MIDNIGHT + day * DAY)
    [entry] = await AuditEntry.filter(action="purgeOutdatedMeetings")
    assert (entry.actor_agent_id, entry.target_kind, entry.target_id) == (None, "Organization", organization.id)
    assert entry.detail == {
        "endedBefore": "2027-03-01T23:00:00+00:00", "meetings": 1, "conversations": 1, "contacts": 1,
    }  # fmt: skip


async def test_a_guest_who_was_forgotten_books_as_if_never_seen(
    anna: Agent, organization: Organization, clock: Clock
) -> None:
    await purging(organization)
    first = await a_meeting(anna)
    await purge(organization, now=MIDNIGHT)
    second = await books(anna, MIDNIGHT + 10 * HOUR, now=MIDNIGHT, guest=GUEST)
    assert second.guest_id != first.guest_id
    assert await Contact.all().count() == await Conversation.all().count() == 1


async def test_it_is_done_at_the_organizations_midnight_and_not_before(
    anna: Agent, organization: Organization
) -> None:
    await purging(organization)
    await a_meeting(anna)
    await purge(organization, now=LAST_DAY)
    assert await Meeting.all().count() == 1
    await purge(organization, now=MIDNIGHT)
    assert await Meeting.all().count() == 0


async def test_a_day_that_begins_at_no_midnight_begins_all_the_same(
    anna: Agent, organization: Organization
) -> None:
    # In Cairo, the clocks went from 30 April 00:00 to 01:00, which was 22:00 UTC the day before.
    await Organization.filter(id=organization.id).update(time_zone="Africa/Cairo")
    await purging(organization)
    meeting = await a_meeting(anna)
    start = datetime(2027, 3, 30, 21, tzinfo=UTC)
    await Meeting.filter(id=meeting.id).update(start=start, end=start + HOUR)
    begins = datetime(2027, 4, 29, 22, tzinfo=UTC)
    await purge(organization, now=begins - MINUTE)
    assert await Meeting.all().count() == 1
    await purge(organization, now=begins)
    assert await Meeting.all().count() == 0


async def test_what_ended_when_the_day_of_the_cutoff_began_is_outdated_and_what_ended_later_is_not(
    anna: Agent, organization: Organization, clock: Clock
) -> None:
    await purging(organization)
    one, other = await books(anna, TEN, now=clock()), await books(anna, TEN + HOUR, now=clock())
    cutoff = MIDNIGHT - 29 * DAY - 23 * HOUR  # of thirty days, one had 23 hours
    await Meeting.filter(id=one.id).update(start=cutoff - HOUR, end=cutoff)
    await Meeting.filter(id=other.id).update(start=cutoff - HOUR, end=cutoff + MINUTE)
    await purge(organization, now=MIDNIGHT)
    assert [one.id for one in await Meeting.all()] == [other.id]


async def test_midnights_that_were_missed_are_made_up_for(anna: Agent, organization: Organization) -> None:
    await purging(organization)
    await a_meeting(anna)
    await purge(organization, now=MIDNIGHT + 100 * DAY + 7 * HOUR)
    assert await mentions(*PERSONAL) == {}


async def test_nothing_is_purged_on_the_day_on_which_it_is_switched_on(
    anna: Agent, organization: Organization
) -> None:
    await a_meeting(anna)
    on = {**organization.stored_settings, "purge_outdated_meetings": True, "retention_days": 1}
    await Organization.filter(id=organization.id).update(stored_settings=on)
    for now in (MIDNIGHT, MIDNIGHT + 23 * HOUR):
        await purge(organization, now=now)
        assert await Meeting.all().count() == 1
    await purge(organization, now=MIDNIGHT + 24 * HOUR)
    assert await Meeting.all().count() == 0


async def test_switched_off_and_on_again_it_waits_for_midnight_again(
    anna: Agent, organization: Organization
) -> None:
    await purging(organization)
    await a_meeting(anna)
    await purging(organization, purge_outdated_meetings=False)
    await purge(organization, now=MIDNIGHT)
    assert (await Meeting.all().count(), await Purge.all().count()) == (1, 0)
    await purging(organization)
    await Purge.all().delete()
    await purge(organization, now=MIDNIGHT)
    assert await Meeting.all().count() == 1


async def test_other_organizations_keep_theirs(anna: Agent, organization: Organization, clock: Clock) -> None:
    await purging(organization)
    other = await an_organization("other")
    theirs = await books(await an_agent(other, "Olga"), TEN, now=clock(), guest=GUEST)
    await a_meeting(anna)
    for one in (organization, other):
        await purge(one, now=MIDNIGHT)
    assert [meeting.id for meeting in await Meeting.all()] == [theirs.id]
    assert [contact.id for contact in await Contact.all()] == [theirs.guest_id]


async def test_a_guest_with_a_newer_meeting_is_kept_and_what_was_said_of_the_old_one_is_not(
    anna: Agent, organization: Organization
) -> None:
    await purging(organization)
    old = await a_meeting(anna)
    new = await books(anna, TEN + 7 * DAY, now=MONDAY + DAY, guest=GUEST)
    await purge(organization, now=MIDNIGHT)
    assert [one.id for one in await Meeting.all()] == [new.id]
    assert [one.id for one in await Contact.all()] == [old.guest_id] == [new.guest_id]
    assert [one.id for one in await Conversation.all()] == [new.conversation_id]
    assert await mentions("my divorce", "his debts", "Carla Companion") == {}


async def test_where_somebody_has_written_lately_the_conversation_goes_on_without_what_is_old(
    anna: Agent, organization: Organization
) -> None:
    await purging(organization)
    meeting = await a_meeting(anna)
    guest, lately = await guest_of(meeting), MIDNIGHT - 5 * DAY
    await send_message(await meeting.conversation, Draft(text="One more thing"), actor=guest, now=lately)
    await purge(organization, now=MIDNIGHT)
    assert [one.text for one in await Message.all()] == ["One more thing"]
    assert (await Meeting.all().count(), await Contact.all().count()) == (0, 1)
    await purge(organization, now=lately + 31 * DAY)
    assert await mentions(*PERSONAL, "One more thing") == {}


async def test_a_conversation_of_several_meetings_stays_until_the_last_is_outdated(
    anna: Agent, organization: Organization
) -> None:
    await purging(organization)
    old = await a_meeting(anna)
    target = await find_target(Named(agent_id=anna.id), actor=Public(), now=MONDAY)
    again = Wish(target=target, start=TEN + 3 * DAY, guest=GUEST, conversation_id=old.conversation_id)
    new = await book(again, actor=Public(), now=MONDAY + 2 * DAY)
    await purge(organization, now=MIDNIGHT)
    assert {message.meeting_id for message in await Message.all()} == {new.id}
    await purge(organization, now=MIDNIGHT + 3 * DAY)
    assert (await Conversation.all().count(), await Contact.all().count()) == (0, 0)


async def test_what_was_said_since_a_meeting_was_booked_stays_as_long_as_that_is_not_outdated(
    anna: Agent, organization: Organization
) -> None:
    await purging(organization, retention_days=1)
    old = await a_meeting(anna)
    target = await find_target(Named(agent_id=anna.id), actor=Public(), now=MONDAY)
    again = Wish(target=target, start=TEN + 8 * DAY, guest=GUEST, conversation_id=old.conversation_id)
    new = await book(again, actor=Public(), now=MONDAY + HOUR)
    draft = Draft(text="Bring the papers")
    await send_message(await new.conversation, draft, actor=await guest_of(new), now=MONDAY + 2 * HOUR)
    await purge(organization, now=MONDAY + 5 * DAY)
    assert [one.id for one in await Meeting.all()] == [new.id]
    assert await Message.filter(text="Bring the papers").exists()
    assert await mentions("my divorce", "his debts") == {}
    await purge(organization, now=MONDAY + 11 * DAY)
    assert await mentions(*PERSONAL, "papers") == {}


async def test_a_conversation_that_did_not_begin_with_a_meeting_is_not_touched(
    anna: Agent, organization: Organization
) -> None:
    await purging(organization)
    meeting = await a_meeting(anna)
    await Conversation.filter(id=meeting.conversation_id).update(channel=Channel.WEB)
    await purge(organization, now=MIDNIGHT)
    assert (await Meeting.all().count(), await Contact.all().count()) == (0, 1)
    assert await Message.filter(text="All of my divorce").exists()


async def test_who_is_in_a_list_of_the_organizations_own_is_kept(
    anna: Agent, organization: Organization
) -> None:
    await purging(organization)
    meeting = await a_meeting(anna)
    friends = await ContactList.create(organization=organization, name="Friends of the house")
    await Contact.filter(id=meeting.guest_id).update(contact_list_id=friends.id)
    await purge(organization, now=MIDNIGHT)
    assert [one.id for one in await Contact.all()] == [meeting.guest_id]


async def test_who_is_invited_is_kept_as_long_as_the_invitation_is_open(
    anna: Agent, organization: Organization
) -> None:
    for expires_at, kept in ((MIDNIGHT, 0), (MIDNIGHT + DAY, 1)):
        await purging(organization)
        meeting = await a_meeting(anna)
        await a_link(anna, f"for-grace-{kept}", invited_id=meeting.guest_id, expires_at=expires_at)
        await purge(organization, now=MIDNIGHT)
        assert await Contact.all().count() == kept
        await Purge.all().delete()


async def test_who_was_invited_is_forgotten_when_that_has_lapsed_as_long_ago_as_meetings_are_kept(
    anna: Agent, organization: Organization
) -> None:
    await purging(organization)
    meeting = await a_meeting(anna)
    never_came = await a_contact(organization, "Nina Never", email="nina@guests.example")
    for slug, guest_id in (("one", meeting.guest_id), ("two", never_came.id)):
        await a_link(anna, slug, invited_id=guest_id, expires_at=MIDNIGHT + DAY)
    still_open = await a_contact(organization, "Olga Open", email="olga@others.example")
    await a_link(anna, "for-olga", invited_id=still_open.id, expires_at=MIDNIGHT + 90 * DAY)
    for night in (MIDNIGHT, MIDNIGHT + 31 * DAY):
        await purge(organization, now=night)
        assert await Contact.all().count() == 3
    await purge(organization, now=MIDNIGHT + 32 * DAY)
    assert await mentions(*PERSONAL, "Nina") == {}
    assert [one.id for one in await Contact.all()] == [still_open.id]
    entries = await AuditEntry.filter(action="purgeOutdatedMeetings").order_by("id")
    assert [(one.detail["meetings"], one.detail["contacts"]) for one in entries] == [(1, 0), (0, 2)]


async def test_of_a_group_meeting_everybody_goes_who_has_nothing_newer(
    anna: Agent, organization: Organization
) -> None:
    await purging(organization)
    yoga = await groups.a_class(anna)
    meeting = await groups.comes(yoga, "Grace", brings=("Tag",), notes="My knee")
    for name in ("Heidi", "Ivan"):
        await groups.comes(yoga, name, notes="My back")
    await groups.go(meeting, "Ivan")
    new = await books(anna, TEN + 7 * DAY, now=MONDAY + DAY, guest=groups.guest("Heidi"))
    await purge(organization, now=MIDNIGHT)
    assert await counts(organization) == [("2027-03-01", "VIDEO", "SCHEDULED", 1, 2, 30)]
    assert [one.id for one in await Contact.all()] == [new.guest_id]
    assert await mentions("Grace", "Ivan", "Tag@", "My knee", "My back") == {}


async def test_it_is_done_in_steps_of_a_bounded_size(
    anna: Agent, organization: Organization, clock: Clock
) -> None:
    await purging(organization)
    meeting = await books(anna, TEN, now=clock(), guest=GRACE)
    many = 2 * AT_ONCE + 1
    await connections.get("default").execute_query_dict(
        "WITH guest AS (INSERT INTO contact (organization_id, name, custom_fields, version, created_at)"
        "   SELECT organization_id, 'Many ' || n, '{}', 1, now() FROM meeting, generate_series(2, %s) n RETURNING *)"
        " INSERT INTO meeting SELECT (jsonb_populate_record(m, jsonb_build_object('id', nextval('meeting_id_seq'),"
        "   'guest_id', g.id))).* FROM meeting m, guest g",
        [many],
    )
    assert await Meeting.filter(conversation_id=meeting.conversation_id).count() == many
    steps = await purge(organization, now=MIDNIGHT)
    assert steps > 6
    assert (await Meeting.all().count(), await Contact.all().count()) == (0, 0)
    [(*_, meetings, guests, minutes)] = await counts(organization)
    assert (meetings, guests, minutes) == (many, 1, many * 30)


PURGED = ["meeting", "attendee", "conversation", "message", "contact"]
REFERRING = """
SELECT c.conrelid::regclass::text AS "table", a.attname AS "column" FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f'
    AND c.confrelid IN (SELECT one::regclass FROM unnest(%s::text[]) one)
    AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = a.attnum
        AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = '(' || a.attname || ' IS NOT NULL)'))
"""


async def test_whatever_refers_to_what_is_purged_is_found_by_an_index(db: None) -> None:
    assert await connections.get("default").execute_query_dict(REFERRING, [PURGED]) == []
