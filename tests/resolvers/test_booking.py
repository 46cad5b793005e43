"""Booking as a guest does it: slots, a booking, and what the guest may do with it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.agent.agent import Agent
from models.contact.contact import Contact
from models.event import EventRow
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.organization.subject import Subject
from resolvers.ids import encode
from tests.builders import Clock, a_link, a_service, an_agent
from tests.resolvers.conftest import Client, SignIn

SLOTS = """query($input: SlotsInput!) {
  slots(input: $input) { timeZone durationMinutes total nextAvailable
    days { date slots { start end agentCount seatsLeft } } }
}"""
BOOK = """mutation($input: BookMeetingInput!) {
  bookMeeting(input: $input) {
    meeting { id version status title start end durationMinutes origin guestTimeZone seatsLeft isReady manageUrl
      agents { name email } guest { name email } attendees { name email response }
      conversation { id number channel status lastSeq messages { edges { node { seq kind systemEvent } } } }
      history { kind actor { __typename ... on Contact { name } } } }
    manageToken alternatives { start end } errors { code message field }
  }
}"""
MOVE = """mutation($input: RescheduleMeetingInput!) {
  rescheduleMeeting(input: $input) {
    meeting { start end version durationMinutes } alternatives { start } errors { code field } }
}"""
CANCEL = """mutation($input: MeetingActionInput!) {
  cancelMeeting(input: $input) { meeting { status version } errors { code field } }
}"""

GRACE = {"name": "Grace Guest", "email": "grace@guests.example", "timeZone": "Europe/Rome"}
NINE = "2027-03-01T08:00:00Z"
TEN = "2027-03-01T09:00:00Z"


def wish(start: str = NINE, **changes: Any) -> dict[str, Any]:
    return {"slots": {"link": "acme/anna"}, "start": start, "guest": GRACE, **changes}


def one_day(**changes: Any) -> dict[str, Any]:
    return {"link": "acme/anna", "from": "2027-03-01", "to": "2027-03-01", "timeZone": "Europe/Rome", **changes}


@pytest.fixture(autouse=True)
async def link(annas_link: ScheduleLink) -> ScheduleLink:
    return annas_link


async def test_a_working_day_is_listed_in_the_guests_zone(public: Client) -> None:
    listed = await public.do(SLOTS, input=one_day())
    [day] = listed["days"]
    assert (listed["timeZone"], listed["durationMinutes"], listed["total"]) == ("Europe/Rome", 30, 16)
    assert day["date"] == "2027-03-01"
    assert day["slots"][0] == {"start": NINE, "end": "2027-03-01T08:30:00Z", "agentCount": 1, "seatsLeft": 1}
    assert listed["nextAvailable"] == NINE


async def test_a_booked_slot_is_gone_and_comes_with_meeting_conversation_and_token(public: Client) -> None:
    booked = await public.do(BOOK, input=wish())
    assert booked["errors"] == []
    meeting = booked["meeting"]
    assert (meeting["status"], meeting["start"], meeting["durationMinutes"]) == ("SCHEDULED", NINE, 30)
    assert [agent["name"] for agent in meeting["agents"]] == ["Anna"]
    assert meeting["guest"]["email"] == "grace@guests.example"
    assert meeting["conversation"]["status"] == "OPEN"
    assert [m["node"]["systemEvent"] for m in meeting["conversation"]["messages"]["edges"]] == [
        "MEETING_BOOKED"
    ]
    assert meeting["history"] == [{"kind": "BOOKED", "actor": {"__typename": "Contact", "name": "Grace Guest"}}]
    assert booked["manageToken"] in meeting["manageUrl"]
    assert NINE not in [s["start"] for s in (await public.do(SLOTS, input=one_day()))["days"][0]["slots"]]


async def test_a_taken_slot_is_refused_with_the_nearest_free_ones(public: Client) -> None:
    await public.do(BOOK, input=wish(TEN))
    second = await public.do(BOOK, input=wish(TEN, guest={**GRACE, "name": "Second"}))
    assert second["meeting"] is None
    assert second["manageToken"] is None
    assert [error["code"] for error in second["errors"]] == ["SLOT_TAKEN"]
    assert [slot["start"] for slot in second["alternatives"]][:2] == [
        "2027-03-01T08:30:00Z",
        "2027-03-01T09:30:00Z",
    ]
    assert await Meeting.all().count() == 1


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("2027-03-01T06:30:00Z", "TOO_SOON"),
        ("2027-03-01T08:10:00Z", "OUTSIDE_AVAILABILITY"),
        ("2027-03-01T20:00:00Z", "OUTSIDE_AVAILABILITY"),
        ("2027-06-01T08:00:00Z", "TOO_FAR_AHEAD"),
        ("2999-06-01T08:00:00Z", "TOO_FAR_AHEAD"),
        ("1900-06-01T08:00:00Z", "TOO_SOON"),
    ],
)
async def test_a_start_that_cannot_be_had_is_refused_by_its_reason(
    public: Client, start: str, code: str
) -> None:
    refused = await public.do(BOOK, input=wish(start))
    assert [error["code"] for error in refused["errors"]] == [code]
    assert await Meeting.all().count() == 0


async def test_the_same_key_books_once_and_answers_the_same(public: Client) -> None:
    first = await public.do(BOOK, input=wish(idempotencyKey="k1"))
    second = await public.do(BOOK, input=wish(idempotencyKey="k1"))
    assert second["errors"] == []
    assert first["meeting"]["id"] == second["meeting"]["id"]
    assert first["manageToken"] == second["manageToken"]
    assert await Meeting.all().count() == 1


async def test_the_same_key_with_another_input_is_a_conflict(public: Client) -> None:
    await public.do(BOOK, input=wish(idempotencyKey="k1"))
    other = await public.do(BOOK, input=wish(TEN, idempotencyKey="k1"))
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_CONFLICT"]


async def test_the_key_of_a_refused_booking_may_be_used_again(public: Client) -> None:
    await public.do(BOOK, input=wish("2027-03-01T20:00:00Z", idempotencyKey="k1"))
    again = await public.do(BOOK, input=wish(TEN, idempotencyKey="k1"))
    assert again["errors"] == []


async def test_the_guest_moves_and_cancels_by_the_manage_token(public: Client, sign_in: SignIn) -> None:
    booked = await public.do(BOOK, input=wish())
    grace = await sign_in.bearer(booked["manageToken"])
    id = booked["meeting"]["id"]
    moved = await grace.do(
        MOVE, input={"meetingId": id, "start": "2027-03-01T08:30:00Z", "durationMinutes": 60}
    )
    assert moved["errors"] == []
    assert moved["meeting"] == {
        "start": "2027-03-01T08:30:00Z",
        "end": "2027-03-01T09:30:00Z",
        "version": 2,
        "durationMinutes": 60,
    }
    cancelled = await grace.do(CANCEL, input={"meetingId": id, "reason": "ill"})
    assert cancelled["meeting"] == {"status": "CANCELLED", "version": 3}
    again = await grace.do(CANCEL, input={"meetingId": id})
    assert [error["code"] for error in again["errors"]] == ["ALREADY_DECIDED"]
    assert (await public.do(SLOTS, input=one_day()))["total"] == 16


async def test_a_stale_version_is_refused(public: Client, sign_in: SignIn) -> None:
    booked = await public.do(BOOK, input=wish())
    grace = await sign_in.bearer(booked["manageToken"])
    change = {"meetingId": booked["meeting"]["id"], "expectedVersion": 7, "start": TEN}
    assert (await grace.do(MOVE, input=change))["errors"] == [{"code": "STALE", "field": ["expectedVersion"]}]


async def test_a_guest_has_no_hold_of_another_guests_meeting(public: Client, sign_in: SignIn) -> None:
    booked = await public.do(BOOK, input=wish())
    other = await public.do(BOOK, input=wish(TEN, guest={**GRACE, "name": "Mallory"}))
    mallory = await sign_in.bearer(other["manageToken"])
    for query in (MOVE, CANCEL):
        refused = await mallory.do(
            query, input={"meetingId": booked["meeting"]["id"], **({"start": TEN} if query == MOVE else {})}
        )
        assert [error["code"] for error in refused["errors"]] == ["NOT_FOUND"]
    found = await mallory.run("query($id: ID!) { meeting(id: $id) { id } }", id=booked["meeting"]["id"])
    assert found.data == {"meeting": None}


async def test_a_service_gives_its_meetings_in_turn(public: Client, anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    await a_link(await a_service(await anna.organization, anna, ben))
    names = []
    for start in (NINE, NINE, TEN, TEN):
        booked = await public.do(BOOK, input=wish(start, slots={"link": "acme/support"}))
        assert booked["errors"] == []
        names.append(booked["meeting"]["agents"][0]["name"])
    assert sorted(names[:2]) == sorted(names[2:]) == ["Anna", "Ben"]
    third = await public.do(BOOK, input=wish(NINE, slots={"link": "acme/support"}))
    assert [error["code"] for error in third["errors"]] == ["SLOT_TAKEN"]


async def test_slots_for_moving_count_the_meetings_own_time_as_free(public: Client, sign_in: SignIn) -> None:
    booked = await public.do(BOOK, input=wish())
    grace = await sign_in.bearer(booked["manageToken"])
    listed = await grace.do(SLOTS, input=one_day(reschedulingMeetingId=booked["meeting"]["id"]))
    assert listed["total"] == 16


async def test_a_begun_meeting_is_neither_moved_nor_cancelled(
    public: Client, sign_in: SignIn, clock: Clock
) -> None:
    booked = await public.do(BOOK, input=wish())
    clock.advance(hours=1)
    grace = await sign_in.bearer(booked["manageToken"])
    cancelled = await grace.do(CANCEL, input={"meetingId": booked["meeting"]["id"]})
    assert [error["code"] for error in cancelled["errors"]] == ["ALREADY_DECIDED"]


async def test_moving_a_meeting_to_where_it_is_changes_nothing_and_tells_nobody(
    public: Client, sign_in: SignIn
) -> None:
    booked = await public.do(BOOK, input=wish())
    grace = await sign_in.bearer(booked["manageToken"])
    events = await EventRow.all().count()
    same = {"meetingId": booked["meeting"]["id"], "start": NINE, "durationMinutes": 30}
    assert (await grace.do(MOVE, input=same))["meeting"]["version"] == 1
    assert await EventRow.all().count() == events


async def test_one_new_guest_who_books_three_times_at_once_is_one_contact(public: Client) -> None:
    starts = (NINE, TEN, "2027-03-01T10:00:00Z")
    booked = await asyncio.gather(*(public.do(BOOK, input=wish(start)) for start in starts))
    assert [one["errors"] for one in booked] == [[], [], []]
    assert await Contact.all().count() == 1


@pytest.mark.parametrize("name", ["Grace\u2028Guest", "Grace \u202etseuG", "Grace\u0000", "Grace\nGuest"])
async def test_a_name_that_writes_over_its_surroundings_is_refused(public: Client, name: str) -> None:
    refused = await public.do(BOOK, input=wish(guest={**GRACE, "name": name}))
    assert [(error["code"], error["field"]) for error in refused["errors"]] == [("INVALID", ["guest", "name"])]


async def test_an_expired_link_is_no_link_and_books_nothing(
    public: Client, link: ScheduleLink, clock: Clock
) -> None:
    link.expires_at = clock.now
    await link.save()
    found = await public.run('{ scheduleLink(link: "acme/anna") { slug } }')
    assert (found.data, found.errors) == ({"scheduleLink": None}, [])
    refused = await public.do(BOOK, input=wish())
    assert [error["code"] for error in refused["errors"]] == ["LINK_EXPIRED"]


async def test_a_list_of_meetings_from_a_moment_on_has_the_one_that_is_going_on(
    public: Client, sign_in: SignIn, anna: Agent
) -> None:
    await public.do(BOOK, input=wish())
    await public.do(BOOK, input=wish(TEN))
    asked = "query($from: DateTime) { meetings(from: $from) { totalCount edges { node { start } } } }"
    for moment, starts in (("2027-03-01T08:29:00Z", [NINE, TEN]), ("2027-03-01T08:30:00Z", [TEN])):
        listed = await sign_in.agent(anna).do(asked, **{"from": moment})
        assert [edge["node"]["start"] for edge in listed["edges"]] == starts


async def test_slots_for_moving_a_meeting_of_a_service_are_those_it_can_be_moved_to(
    public: Client, sign_in: SignIn, anna: Agent
) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    await a_link(await a_service(await anna.organization, anna, ben))
    team = {"link": "acme/support"}
    for start in (NINE, NINE, TEN):
        last = await public.do(BOOK, input=wish(start, slots=team))
    grace = await sign_in.bearer(last["manageToken"])
    id = last["meeting"]["id"]
    listed = await grace.do(SLOTS, input=one_day(**team, reschedulingMeetingId=id))
    starts = [slot["start"] for slot in listed["days"][0]["slots"]]
    assert NINE not in starts  # the other agent's nine o'clock would be another's to give
    assert (await grace.do(MOVE, input={"meetingId": id, "start": starts[0]}))["errors"] == []


async def test_what_is_not_offered_is_neither_listed_nor_booked(public: Client, anna: Agent) -> None:
    organization = await anna.organization
    service = await a_service(organization, anna)
    await a_link(service)
    subject = await Subject.create(organization=organization, name="Internal", available_for_customers=False)
    await anna.expertise.add(subject)
    service.is_active = False
    await service.save()
    hidden = {"link": "acme/anna", "subjectId": encode("Subject", subject.id)}
    for slots in ({"link": "acme/support"}, hidden):
        listed = await public.run(SLOTS, input=one_day(**slots))
        assert [error["extensions"]["refusal"] for error in listed.errors] == ["NOT_FOUND"]
        booked = await public.do(BOOK, input=wish(slots=slots))
        assert [error["code"] for error in booked["errors"]] == ["NOT_FOUND"]


async def test_where_there_is_no_public_booking_agents_still_book(
    public: Client, sign_in: SignIn, anna: Agent
) -> None:
    organization = await anna.organization
    organization.stored_settings = {"public_booking_enabled": False}
    await organization.save()
    assert (await public.run(SLOTS, input=one_day())).codes == ["FORBIDDEN"]
    assert (await public.run(BOOK, input=wish())).codes == ["FORBIDDEN"]
    assert (await sign_in.agent(anna).do(BOOK, input=wish()))["errors"] == []


async def test_a_second_meeting_may_belong_to_the_first_ones_conversation(
    public: Client, sign_in: SignIn, anna: Agent
) -> None:
    first = await public.do(BOOK, input=wish())
    conversation = first["meeting"]["conversation"]["id"]
    grace = await sign_in.bearer(first["manageToken"])
    ben = await an_agent(await anna.organization, "Ben")
    await a_link(ben)
    booked = await grace.do(BOOK, input=wish(TEN, slots={"link": "acme/ben"}, conversationId=conversation))
    assert booked["errors"] == []
    assert booked["meeting"]["conversation"]["id"] == conversation
    asked = "query($id: ID!) { conversation(id: $id) { members { party { ... on Agent { name } } } } }"
    seen = await sign_in.agent(ben).do(asked, id=conversation)
    assert {"party": {"name": "Ben"}} in seen["members"]


async def test_a_meeting_is_not_put_into_a_strangers_conversation(
    public: Client, sign_in: SignIn, anna: Agent
) -> None:
    first = await public.do(BOOK, input=wish())
    conversation = first["meeting"]["conversation"]["id"]
    strangers = wish(TEN, guest={**GRACE, "name": "Mallory"}, conversationId=conversation)
    assert (await public.run(BOOK, input=strangers)).codes == ["UNAUTHENTICATED"]
    other = await public.do(BOOK, input=wish("2027-03-01T10:00:00Z", guest={**GRACE, "name": "Mallory"}))
    mallory = await sign_in.bearer(other["manageToken"])
    refused = await mallory.do(BOOK, input=strangers)
    assert [error["code"] for error in refused["errors"]] == ["NOT_FOUND"]
    by_agent = await sign_in.agent(anna).do(BOOK, input=strangers)
    assert [(e["code"], e["field"]) for e in by_agent["errors"]] == [("INVALID", ["conversationId"])]


async def test_what_an_organization_asks_of_a_new_guest_is_kept(public: Client, sign_in: SignIn) -> None:
    asked = {"customer": "K-17", "age": 44, "consent": True, "note": None}
    booked = await public.do(BOOK, input=wish(guest={**GRACE, "customFields": asked}))
    grace = await sign_in.bearer(booked["manageToken"])
    seen = await grace.do("{ viewer { guest { customFields } } }")
    assert seen["guest"]["customFields"] == asked


@pytest.mark.parametrize(
    "fields", [[], "x", {"a": {}}, {"a": [1]}, {"a": "x\u0000"}, {"": 1}, {"a": 2**60}, {"a": "x" * 1_001}]
)
async def test_custom_fields_that_are_none_are_refused(public: Client, fields: Any) -> None:
    refused = await public.do(BOOK, input=wish(guest={**GRACE, "customFields": fields}))
    assert [error["code"] for error in refused["errors"]] == ["INVALID"]
    assert await Meeting.all().count() == 0


async def test_a_request_that_comes_again_is_answered_even_after_its_link_has_ended(
    public: Client, link: ScheduleLink, clock: Clock
) -> None:
    first = await public.do(BOOK, input=wish(idempotencyKey="k1"))
    link.expires_at = clock.now
    await link.save()
    again = await public.do(BOOK, input=wish(idempotencyKey="k1"))
    assert (again["errors"], again["meeting"]["id"]) == ([], first["meeting"]["id"])


async def test_a_guest_names_others_who_come_along(public: Client) -> None:
    ivan = {"name": "Ivan", "email": "ivan@guests.example"}
    booked = await public.do(BOOK, input=wish(attendees=[ivan]))
    assert booked["errors"] == []
    assert [one["name"] for one in booked["meeting"]["attendees"]] == ["Grace Guest", "Ivan"]
