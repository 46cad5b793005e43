"""Secret calendars as calendar programs read them: what stands in them, for whom, and when it is sent again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import recurring_ical_events
from aiohttp import ClientSession
from icalendar import Calendar
from starlette.applications import Starlette

from models.agent.agent import Agent
from models.calendar.feed import Reader, calendar_url, renew_feed, revoke_feed
from models.contact.contact import Contact
from models.keyring import Keyring
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.meeting import Meeting
from models.meeting.reassigning import reassign
from models.meeting.reminding import remind
from models.organization.office import Office
from models.organization.organization import Organization
from models.transactions import transaction
from models.words import MeetingStatus, MeetingType
from realtime.bus import MemoryBus
from realtime.cursors import Cursors
from realtime.hub import Hub
from realtime.store import DatabaseStore
from resolvers.context import World
from tests.builders import MONDAY, Clock, a_contact, acting, an_agent, an_organization
from tests.jobs.conftest import GRACE, books
from tests.models.meeting import groups
from tests.serving import serving
from web.calendars import calendar_routes

TEN = MONDAY + timedelta(hours=2)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Read:
    """What a program was answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def calendar(self) -> Any:
        return Calendar.from_ical(self.body)

    @property
    def events(self) -> list[Any]:
        return list(self.calendar.walk("VEVENT"))


@dataclass(frozen=True, slots=True)
class Program:
    """A calendar program that subscribes to calendars of this site."""

    session: ClientSession
    keys: Keyring

    async def url(self, reader: Reader) -> str:
        url = await calendar_url(reader, keys=self.keys, public_url="")
        assert url is not None
        return url

    async def get(self, url: str, *, method: str = "GET", **headers: str) -> Read:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, url, headers=named) as answer:
            sent = {name.lower(): value for name, value in answer.headers.items()}
            return Read(answer.status, sent, await answer.read())

    async def read(self, reader: Reader, **headers: str) -> Read:
        return await self.get(await self.url(reader), **headers)


@pytest.fixture
async def program(db: None, keys: Keyring, clock: Clock) -> AsyncIterator[Program]:
    hub = Hub(MemoryBus(), DatabaseStore())
    world = World(keys, Cursors(keys.key("cursors")), hub, clock=clock, public_url="")
    async with serving(Starlette(routes=calendar_routes(world))) as site, ClientSession(site) as session:
        yield Program(session, keys)


@pytest.fixture
async def meeting(anna: Agent, clock: Clock) -> Meeting:
    return await books(anna, TEN, now=clock())


async def guest_of(meeting: Meeting) -> Contact:
    return await Contact.get(id=meeting.guest_id)


async def test_an_agent_and_their_guest_have_the_meeting_in_their_calendars(
    meeting: Meeting, anna: Agent, program: Program
) -> None:
    for reader, other in ((anna, "Grace Guest"), (await guest_of(meeting), "Anna")):
        [event] = (await program.read(reader)).events
        assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (meeting.uid, 0, "CONFIRMED")
        assert (event.start, event.end) == (TEN, TEN + HOUR / 2)
        assert str(event["SUMMARY"]).endswith(other)


async def test_others_do_not(meeting: Meeting, anna: Agent, program: Program) -> None:
    organization = await anna.organization
    stranger = await a_contact(organization, "Heidi", email="heidi@guests.example")
    for reader in (await an_agent(organization, "Ben"), stranger):
        answer = await program.read(reader)
        assert (answer.status, answer.events) == (200, [])
        assert b"Grace" not in answer.body


async def test_a_second_reader_finds_the_same_meetings_at_the_same_times(
    anna: Agent, program: Program, clock: Clock
) -> None:
    # From winter into summer time and back, which begins on 28 March and ends on 31 October.
    days = [0, 7, 14, 21, 28, 35, 29 * 7, 35 * 7, 36 * 7]
    starts = {TEN + timedelta(days=day) for day in days}
    for start in starts:
        clock.now = start - 3 * DAY
        await books(anna, start, now=clock())
    clock.now = MONDAY
    calendar = (await program.read(anna)).calendar
    found = recurring_ical_events.of(calendar).between(MONDAY, MONDAY + 400 * DAY)
    assert {event.start.astimezone(UTC) for event in found} == starts
    [zone] = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Rome"
    assert all(event["DTSTART"].params["TZID"] == "Europe/Rome" for event in calendar.walk("VEVENT"))


