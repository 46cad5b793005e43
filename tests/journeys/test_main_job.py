"""The main job, end to end: a guest books, an agent hears it live, they talk; and no interruption loses anything."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import icalendar
import pytest
from aiohttp import web

from tests.journeys.clients import Person
from tests.journeys.installation import Installation
from tests.waiting import PATIENCE_SECONDS

ROME = ZoneInfo("Europe/Rome")
GRACE = {"name": "Grace Guest", "email": "grace@guests.example", "timeZone": "America/New_York"}

SIGN_IN = """mutation($input: SignInInput!) {
  signIn(input: $input) { accessToken agent { id name } errors { code } } }"""
CONNECT = """mutation($input: ConnectCalendarFeedInput!) {
  connectCalendarFeed(input: $input) { connection { id status } errors { code message } } }"""
REFRESH = """mutation($input: CalendarConnectionInput!) {
  refreshCalendar(input: $input) { connection { id } errors { code } } }"""
SLOTS = "query($input: SlotsInput!) { slots(input: $input) { days { slots { start } } } }"
BOOK = """mutation($input: BookMeetingInput!) { bookMeeting(input: $input) {
  meeting { id conversation { id } } manageToken errors { code message } } }"""
MOVE = """mutation($input: RescheduleMeetingInput!) {
  rescheduleMeeting(input: $input) { meeting { start } errors { code message } } }"""
CANCEL = """mutation($input: MeetingActionInput!) {
  cancelMeeting(input: $input) { meeting { status } errors { code } } }"""
SAY = """mutation($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id seq } errors { code } } }"""
HISTORY = """query($id: ID!) { conversation(id: $id) { messages { edges { node { kind text } } } } }"""
MINE = "query($token: String!) { meeting(manageToken: $token) { status start } }"
INBOX = """subscription($after: String) { inboxEvents(after: $after) {
  __typename ... on FeedEvent { cursor } ... on Resync { cursor reason }
  ... on MeetingChanged { meeting { id status title conversation { id } } }
  ... on AssignmentChanged { conversation { id } record { how to { name } } } } }"""
TALK = """subscription($id: ID!, $after: String) { conversationEvents(conversationId: $id, after: $after) {
  __typename ... on FeedEvent { cursor } ... on Resync { cursor reason }
  ... on MessageAdded { message { kind text author { __typename } } }
  ... on MeetingChanged { change { kind } } } }"""


class Feed:
    """A calendar on the web, which its owner changes."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.events: list[str] = []

    def add(self, day: date, start: time, end: time) -> None:
        """Something every week from that day on, in Rome."""
        times = [
            f"{name};TZID=Europe/Rome:{day:%Y%m%d}T{at:%H%M%S}"
            for name, at in (("DTSTART", start), ("DTEND", end))
        ]
        uid = f"UID:{len(self.events)}@calendar.example"
        lines = [
            "BEGIN:VEVENT",
            uid,
            "DTSTAMP:20260101T000000Z",
            *times,
            "RRULE:FREQ=WEEKLY",
            "SUMMARY:Private",
        ]
        self.events.append("\r\n".join([*lines, "END:VEVENT"]))

    async def answer(self, request: web.Request) -> web.Response:
        lines = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//calendar.example//EN",
            *self.events,
            "END:VCALENDAR",
            "",
        ]
        return web.Response(text="\r\n".join(lines), content_type="text/calendar")


@pytest.fixture
async def feed() -> AsyncIterator[Feed]:
    application = web.Application()
    runner = web.AppRunner(application)
    feed = Feed("")
    application.router.add_get("/anna.ics", feed.answer)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    feed.address = f"http://{host}:{port}/anna.ics"
    yield feed
    await runner.cleanup()


@pytest.fixture
async def frontdesk(tmp_path: Path) -> AsyncIterator[Installation]:
    installation = Installation(tmp_path)
    await installation.start()
    yield installation
    await installation.leave()


@pytest.fixture
async def guest(frontdesk: Installation) -> AsyncIterator[Person]:
    async with aiohttp.ClientSession() as session:
        yield Person(session, frontdesk.address)


