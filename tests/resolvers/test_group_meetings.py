"""Group meetings through the API: what guests of one meeting see of it and of each other, and what its agents see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from models.agent.agent import Agent
from models.link import ScheduleLink
from models.organization.planning import PlanningRule
from models.organization.subject import Subject
from models.words import MeetingType, Role
from resolvers import ids
from tests.builders import Clock, a_link, an_agent, an_organization
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import CANCEL, HOLD, NINE, RELEASE, SEND, TEN, codes, say

BOOK = """mutation($input: BookMeetingInput!) {
  bookMeeting(input: $input) {
    meeting { id seats seatsLeft guest { name } conversation { id } attendees { name } }
    manageToken alternatives { start } errors { code field }
  }
}"""
MEETING = """query($id: ID!) {
  meeting(id: $id) {
    title notes guestTimeZone seats seatsLeft manageUrl status guest { id name email }
    attendees { name email companion seats notes response }
    history { kind actor { __typename ... on Agent { name } ... on Contact { name email } } before after }
    conversation {
      id contact { name email } lastSeq
      members { role party { __typename ... on Agent { name } ... on Contact { id name email phone customFields } } }
      messages(first: 50) { edges { node {
        text author { __typename ... on Agent { name } ... on Contact { id name email phone } } } } }
    }
  }
}"""
MOVE = """mutation($input: RescheduleMeetingInput!) {
  rescheduleMeeting(input: $input) { meeting { id start } errors { code field } }
}"""
SLOTS = "query($input: SlotsInput!) { slots(input: $input) { days { slots { start seatsLeft } } } }"
BY_TOKEN = "query($token: String!) { meeting(manageToken: $token) { id guest { name } seatsLeft } }"
VIEWER = "{ viewer { guest { name email } } }"
SERIES = """mutation($input: BookSeriesInput!) {
  bookSeries(input: $input) {
    occurrences { meeting { id manageUrl guest { name email } attendees { name } } } errors { code }
  }
}"""
DAILY = "FREQ=DAILY;COUNT=2"
ELEVEN = "2027-03-01T10:00:00Z"


@dataclass(frozen=True, slots=True)
class Class:
    """Anna's class of four, to which Grace comes with Tom, and Heidi; ids are the API's."""

    subject: str
    meeting: str
    conversation: str
    tokens: dict[str, str]
    grace: Client
    heidi: Client
    anna: Client

    def wish(self, name: str = "Ivan", **changes: Any) -> dict[str, Any]:
        return wish(self.subject, name, **changes)


def guest(name: str) -> dict[str, str]:
    return {"name": name, "email": f"{name.lower()}@guests.example", "timeZone": "Europe/Rome"}


def wish(subject: str, name: str, **changes: Any) -> dict[str, Any]:
    slots = {"link": "acme/anna", "subjectId": subject, **changes.pop("slots", {})}
    return {"slots": slots, "start": NINE, "guest": guest(name), **changes}


@pytest.fixture
async def yoga(anna: Agent, annas_link: ScheduleLink) -> str:
    """The subject of a class of four; its id."""
    subject = await Subject.create(organization_id=anna.organization_id, name="Yoga")
    await anna.expertise.add(subject)
    await PlanningRule.create(
        organization_id=anna.organization_id,
        subject=subject,
        meeting_type=MeetingType.VIDEO,
        duration_options=[30],
        default_duration_minutes=30,
        slot_interval_minutes=30,
        seats=4,
    )
    return ids.encode("Subject", subject.id)


@pytest.fixture
async def lesson(public: Client, sign_in: SignIn, anna: Agent, yoga: str) -> Class:
    tom = {"name": "Tom", "email": "tom@guests.example"}
    first = await public.do(BOOK, input=wish(yoga, "Grace", attendees=[tom], notes="I owe 40,000."))
    second = await public.do(
        BOOK, input=wish(yoga, "Heidi", guest={**guest("Heidi"), "timeZone": "Asia/Tokyo"})
    )
    assert first["errors"] == second["errors"] == []
    tokens = {"grace": first["manageToken"], "heidi": second["manageToken"]}
    return Class(
        subject=yoga,
        meeting=first["meeting"]["id"],
        conversation=first["meeting"]["conversation"]["id"],
        tokens=tokens,
        grace=await sign_in.bearer(tokens["grace"]),
        heidi=await sign_in.bearer(tokens["heidi"]),
        anna=sign_in.agent(anna),
    )


async def seen(client: Client, lesson: Class) -> dict[str, Any]:
    return await client.do(MEETING, id=lesson.meeting)


async def test_who_joins_is_shown_the_meeting_as_theirs(public: Client, lesson: Class) -> None:
    joined = await public.do(BOOK, input=lesson.wish("Ivan"))
    assert joined["meeting"] == {
        "id": lesson.meeting,
        "seats": 4,
        "seatsLeft": 0,
        "guest": {"name": "Ivan"},
        "conversation": {"id": lesson.conversation},
        "attendees": [{"name": "Ivan"}],
    }
    assert joined["manageToken"] not in lesson.tokens.values()


async def test_a_full_meeting_is_refused_with_the_nearest_slots(public: Client, lesson: Class) -> None:
    await public.do(BOOK, input=lesson.wish("Ivan"))
    refused = await public.do(BOOK, input=lesson.wish("Judy"))
    assert (codes(refused), refused["meeting"], refused["manageToken"]) == (["SLOT_TAKEN"], None, None)
    assert refused["alternatives"][0]["start"] == "2027-03-01T08:30:00Z"


async def test_slots_say_how_many_seats_are_left(public: Client, lesson: Class) -> None:
    asked = {"link": "acme/anna", "subjectId": lesson.subject, "from": "2027-03-01", "to": "2027-03-01"}
    for seats, left in ((1, 1), (2, None)):
        found = await public.do(SLOTS, input={**asked, "timeZone": "Europe/Rome", "seats": seats})
        slots = {slot["start"]: slot["seatsLeft"] for day in found["days"] for slot in day["slots"]}
        assert slots.get(NINE) == left
        assert slots[TEN] == 4


async def test_a_guest_sees_their_own_party_and_an_agent_everyone(lesson: Class) -> None:
    hers, theirs = await seen(lesson.grace, lesson), await seen(lesson.anna, lesson)
    assert [one["name"] for one in hers["attendees"]] == ["Grace", "Tom"]
    assert [one["name"] for one in (await seen(lesson.heidi, lesson))["attendees"]] == ["Heidi"]
    assert [(one["name"], one["companion"], one["seats"]) for one in theirs["attendees"]] == [
        ("Grace", False, 1),
        ("Tom", True, 1),
        ("Heidi", False, 1),
    ]
    assert hers["seatsLeft"] == theirs["seatsLeft"] == 1


async def test_each_guest_is_the_guest_and_to_agents_the_first_one_is(lesson: Class) -> None:
    for client, name in ((lesson.grace, "Grace"), (lesson.heidi, "Heidi"), (lesson.anna, "Grace")):
        assert (await seen(client, lesson))["guest"]["name"] == name
    assert await lesson.heidi.do(VIEWER) == {"guest": {"name": "Heidi", "email": "heidi@guests.example"}}


async def test_each_guest_has_their_own_notes_zone_and_link(lesson: Class) -> None:
    hers, heidis = await seen(lesson.grace, lesson), await seen(lesson.heidi, lesson)
    assert [(one["notes"], one["guestTimeZone"]) for one in (hers, heidis)] == [
        ("I owe 40,000.", "Europe/Rome"),
        (None, "Asia/Tokyo"),
    ]
    for one, token in ((hers, lesson.tokens["grace"]), (heidis, lesson.tokens["heidi"])):
        assert one["manageUrl"] == f"http://frontdesk.test/meeting#{token}"
    assert [one["notes"] for one in (await seen(lesson.anna, lesson))["attendees"]] == [
        "I owe 40,000.",
        None,
        None,
    ]


async def test_guests_are_told_nothing_of_each_other_in_whatever_they_ask(lesson: Class) -> None:
    await say(lesson.grace, lesson.conversation, "Hello")
    for client, strange in (
        (lesson.heidi, ("Grace", "grace@", "Tom", "tom@", "40,000")),
        (lesson.grace, ("Heidi", "heidi@")),
    ):
        shown = str(await seen(client, lesson))
        assert [word for word in strange if word in shown] == []


async def test_in_the_conversation_guests_read_everything_and_tell_each_other_apart(lesson: Class) -> None:
    await say(lesson.grace, lesson.conversation, "Hello")
    await say(lesson.heidi, lesson.conversation, "Good morning")
    conversation = (await seen(lesson.heidi, lesson))["conversation"]
    said = [edge["node"] for edge in conversation["messages"]["edges"]]
    by = {one["text"]: one["author"] for one in said}
    assert by["Hello"]["name"] == "Guest"
    assert by["Good morning"]["name"] == "Heidi"
    assert by["Hello"]["id"] != by["Good morning"]["id"]
    assert "The meeting is booked." in by
    assert conversation["contact"] is None
    parties = [member["party"]["name"] for member in conversation["members"]]
    assert sorted(parties) == ["Anna", "Guest", "Heidi"]


async def test_agents_see_who_said_what(lesson: Class) -> None:
    await say(lesson.grace, lesson.conversation, "Hello")
    conversation = (await seen(lesson.anna, lesson))["conversation"]
    said = [edge["node"] for edge in conversation["messages"]["edges"]]
    assert [one["author"]["email"] for one in said if one["text"] == "Hello"] == ["grace@guests.example"]


async def test_a_guests_history_has_what_concerns_them_and_an_agents_everything(lesson: Class) -> None:
    kinds = {
        name: [one["kind"] for one in (await seen(client, lesson))["history"]]
        for name, client in (("grace", lesson.grace), ("heidi", lesson.heidi), ("anna", lesson.anna))
    }
    assert kinds == {
        "grace": ["BOOKED"],
        "heidi": ["ATTENDEE_JOINED"],
        "anna": ["BOOKED", "ATTENDEE_JOINED"],
    }


async def test_who_cancels_leaves_and_the_others_keep_their_meeting(
    public: Client, sign_in: SignIn, lesson: Class
) -> None:
    left = await lesson.grace.do(CANCEL, input={"meetingId": lesson.meeting, "reason": "Ill"})
    assert left["errors"] == []
    shown = await seen(lesson.anna, lesson)
    assert [one["name"] for one in shown["attendees"]] == ["Heidi"]
    assert (shown["status"], shown["seatsLeft"], shown["guest"]["name"]) == ("SCHEDULED", 3, "Heidi")
    assert (await seen(lesson.heidi, lesson))["status"] == "SCHEDULED"
    assert (await lesson.grace.run(MEETING, id=lesson.meeting)).data == {"meeting": None}


async def test_the_link_of_who_has_left_shows_nothing(public: Client, sign_in: SignIn, lesson: Class) -> None:
    token = lesson.tokens["grace"]
    await lesson.grace.do(CANCEL, input={"meetingId": lesson.meeting})
    assert (await public.run(BY_TOKEN, token=token)).data == {"meeting": None}
    shown = (await public.run(BY_TOKEN, token=lesson.tokens["heidi"])).data["meeting"]
    assert shown == {"id": lesson.meeting, "guest": {"name": "Heidi"}, "seatsLeft": 3}


@pytest.mark.parametrize("document", [CANCEL, MOVE, SEND])
async def test_who_has_left_does_nothing_more_in_it(lesson: Class, document: str) -> None:
    await lesson.grace.do(CANCEL, input={"meetingId": lesson.meeting})
    input = {
        CANCEL: {"meetingId": lesson.meeting},
        MOVE: {"meetingId": lesson.meeting, "start": TEN},
        SEND: {"conversationId": lesson.conversation, "text": "Still here"},
    }[document]
    assert codes(await lesson.grace.do(document, input=input)) == ["NOT_FOUND"]


async def test_leaving_and_reading_on_in_one_operation_reads_nothing(lesson: Class) -> None:
    both = """mutation($leave: MeetingActionInput!, $send: SendMessageInput!) {
      cancelMeeting(input: $leave) { meeting { attendees { name } guest { name }
        conversation { messages { edges { node { text } } } } } errors { code } }
      sendMessage(input: $send) { message { id } errors { code } }
    }"""
    send = {"conversationId": lesson.conversation, "text": "One more"}
    answer = await lesson.grace.run(both, leave={"meetingId": lesson.meeting}, send=send)
    left = answer.data["cancelMeeting"]["meeting"]
    assert (left["attendees"], left["guest"], left["conversation"]["messages"]["edges"]) == ([], None, [])
    assert codes(answer.data["sendMessage"]) == ["NOT_FOUND"]


async def test_a_guest_cannot_move_it_and_an_agent_can(lesson: Class) -> None:
    asked = {"meetingId": lesson.meeting, "start": ELEVEN}
    assert codes(await lesson.heidi.do(MOVE, input=asked)) == ["FORBIDDEN"]
    assert (await lesson.anna.do(MOVE, input=asked))["meeting"]["start"] == ELEVEN


async def test_an_agent_cancels_it_for_everyone(lesson: Class) -> None:
    await lesson.anna.do(CANCEL, input={"meetingId": lesson.meeting})
    for client in (lesson.grace, lesson.heidi):
        assert (await seen(client, lesson))["status"] == "CANCELLED"


async def test_when_nobody_is_left_there_is_no_guest(lesson: Class) -> None:
    for client in (lesson.grace, lesson.heidi):
        await client.do(CANCEL, input={"meetingId": lesson.meeting})
    shown = await seen(lesson.anna, lesson)
    assert (shown["status"], shown["guest"], shown["attendees"], shown["manageUrl"]) == (
        "CANCELLED",
        None,
        [],
        None,
    )


async def test_held_seats_are_the_holders_until_they_are_given_back(
    public: Client, lesson: Class, clock: Clock
) -> None:
    asked = {"slots": lesson.wish()["slots"], "start": NINE, "idempotencyKey": "once"}
    held = await public.do(HOLD, input=asked)
    assert held["errors"] == []
    assert await public.do(HOLD, input=asked) == held
    assert codes(await public.do(BOOK, input=lesson.wish("Judy"))) == ["SLOT_TAKEN"]
    assert (await seen(lesson.anna, lesson))["seatsLeft"] == 0
    assert (await public.do(RELEASE, input={"token": held["hold"]["token"]}))["released"] is True
    assert codes(await public.do(BOOK, input=lesson.wish("Ivan", holdToken=held["hold"]["token"]))) == [
        "HOLD_EXPIRED"
    ]
    held = await public.do(HOLD, input={**asked, "idempotencyKey": None})
    clock.advance(minutes=9)
    joined = await public.do(BOOK, input=lesson.wish("Ivan", holdToken=held["hold"]["token"]))
    assert joined["meeting"]["id"] == lesson.meeting


async def test_held_seats_expire(public: Client, lesson: Class, clock: Clock) -> None:
    held = await public.do(HOLD, input={"slots": lesson.wish()["slots"], "start": NINE})
    clock.advance(minutes=10)
    assert (await seen(lesson.anna, lesson))["seatsLeft"] == 1
    assert codes(await public.do(BOOK, input=lesson.wish("Ivan", holdToken=held["hold"]["token"]))) == [
        "HOLD_EXPIRED"
    ]
    assert codes(await public.do(BOOK, input=lesson.wish("Judy"))) == []


async def test_the_same_request_again_is_answered_for_the_same_guest(public: Client, lesson: Class) -> None:
    asked = lesson.wish("Ivan", idempotencyKey="once")
    assert await public.do(BOOK, input=asked) == await public.do(BOOK, input=asked)
    assert len((await seen(lesson.anna, lesson))["attendees"]) == 4


async def test_the_same_request_again_does_not_let_back_in_who_has_left(
    public: Client, sign_in: SignIn, lesson: Class
) -> None:
    asked = lesson.wish("Ivan", idempotencyKey="once")
    ivan = await sign_in.bearer((await public.do(BOOK, input=asked))["manageToken"])
    await ivan.do(CANCEL, input={"meetingId": lesson.meeting})
    again = await public.do(BOOK, input=asked)
    assert (codes(again), again["meeting"], again["manageToken"]) == (["NOT_FOUND"], None, None)


async def test_an_agent_brings_a_guest_in_and_is_given_that_guests_link(
    public: Client, sign_in: SignIn, lesson: Class
) -> None:
    joined = await lesson.anna.do(BOOK, input=lesson.wish("Ivan"))
    assert [one["name"] for one in joined["meeting"]["attendees"]] == ["Grace", "Tom", "Heidi", "Ivan"]
    ivan = await sign_in.bearer(joined["manageToken"])
    assert (await seen(ivan, lesson))["guest"]["name"] == "Ivan"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"guest": {**guest("Grace")}}, ["guest"]),
        ({"attendees": [{"name": f"N{n}", "email": f"n{n}@guests.example"} for n in range(4)]}, ["attendees"]),
        ({"slots": {"seats": 5}}, ["seats"]),
        ({"slots": {"seats": 0}}, ["seats"]),
        ({"attendees": [{"name": " ", "email": "n@guests.example"}]}, ["attendees", "0", "name"]),
        ({"holdToken": "hold_nothing"}, ["holdToken"]),
    ],
)
async def test_what_cannot_be_meant_is_refused_by_its_field(
    public: Client, lesson: Class, changes: dict[str, Any], field: list[str]
) -> None:
    refused = await public.do(BOOK, input=lesson.wish("Ivan", **changes))
    [error] = refused["errors"]
    assert error["code"] in ("INVALID", "HOLD_EXPIRED")
    assert error["field"] == field
    assert len((await seen(lesson.anna, lesson))["attendees"]) == 3


async def test_neither_strangers_nor_colleagues_see_who_comes(
    public: Client, sign_in: SignIn, anna: Agent, lesson: Class
) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    eve = await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR)
    await a_link(ben)
    other = await public.do(BOOK, input={"slots": {"link": "acme/ben"}, "start": NINE, "guest": guest("Karl")})
    karl = await sign_in.bearer(other["manageToken"])
    for client in (public, karl, sign_in.agent(ben), sign_in.agent(eve)):
        answer = await client.run(MEETING, id=lesson.meeting)
        assert answer.data == {"meeting": None}
        refused = await client.run(CANCEL, input={"meetingId": lesson.meeting})
        assert "Grace" not in str(refused)
        assert refused.data.get("cancelMeeting", {"meeting": None})["meeting"] is None
    assert len((await seen(lesson.anna, lesson))["attendees"]) == 3


async def test_an_agent_finds_every_guest_of_their_meetings_by_id(lesson: Class) -> None:
    conversation = (await seen(lesson.anna, lesson))["conversation"]
    contacts = [
        one["party"]["id"] for one in conversation["members"] if one["party"]["__typename"] == "Contact"
    ]
    nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Contact { name } } }"
    found = await lesson.anna.run(nodes, ids=contacts)
    assert sorted(one["name"] for one in found.data["nodes"]) == ["Grace", "Heidi"]
    assert (await lesson.heidi.run(nodes, ids=contacts)).data["nodes"] == [None, None]


async def test_who_joins_by_a_series_is_shown_nothing_of_who_was_there_first(public: Client, yoga: str) -> None:
    grace = await public.do(BOOK, input=wish(yoga, "Grace"))
    booked = await public.do(SERIES, input={**wish(yoga, "Heidi"), "recurrence": DAILY})
    first, second = (one["meeting"] for one in booked["occurrences"])
    assert first["id"] == grace["meeting"]["id"]
    for meeting in (first, second):
        assert meeting["guest"] == {"name": "Heidi", "email": "heidi@guests.example"}
        assert [one["name"] for one in meeting["attendees"]] == ["Heidi"]
    assert grace["manageToken"] not in first["manageUrl"]


async def test_the_same_series_again_gets_also_the_meetings_that_were_joined(public: Client, yoga: str) -> None:
    await public.do(BOOK, input=wish(yoga, "Grace"))
    asked = {**wish(yoga, "Heidi"), "recurrence": DAILY, "idempotencyKey": "once"}
    assert await public.do(SERIES, input=asked) == await public.do(SERIES, input=asked)


async def test_who_has_left_all_of_a_series_is_shown_nothing_of_it(
    public: Client, sign_in: SignIn, yoga: str
) -> None:
    await public.do(BOOK, input=wish(yoga, "Grace"))
    asked = {**wish(yoga, "Heidi"), "recurrence": "FREQ=DAILY;COUNT=1", "idempotencyKey": "once"}
    [one] = (await public.do(SERIES, input=asked))["occurrences"]
    heidi = await sign_in.bearer(one["meeting"]["manageUrl"].split("#")[1])
    assert codes(await heidi.do(CANCEL, input={"meetingId": one["meeting"]["id"]})) == []
    again = await public.do(SERIES, input=asked)
    assert codes(again) == ["NOT_FOUND"]
    assert again["occurrences"] == []