async def test_what_no_definition_of_the_zone_reaches_is_written_in_utc(
    meeting: Meeting, anna: Agent, program: Program
) -> None:
    far = datetime(2031, 7, 1, 8, tzinfo=UTC)
    await Meeting.create(
        **{name: getattr(meeting, name) for name in ("organization_id", "guest_id", "conversation_id")},
        title="Far", guest_time_zone="Europe/Rome", start=far, end=far + HOUR,
    )  # fmt: skip
    await (await Meeting.get(title="Far")).agents.add(anna)
    _, event = (await program.read(anna)).events
    assert event["DTSTART"].to_ical() == b"20310701T080000Z"


async def test_a_meeting_that_is_moved_is_the_same_entry_with_a_higher_sequence(
    meeting: Meeting, anna: Agent, program: Program, clock: Clock
) -> None:
    await reschedule(
        meeting.id, Change(), start=TEN + HOUR, duration_minutes=None, actor=acting(anna), now=clock()
    )
    [event] = (await program.read(anna)).events
    assert (event["UID"], event["SEQUENCE"], event.start) == (meeting.uid, 1, TEN + HOUR)


async def test_a_cancelled_meeting_is_called_off(
    meeting: Meeting, anna: Agent, program: Program, clock: Clock
) -> None:
    await cancel(meeting.id, Change(), actor=acting(anna), now=clock())
    for reader in (anna, await guest_of(meeting)):
        [event] = (await program.read(reader)).events
        assert (event["STATUS"], event["SEQUENCE"], event["TRANSP"]) == ("CANCELLED", 1, "TRANSPARENT")


async def test_a_meeting_that_is_not_settled_is_tentative(
    meeting: Meeting, anna: Agent, program: Program
) -> None:
    for status in (MeetingStatus.REQUESTED, MeetingStatus.AWAITING_GUEST):
        await Meeting.filter(id=meeting.id).update(status=status)
        [event] = (await program.read(anna)).events
        assert event["STATUS"] == "TENTATIVE"


async def test_a_meeting_that_was_given_to_another_is_in_their_calendar(
    meeting: Meeting, anna: Agent, program: Program, clock: Clock
) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    await reassign(meeting.id, ben.id, Change(), actor=acting(anna), now=clock())
    assert (await program.read(anna)).events == []
    assert len((await program.read(ben)).events) == 1


async def test_meetings_of_the_past_month_are_there_and_older_ones_are_not(
    meeting: Meeting, anna: Agent, program: Program, clock: Clock
) -> None:
    clock.now = meeting.end + timedelta(days=31) - timedelta(minutes=1)
    assert len((await program.read(anna)).events) == 1
    clock.advance(minutes=1)
    assert (await program.read(anna)).events == []


async def test_the_calendar_says_where_and_holds_nothing_by_which_anything_can_be_changed(
    meeting: Meeting, anna: Agent, program: Program
) -> None:
    office = await Office.create(
        organization_id=anna.organization_id, name="Harbour", address="Pier 1, Genoa", time_zone="Europe/Rome"
    )
    await Meeting.filter(id=meeting.id).update(
        office_id=office.id, meeting_type=MeetingType.OFFICE, notes="Bring; the\nkeys, please"
    )
    for reader in (anna, await guest_of(meeting)):
        answer = await program.read(reader)
        [event] = answer.events
        assert (event["LOCATION"], event["DESCRIPTION"]) == (
            "Harbour, Pier 1, Genoa",
            "Bring; the\nkeys, please",
        )
        assert not any(word in answer.body for word in (b"guest_", b"ATTENDEE", b"@guests.example", b"METHOD"))


async def test_guests_of_a_group_meeting_do_not_learn_of_each_other(anna: Agent, program: Program) -> None:
    yoga = await groups.a_class(anna)
    await groups.comes(yoga, "Grace", notes="My knee")
    await groups.comes(yoga, "Heidi", notes="My back")
    of_grace = await program.read(await Contact.get(name="Grace"))
    assert b"My knee" in of_grace.body
    assert not any(word in of_grace.body for word in (b"Heidi", b"back"))
    of_anna = await program.read(anna)
    assert str(of_anna.events[0]["SUMMARY"]) == "Yoga – Grace, Heidi"