def a_free_day() -> date:
    """A Wednesday on which the demo organization has booked nothing: the week after next."""
    today = datetime.now(ROME).date()
    return today + timedelta(days=(2 - today.weekday()) % 7 + 14)


def at(day: date, hour: int, minute: int = 0) -> str:
    moment = datetime.combine(day, time(hour, minute), ROME).astimezone(UTC)
    return moment.isoformat().replace("+00:00", "Z")


async def sign_in(person: Person, name: str) -> tuple[Person, str]:
    input = {"organization": "acme", "email": f"{name}@acme.example", "password": "frontdesk"}
    signed_in = await person.take(SIGN_IN, input=input)
    return person.with_token(signed_in["accessToken"]), signed_in["agent"]["id"]


async def starts_on(person: Person, day: date) -> list[str]:
    dates = {"from": day.isoformat(), "to": day.isoformat(), "timeZone": "Europe/Rome"}
    listed = await person.do(SLOTS, input={"link": "acme/anna", **dates})
    return [slot["start"] for one in listed["days"] for slot in one["slots"]]


async def eventually(found: Any) -> None:
    """Until the condition holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await found():
            await asyncio.sleep(0.05)


def letters(folder: Path, to: str, *, about: str) -> list[EmailMessage]:
    files = [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
    read = [email.message_from_bytes(file, policy=email.policy.default) for file in files]
    return [letter for letter in read if to in letter["To"] and about in letter["Subject"]]


def calendar_of(letter: EmailMessage) -> tuple[str, Any]:
    [part] = [
        part
        for part in letter.walk()
        if part.get_content_type() == "text/calendar" and part.get_param("method")
    ]
    calendar = icalendar.Calendar.from_ical(part.get_content())
    assert isinstance(calendar, icalendar.Calendar)
    [event] = calendar.events
    return str(calendar["METHOD"]), event


async def test_a_guest_books_an_agent_hears_it_live_they_talk_and_nothing_is_lost(
    frontdesk: Installation, guest: Person, feed: Feed
) -> None:
    day = a_free_day()
    anna, anna_id = await sign_in(guest, "anna")

    # Her real calendar takes ten to twelve of her real hours, and later also two to three.
    assert at(day, 10) in await starts_on(guest, day)
    feed.add(day - timedelta(days=7), time(10), time(12))
    connection = (await anna.take(CONNECT, input={"agentId": anna_id, "name": "Work", "url": feed.address}))[
        "connection"
    ]

    async def ten_is_taken() -> bool:
        return at(day, 10) not in await starts_on(guest, day)

    await eventually(ten_is_taken)
    free = await starts_on(guest, day)
    assert [start for start in free if at(day, 10) <= start < at(day, 12)] == []
    assert {at(day, 9), at(day, 9, 30), at(day, 12), at(day, 14)} <= set(free)
    feed.add(day, time(14), time(15))
    await anna.take(REFRESH, input={"connectionId": connection["id"]})

    async def two_is_taken() -> bool:
        return at(day, 14) not in await starts_on(guest, day)

    await eventually(two_is_taken)

    # The guest books; her console, which was there before, hears of it.
    async with anna.line() as console:
        await console.follow(INBOX, after="")
        assert (await console.next())["reason"] == "UNKNOWN_CURSOR"
        booked = await guest.take(
            BOOK,
            input={"slots": {"link": "acme/anna"}, "start": at(day, 9), "guest": GRACE, "title": "Mortgage"},
        )
        conversation_id = booked["meeting"]["conversation"]["id"]
        assigned = await console.until("AssignmentChanged")
        assert assigned["conversation"]["id"] == conversation_id
        assert assigned["record"] == {"how": "BOOKED", "to": {"name": "Anna"}}
        heard = await console.until("MeetingChanged")
        assert heard["meeting"]["id"] == booked["meeting"]["id"]
        assert heard["meeting"]["title"] == "Mortgage"
    assert at(day, 9) not in await starts_on(guest, day)

    # They talk. The guest's network goes in the middle; what was missed comes once, and in order.
    grace = guest.with_token(booked["manageToken"])
    async with grace.line() as phone:
        await phone.follow(TALK, id=conversation_id, after="")
        await phone.until("Resync")
        await anna.take(SAY, input={"conversationId": conversation_id, "text": "Hello Grace"})
        first = await phone.until("MessageAdded")
        assert first["message"] == {"kind": "TEXT", "text": "Hello Grace", "author": {"__typename": "Agent"}}
        phone.pull_the_plug()
    await anna.take(SAY, input={"conversationId": conversation_id, "text": "She seems nervous", "kind": "NOTE"})
    await anna.take(SAY, input={"conversationId": conversation_id, "text": "Are you there?"})
    await anna.take(SAY, input={"conversationId": conversation_id, "text": "Hello?"})
    async with grace.line() as phone:
        await phone.follow(TALK, id=conversation_id, after=first["cursor"])
        missed = [(await phone.until("MessageAdded"))["message"]["text"] for _ in range(2)]
        assert missed == ["Are you there?", "Hello?"]
        await grace.take(SAY, input={"conversationId": conversation_id, "text": "Now I am"})
        assert (await phone.until("MessageAdded"))["message"]["author"] == {"__typename": "Contact"}

        # She moves the meeting, then cancels it.
        id = booked["meeting"]["id"]
        moved = await grace.take(MOVE, input={"meetingId": id, "start": at(day, 12)})
        assert moved["meeting"]["start"] == at(day, 12)
        assert (await phone.until("MeetingChanged"))["change"]["kind"] == "RESCHEDULED"
        cancelled = await grace.take(CANCEL, input={"meetingId": id, "reason": "ill"})
        assert cancelled["meeting"]["status"] == "CANCELLED"
        assert (await phone.until("MeetingChanged"))["change"]["kind"] == "CANCELLED"
    assert {at(day, 9), at(day, 12)} <= set(await starts_on(guest, day))
    shown = await grace.do(HISTORY, id=conversation_id)
    kinds = [edge["node"]["kind"] for edge in shown["messages"]["edges"]]
    assert kinds.count("TEXT") == 4
    assert "NOTE" not in kinds

    # Both have their letters, and each letter's calendar file opens.
    for address, about in (("grace@guests.example", "Mortgage"), ("anna@acme.example", "Grace Guest")):

        async def three_letters(address: str = address, about: str = about) -> bool:
            return len(await asyncio.to_thread(letters, frontdesk.mails, address, about=about)) >= 3

        await eventually(three_letters)
        opened = [calendar_of(letter) for letter in letters(frontdesk.mails, address, about=about)]
        opened.sort(key=lambda one: int(one[1]["SEQUENCE"]))
        assert [method for method, _ in opened] == ["REQUEST", "REQUEST", "CANCEL"]
        assert [int(event["SEQUENCE"]) for _, event in opened] == [0, 1, 2]
        assert len({str(event["UID"]) for _, event in opened}) == 1
        hours = [event.start.astimezone(ROME).hour for _, event in opened]
        assert hours == [9, 12, 12]
        assert "Private" not in "".join(
            letter.as_string() for letter in letters(frontdesk.mails, address, about=about)
        )


async def test_what_was_booked_is_there_after_ctrl_c_and_after_kill_9(
    frontdesk: Installation, guest: Person
) -> None:
    day = a_free_day()
    booked = []
    guests = {hour: GRACE | {"email": f"grace.{hour}@guests.example"} for hour in (9, 10, 11)}
    for hour, ending in ((9, frontdesk.interrupt), (10, frontdesk.kill), (11, frontdesk.interrupt)):
        answer = await guest.take(
            BOOK, input={"slots": {"link": "acme/anna"}, "start": at(day, hour), "guest": guests[hour]}
        )
        booked.append((answer["manageToken"], at(day, hour)))
        status = await ending()
        assert status == (-9 if ending == frontdesk.kill else 0), frontdesk.output()
        await frontdesk.start()
        for token, start in booked:
            assert await guest.do(MINE, token=token) == {"status": "SCHEDULED", "start": start}
    assert frontdesk.output().count("anna@acme.example") >= 1
