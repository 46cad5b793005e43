"""Guests sign in by a code that is mailed to them, and see, book, move and cancel what is theirs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from errors import Unauthenticated
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.guest.code import MOST_TRIES, GuestCode
from models.guest.session import GuestSession
from models.keyring import Keyring
from models.letter.ordered import Order, OrderedLetter
from models.link import ScheduleLink
from models.meeting.meeting import MeetingChange
from models.organization.organization import Organization
from tests.builders import Clock, a_link, an_agent, an_organization
from tests.resolvers import documents as say
from tests.resolvers import guest_documents as guests
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk

GRACE = "grace@guests.example"
IVAN = {"name": "Ivan", "email": "ivan@guests.example", "timeZone": "Europe/Rome"}


@dataclass(frozen=True, slots=True)
class Door:
    """Where guests sign in, and what is in their letters."""

    public: Client
    sign_in: SignIn
    keys: Keyring

    async def asks(self, email: str = GRACE, organization: str = "acme") -> dict[str, Any]:
        return await self.public.do(guests.REQUEST, input={"organization": organization, "email": email})

    async def letters(self) -> list[Order]:
        orders = [row.order(self.keys) for row in await OrderedLetter.all().order_by("id")]
        return [order for order in orders if order is not None]

    async def code(self, email: str = GRACE) -> str:
        """Ask for a code, and open the letter."""
        assert (await self.asks(email))["errors"] == []
        return (await self.letters())[-1].code or ""

    async def gives(self, code: str, email: str = GRACE, organization: str = "acme") -> dict[str, Any]:
        given = {"organization": organization, "email": email, "code": code}
        return await self.public.do(guests.VERIFY, input=given)

    async def client(self, email: str = GRACE) -> Client:
        """Somebody who has signed in."""
        signed_in = await self.gives(await self.code(email), email)
        assert signed_in["errors"] == []
        return await self.sign_in.bearer(signed_in["guestToken"])


@pytest.fixture
def door(public: Client, sign_in: SignIn, keys: Keyring, organization: Organization) -> Door:
    return Door(public, sign_in, keys)


@pytest.fixture
async def strict(organization: Organization) -> Organization:
    """Guests have to sign in before they book."""
    organization.stored_settings = {**organization.stored_settings, "guest_sign_in_required": True}
    await organization.save()
    return organization


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def refused(answer: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(error["code"], error["field"]) for error in answer["errors"]]


async def test_a_code_of_six_digits_signs_its_guest_in(door: Door, talk: Talk, clock: Clock) -> None:
    code = await door.code()
    [letter] = await door.letters()
    assert len(code) == 6
    assert code.isdecimal()
    assert (letter.name, letter.address, letter.occasion) == ("Grace Guest", GRACE, "SIGN_IN_CODE")
    signed_in = await door.gives(code)
    assert signed_in["errors"] == []
    assert signed_in["guest"]["email"] == GRACE
    assert signed_in["expiresAt"] == "2027-03-08T07:00:00Z"


async def test_nothing_that_is_kept_tells_the_code_or_the_token(door: Door, talk: Talk) -> None:
    code = await door.code()
    token = (await door.gives(code))["guestToken"]
    kept = str([await GuestCode.all().values(), await GuestSession.all().values()])
    assert code not in kept
    assert token not in kept


async def test_the_answer_is_the_same_for_known_and_unknown_addresses(door: Door, talk: Talk) -> None:
    assert await door.asks(GRACE) == await door.asks("stranger@guests.example")
    assert [letter.address for letter in await door.letters()] == [GRACE, "stranger@guests.example"]
    known = await door.gives("123", GRACE)
    assert known == await door.gives("123", "stranger@guests.example")
    assert known == await door.gives("123", "nobody@guests.example")


async def test_a_code_is_good_once(door: Door, talk: Talk) -> None:
    code = await door.code()
    assert (await door.gives(code))["guestToken"]
    again = await door.gives(code)
    assert (again["guestToken"], refused(again)) == (None, [("INVALID", ["code"])])


async def test_of_those_who_give_a_code_at_once_one_is_signed_in(door: Door, talk: Talk) -> None:
    code = await door.code()
    answers = await asyncio.gather(*(door.gives(code) for _ in range(4)))
    assert len([one for one in answers if one["guestToken"]]) == 1
    assert await GuestSession.all().count() == 1


async def test_a_code_is_good_for_ten_minutes(door: Door, talk: Talk, clock: Clock) -> None:
    code = await door.code()
    clock.advance(minutes=10)
    assert refused(await door.gives(code)) == [("INVALID", ["code"])]


async def test_a_newer_code_ends_the_one_before(door: Door, talk: Talk) -> None:
    former, newer = await door.code(), await door.code()
    if former != newer:
        assert refused(await door.gives(former)) == [("INVALID", ["code"])]
    assert (await door.gives(newer))["errors"] == []


async def test_a_code_is_of_its_address_and_organization(door: Door, talk: Talk) -> None:
    rival = await an_organization("rival")
    code = await door.code()
    await door.asks("ivan@guests.example")
    await door.asks(GRACE, rival.slug)
    assert refused(await door.gives(code, "heidi@guests.example")) == [("INVALID", ["code"])]
    for email, organization in (("ivan@guests.example", "acme"), (GRACE, "rival")):
        answer = await door.gives(code, email, organization)
        own = (await door.letters())[1 if organization == "acme" else 2].code
        assert (answer["guestToken"] is None) == (own != code)


async def test_after_five_tries_the_right_code_is_refused_too(door: Door, talk: Talk) -> None:
    code = await door.code()
    for _ in range(MOST_TRIES):
        assert refused(await door.gives(wrong(code))) == [("INVALID", ["code"])]
    assert refused(await door.gives(code)) == [("INVALID", ["code"])]


async def test_the_fifth_try_may_be_the_right_one(door: Door, talk: Talk) -> None:
    code = await door.code()
    for _ in range(MOST_TRIES - 1):
        await door.gives(wrong(code))
    assert (await door.gives(code))["errors"] == []


async def test_however_many_guess_at_once_five_are_looked_at(door: Door, talk: Talk) -> None:
    code = await door.code()
    await asyncio.gather(*(door.gives(wrong(code)) for _ in range(25)))
    assert (await GuestCode.get()).tries == MOST_TRIES
    assert refused(await door.gives(code)) == [("INVALID", ["code"])]


async def test_an_address_is_mailed_three_codes_in_ten_minutes_and_ten_a_day(
    door: Door, talk: Talk, clock: Clock
) -> None:
    answers = await asyncio.gather(*(door.asks() for _ in range(8)))
    assert len([one for one in answers if one["sent"]]) == 3
    assert {code for one in answers if not one["sent"] for code, _ in refused(one)} == {"LIMIT_REACHED"}
    assert (await door.asks("ivan@guests.example"))["sent"]
    sent = 3
    for _ in range(10):
        clock.advance(minutes=11)
        sent += (await door.asks())["sent"]
    assert sent == 10
    assert len([one for one in await door.letters() if one.address == GRACE]) == 10


async def test_who_has_signed_in_sees_all_that_is_theirs_under_whatever_name_and_nothing_else(
    door: Door, talk: Talk, sign_in: SignIn, anna: Agent, organization: Organization
) -> None:
    other = await a_talk(sign_in, anna, start=say.TEN, guest={**say.GRACE, "name": "G. Guest"})
    await a_talk(sign_in, anna, start=say.ELEVEN, guest=IVAN)
    grace = await door.client()
    seen = (await grace.run(guests.MINE)).data
    assert seen["viewer"]["guest"]["email"] == GRACE
    assert seen["meetings"]["totalCount"] == 2
    nodes = [edge["node"] for edge in seen["meetings"]["edges"]]
    assert [node["id"] for node in nodes] == [talk.meeting, other.meeting]
    assert [node["guest"] for node in nodes] == [
        {"name": "Grace Guest", "email": GRACE},
        {"name": "G. Guest", "email": GRACE},
    ]
    assert {node["agents"][0]["email"] for node in nodes} == {"anna@acme.example"}
    talks = [edge["node"] for edge in seen["conversations"]["edges"]]
    assert {one["id"] for one in talks} == {talk.id, other.id}
    assert "Ivan" not in str(seen)


async def test_who_has_signed_in_is_told_where_their_calendar_is_under_whatever_name(
    door: Door, talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    other = await a_talk(sign_in, anna, start=say.TEN, guest={**say.GRACE, "name": "G. Guest"})
    grace, asked = await door.client(), "query($id: ID!) { meeting(id: $id) { guest { calendarUrl } } }"
    for meeting in (talk.meeting, other.meeting):
        guest = (await grace.do(asked, id=meeting))["guest"]
        assert guest["calendarUrl"].startswith("http://frontdesk.test/calendars/g")
    for client in (talk.grace, other.grace, talk.anna):
        assert (await client.run(asked, id=talk.meeting)).data["meeting"] in (
            None,
            {"guest": {"calendarUrl": None}},
        )


async def test_they_move_and_cancel_their_own_and_talk(
    door: Door, talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    other = await a_talk(sign_in, anna, start=say.TEN, guest={**say.GRACE, "name": "G. Guest"})
    grace = await door.client()
    moved = await grace.do(say.MOVE, input={"meetingId": talk.meeting, "start": say.ELEVEN})
    assert (moved["errors"], moved["meeting"]["start"]) == ([], say.ELEVEN)
    cancelled = await grace.do(say.CANCEL, input={"meetingId": other.meeting})
    assert cancelled["meeting"]["status"] == "CANCELLED"
    said = await say.say(grace, other.id, "Sorry")
    assert said["author"] == {"__typename": "Contact", "name": "G. Guest"}
    read = await grace.do(say.READ, input={"conversationId": other.id, "seq": said["seq"]})
    assert read["conversation"]["unreadCount"] == 0
    actors = {change.actor_contact_id for change in await MeetingChange.filter(kind="CANCELLED")}
    assert actors == {(await Contact.get(name="G. Guest")).id}


async def test_what_is_another_guests_they_neither_see_nor_change(
    door: Door, talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    ivan = await door.client("ivan@guests.example")
    assert (await ivan.run(guests.MINE)).data["meetings"]["totalCount"] == 0
    assert refused(await ivan.do(say.CANCEL, input={"meetingId": talk.meeting})) == [
        ("NOT_FOUND", ["meetingId"])
    ]
    assert refused(await ivan.do(say.SEND, input={"conversationId": talk.id, "text": "Hi"})) == [
        ("NOT_FOUND", ["conversationId"])
    ]
    assert (await ivan.run(say.CONVERSATION, id=talk.id)).data == {"conversation": None}


async def test_a_guest_of_one_organization_sees_nothing_of_theirs_in_another(
    door: Door, talk: Talk, sign_in: SignIn
) -> None:
    rival = await an_organization("rival")
    eve = await an_agent(rival, "Eve")
    await a_link(eve)
    elsewhere = await a_talk(sign_in, eve, link="rival/eve")
    grace = await door.client()
    seen = (await grace.run(guests.MINE)).data
    assert [edge["node"]["id"] for edge in seen["meetings"]["edges"]] == [talk.meeting]
    assert (await grace.run(say.CONVERSATION, id=elsewhere.id)).data == {"conversation": None}


async def test_a_new_guest_signs_in_before_the_first_booking(
    door: Door, strict: Organization, annas_link: ScheduleLink
) -> None:
    ivan = await door.client("ivan@guests.example")
    booked = await ivan.do(say.BOOK, input=say.wish(guest=IVAN))
    assert booked["errors"] == []
    again = await door.client("ivan@guests.example")
    assert (await again.run(guests.MINE)).data["meetings"]["totalCount"] == 1


async def test_where_sign_in_is_required_nobody_else_books_or_holds(
    door: Door, talk: Talk, strict: Organization
) -> None:
    held = {"slots": {"link": "acme/anna"}, "start": say.TEN}
    weekly = say.wish(say.TEN, recurrence="FREQ=WEEKLY;COUNT=2")
    for client in (door.public, talk.grace):
        for document, input in ((say.BOOK, say.wish(say.TEN)), (say.HOLD, held), (say.SERIES, weekly)):
            assert (await client.run(document, input=input)).codes == ["UNAUTHENTICATED"]
    slots = {"link": "acme/anna", "from": "2027-03-01", "to": "2027-03-01", "timeZone": "Europe/Rome"}
    assert (await door.public.do(say.SLOTS, input=slots))["total"] > 0
    moved = await talk.grace.do(say.MOVE, input={"meetingId": talk.meeting, "start": say.TEN})
    assert moved["errors"] == []
    by_agent = await talk.anna.do(say.BOOK, input=say.wish(say.ELEVEN))
    assert by_agent["errors"] == []


async def test_where_sign_in_is_required_one_of_another_organization_is_none(
    door: Door, strict: Organization, annas_link: ScheduleLink
) -> None:
    await an_organization("rival")
    await door.asks(GRACE, "rival")
    code = (await door.letters())[-1].code or ""
    token = (await door.gives(code, GRACE, "rival"))["guestToken"]
    client = await door.sign_in.bearer(token)
    assert (await client.run(say.BOOK, input=say.wish())).codes == ["UNAUTHENTICATED"]


async def test_they_book_by_the_address_that_is_theirs_and_no_other(
    door: Door, strict: Organization, annas_link: ScheduleLink
) -> None:
    grace = await door.client()
    other = await grace.do(say.BOOK, input=say.wish(guest=IVAN))
    assert refused(other) == [("INVALID", ["guest", "email"])]
    plain = {"name": "Grace Guest", "timeZone": "Europe/Rome"}
    booked = await grace.do(say.BOOK, input=say.wish(guest=plain))
    assert booked["errors"] == []
    weekly = say.wish(say.TEN, guest=plain, recurrence="FREQ=WEEKLY;COUNT=2")
    series = await grace.do(say.SERIES, input=weekly)
    assert [one["refusal"] for one in series["occurrences"]] == [None, None]
    assert {contact.email for contact in await Contact.all()} == {GRACE}


async def test_limits_count_by_the_address_under_whatever_name(
    door: Door, strict: Organization, annas_link: ScheduleLink
) -> None:
    strict.stored_settings = {**strict.stored_settings, "max_upcoming_meetings_per_guest_and_agent": 2}
    await strict.save()
    grace = await door.client()
    codes = []
    for start, name in ((say.NINE, "Grace"), (say.TEN, "G. G."), (say.ELEVEN, "Somebody Else")):
        booked = await grace.do(say.BOOK, input=say.wish(start, guest={**say.GRACE, "name": name}))
        codes += say.codes(booked)
    assert codes == ["LIMIT_REACHED"]


async def test_who_signs_out_or_was_signed_in_a_week_ago_is_anybody(
    door: Door, talk: Talk, clock: Clock
) -> None:
    tokens = [(await door.gives(await door.code()))["guestToken"] for _ in range(2)]
    first = await door.sign_in.bearer(tokens[0])
    assert (await first.do("mutation { signOut { ok } }"))["ok"]
    with pytest.raises(Unauthenticated):
        await door.sign_in.bearer(tokens[0])
    await door.sign_in.bearer(tokens[1])
    clock.advance(days=7)
    with pytest.raises(Unauthenticated):
        await door.sign_in.bearer(tokens[1])