async def test_a_guest_who_has_left_has_it_no_longer(anna: Agent, program: Program) -> None:
    yoga = await groups.a_class(anna)
    meeting = await groups.comes(yoga, "Grace")
    await groups.comes(yoga, "Heidi")
    await groups.go(meeting, "Heidi")
    assert (await program.read(await Contact.get(name="Heidi"))).events == []
    assert len((await program.read(await Contact.get(name="Grace"))).events) == 1


async def test_what_has_not_changed_is_not_sent_again(meeting: Meeting, anna: Agent, program: Program) -> None:
    first = await program.read(anna)
    assert first.headers["last-modified"] == "Mon, 01 Mar 2027 07:00:00 GMT"
    for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = await program.read(anna, if_none_match=known)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (await program.read(anna, if_none_match='"other"')).body == first.body


@pytest.mark.parametrize(
    "what", ["moved", "cancelled", "given away", "renamed", "of another name", "in another zone"]
)
async def test_what_has_changed_is_sent(
    what: str, meeting: Meeting, anna: Agent, program: Program, clock: Clock
) -> None:
    known = (await program.read(anna)).headers["etag"]
    match what:
        case "moved":
            start = TEN + HOUR
            await reschedule(
                meeting.id, Change(), start=start, duration_minutes=None, actor=acting(anna), now=clock()
            )
        case "cancelled":
            await cancel(meeting.id, Change(), actor=acting(anna), now=clock())
        case "given away":
            ben = await an_agent(await anna.organization, "Ben")
            await reassign(meeting.id, ben.id, Change(), actor=acting(anna), now=clock())
        case "renamed":
            await Meeting.filter(id=meeting.id).update(title="Another")
        case "of another name":
            await Contact.filter(id=meeting.guest_id).update(name="Grace Bride")
        case _:
            await Agent.filter(id=anna.id).update(time_zone="Asia/Tokyo")
    assert (await program.read(anna, if_none_match=known)).status == 200


@pytest.mark.parametrize(
    "what", ["the office moved", "the office is another", "the agent renamed", "the organization"]
)
async def test_what_has_changed_of_whom_and_where_they_meet_is_sent_to_guests(
    what: str, meeting: Meeting, anna: Agent, program: Program
) -> None:
    office = await Office.create(
        organization_id=anna.organization_id, name="Milano", address="Via Roma 1", time_zone="UTC"
    )
    await Meeting.filter(id=meeting.id).update(office_id=office.id, meeting_type=MeetingType.OFFICE)
    grace = await guest_of(meeting)
    known = await program.read(grace)
    match what:
        case "the office moved":
            await Office.filter(id=office.id).update(address="Via Milano 2")
        case "the office is another":
            await Office.filter(id=office.id).update(name="Milano, Via", address="Roma 1")
        case "the agent renamed":
            await Agent.filter(id=anna.id).update(name="Anna Bianchi")
        case _:
            await Organization.filter(id=anna.organization_id).update(name="Another")
    later = await program.read(grace, if_none_match=known.headers["etag"])
    assert later.status == 200
    assert later.body != known.body


async def test_a_reminder_changes_nothing_of_it(
    meeting: Meeting, anna: Agent, program: Program, clock: Clock
) -> None:
    before = await program.read(anna)
    clock.now = TEN - HOUR
    assert await remind(meeting.id, now=clock())
    after = await program.read(anna)
    for name in ("etag", "last-modified"):
        assert after.headers[name] == before.headers[name]
    assert after.body == before.body


async def test_it_says_when_to_ask_again(anna: Agent, program: Program) -> None:
    body = (await program.read(anna)).body
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n" in body
    assert b"X-PUBLISHED-TTL:PT15M\r\n" in body


async def test_only_its_reader_may_keep_it(meeting: Meeting, anna: Agent, program: Program) -> None:
    answer = await program.read(anna)
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"


async def test_head_says_the_same_without_the_body(meeting: Meeting, anna: Agent, program: Program) -> None:
    whole, head = await program.read(anna), await program.get(await program.url(anna), method="HEAD")
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", whole.headers["etag"])
    assert head.headers["content-length"] == str(len(whole.body))


async def test_a_calendar_cannot_be_written(anna: Agent, program: Program) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert (await program.get(await program.url(anna), method=method)).status == 405


async def test_a_renewed_or_revoked_address_reads_nothing(anna: Agent, program: Program) -> None:
    first = await program.url(anna)
    async with transaction() as tx:
        await renew_feed(tx, anna)
    second = await program.url(anna)
    assert ((await program.get(first)).status, (await program.get(second)).status) == (404, 200)
    async with transaction() as tx:
        await revoke_feed(tx, anna)
    assert (await program.get(second)).status == 404
    async with transaction() as tx:
        await renew_feed(tx, anna)
    assert (await program.get(second)).status == 404
    assert (await program.read(anna)).status == 200


async def test_an_agent_who_is_no_longer_active_has_no_calendar(anna: Agent, program: Program) -> None:
    await Agent.filter(id=anna.id).update(is_active=False)
    assert (await program.read(anna)).status == 404


async def test_whatever_is_no_secret_is_answered_in_one_way(
    meeting: Meeting, anna: Agent, program: Program
) -> None:
    url = await program.url(anna)
    secret = url.removeprefix("/calendars/").removesuffix(".ics")
    forged = [
        "a", "%00", "x" * 5000, "ü" * len(secret), "a" + "A" * 56, "g" + secret[1:],
        secret[:-1] + ("A" if secret[-1] != "A" else "B"), secret + "=", secret[:-1], secret.lower(),
        "a" + "_" * 56, "%ff" * 3, await _of_nobody(program),
    ]  # fmt: skip
    answers = [await program.get(f"/calendars/{one}.ics") for one in forged]
    assert {answer.status for answer in answers} == {404}
    assert {answer.body for answer in answers} == {b"There is no such calendar.\n"}
    dates = {"date", "server"}
    assert len({str({k: v for k, v in one.headers.items() if k not in dates}) for one in answers}) == 1


async def _of_nobody(program: Program) -> str:
    """The secret of an agent who is gone."""
    gone = Agent(id=2**62, organization_id=1, name="Gone", email="", slug="", time_zone="UTC")
    url = await program.url(gone)
    return url.removeprefix("/calendars/").removesuffix(".ics")


async def test_a_guest_without_a_zone_reads_in_the_organizations(
    meeting: Meeting, anna: Agent, program: Program
) -> None:
    await Contact.filter(id=meeting.guest_id).update(time_zone=None)
    calendar = (await program.read(await guest_of(meeting))).calendar
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Rome"]


async def test_a_guest_reads_in_their_own_zone(meeting: Meeting, program: Program) -> None:
    [event] = (await program.read(await guest_of(meeting))).events
    assert event["DTSTART"].params["TZID"] == GRACE.time_zone == "Europe/London"


async def test_a_guest_is_every_contact_of_their_address(
    meeting: Meeting, anna: Agent, program: Program, clock: Clock
) -> None:
    again = await books(anna, TEN + HOUR, now=clock(), guest=replace(GRACE, name="Dr. Grace Guest"))
    for one in (meeting, again):
        events = (await program.read(await guest_of(one))).events
        assert [event["UID"] for event in events] == [meeting.uid, again.uid]


async def test_another_organization_knows_another_guest_of_that_address(
    meeting: Meeting, program: Program, clock: Clock
) -> None:
    theirs = await books(await an_agent(await an_organization("other"), "Olga"), TEN, now=clock())
    for one in (meeting, theirs):
        [event] = (await program.read(await guest_of(one))).events
        assert event["UID"] == one.uid


async def test_whose_address_is_changed_has_another_calendar(
    meeting: Meeting, anna: Agent, program: Program, clock: Clock
) -> None:
    guest = await guest_of(meeting)
    heidi = replace(GRACE, name="Heidi", email="heidi@guests.example")
    await books(anna, TEN + HOUR, now=clock(), guest=heidi)
    url = await program.url(guest)
    await Contact.filter(id=guest.id).update(email="heidi@guests.example")
    assert (await program.get(url)).status == 404
    assert len((await program.read(await guest_of(meeting))).events) == 2


async def test_a_guests_renewed_address_is_that_of_all_their_contacts(
    meeting: Meeting, anna: Agent, program: Program, clock: Clock
) -> None:
    again = await books(anna, TEN + HOUR, now=clock(), guest=replace(GRACE, name="Dr. Grace Guest"))
    url = await program.url(await guest_of(meeting))
    async with transaction() as tx:
        await renew_feed(tx, await guest_of(again))
    assert (await program.get(url)).status == 404
    assert (await program.read(await guest_of(meeting))).status == 200


async def test_who_has_no_address_has_no_calendar(organization: Organization, keys: Keyring) -> None:
    caller = await a_contact(organization, "Carl", email=None, phone="+390612345678")
    assert await calendar_url(caller, keys=keys, public_url="") is None
