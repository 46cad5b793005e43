"""What an administrator sets binds the very next request: setting by setting, what was possible before and is after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.agent.agent import Agent
from models.calendar.busy import policy_of
from models.calendar.connection import BusyTime, CalendarConnection
from models.calendar.outcome import store_reading
from models.calendar.refreshing import begin_refresh
from models.link import ScheduleLink
from models.organization.organization import Organization
from models.words import CalendarProvider, ConnectionStatus, Role
from providers.calendars.protocol import BusyReading
from resolvers import ids
from tests.builders import MONDAY, a_link, a_service, an_agent
from tests.resolvers import documents as say
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import codes
from tests.resolvers.settings_documents import changed

HELD = "mutation($input: HoldSlotInput!) { holdSlot(input: $input) { hold { expiresAt } errors { code } } }"
ANSWERED = """mutation($input: BookMeetingInput!) {
  bookMeeting(input: $input) { meeting { status confirmationDeadline conversation { id } } errors { code } } }"""
MET = "{ meetings { edges { node { guest { email phone isMasked } attendees { email } } } } }"
LASTING = "query($input: SlotsInput!) { slots(input: $input) { durationMinutes } }"


@dataclass(frozen=True, slots=True)
class Desk:
    """Who asks of it: a guest, an agent, and the administrator who changes a setting."""

    guest: Client
    anna: Client
    ada: Client

    async def slots(self, to: str = "2027-03-01", *, who: Client | None = None, **more: Any) -> dict[str, Any]:
        wanted = {"link": "acme/anna", "from": "2027-03-01", "to": to, "timeZone": "Europe/Rome", **more}
        return await (who or self.guest).do(say.SLOTS, input=wanted)

    async def starts(self, to: str = "2027-03-01", **more: Any) -> list[str]:
        days = (await self.slots(to, **more))["days"]
        return [slot["start"] for day in days for slot in day["slots"]]

    async def book(self, start: str = say.TEN, **more: Any) -> list[str]:
        return codes(await self.guest.do(say.BOOK, input=say.wish(start, **more)))


@pytest.fixture
async def desk(
    public: Client, sign_in: SignIn, anna: Agent, annas_link: ScheduleLink, organization: Organization
) -> Desk:
    ada = await an_agent(organization, "Ada", role=Role.ADMINISTRATOR)
    return Desk(public, sign_in.agent(anna), sign_in.agent(ada))


async def test_hold_minutes(desk: Desk) -> None:
    await changed(desk.ada, holdMinutes=25)
    held = await desk.guest.do(HELD, input={"slots": {"link": "acme/anna"}, "start": say.TEN})
    assert datetime.fromisoformat(held["hold"]["expiresAt"]) == MONDAY + timedelta(minutes=25)


async def test_durations(desk: Desk) -> None:
    await changed(desk.ada, minDurationMinutes=20, defaultDurationMinutes=40, maxDurationMinutes=60)
    wanted = {"link": "acme/anna", "from": "2027-03-01", "to": "2027-03-01", "timeZone": "Europe/Rome"}
    assert await desk.guest.do(LASTING, input=wanted) == {"durationMinutes": 40}
    for minutes, expected in ((19, ["INVALID"]), (20, []), (61, ["INVALID"])):
        wish = {"link": "acme/anna", "durationMinutes": minutes}
        assert await desk.book("2027-03-02T09:00:00Z", slots=wish) == expected


async def test_slot_interval_minutes(desk: Desk) -> None:
    assert len(await desk.starts()) == 16
    await changed(desk.ada, slotIntervalMinutes=60)
    assert len(await desk.starts()) == 8
    assert await desk.book("2027-03-01T09:30:00Z") == ["OUTSIDE_AVAILABILITY"]


async def test_bookable_days_ahead(desk: Desk) -> None:
    await changed(desk.ada, bookableDaysAhead=2)
    assert (await desk.starts("2027-03-31"))[-1][:10] == "2027-03-03"
    assert await desk.book("2027-03-04T09:00:00Z") == ["TOO_FAR_AHEAD"]


async def test_weekends_disabled(desk: Desk, anna: Agent) -> None:
    saturday = {"weekday": "SATURDAY", "window": {"start": "09:00", "end": "12:00"}}
    await desk.anna.do(say.SET_WEEK, input={"agentId": ids.encode("Agent", anna.id), "windows": [saturday]})
    assert len(await desk.starts("2027-03-07")) == 6
    await changed(desk.ada, weekendsDisabled=True)
    assert await desk.starts("2027-03-07") == []


@pytest.mark.parametrize(
    ("setting", "bound", "free"),
    [
        ({"publicEarliestDay": 1}, "guest", "anna"),
        ({"publicMinimumNoticeMinutes": 24 * 60}, "guest", "anna"),
        ({"agentEarliestDay": 1}, "anna", "guest"),
        ({"agentMinimumNoticeMinutes": 24 * 60}, "anna", "guest"),
    ],
)
async def test_earliest_days_and_notices(desk: Desk, setting: dict[str, Any], bound: str, free: str) -> None:
    await changed(desk.ada, **setting)
    assert await desk.starts(who=getattr(desk, bound)) == []
    assert len(await desk.starts(who=getattr(desk, free))) == 16


async def test_required_contact_fields(desk: Desk) -> None:
    await changed(desk.ada, requiredContactFields=["EMAIL", "PHONE"])
    assert await desk.book() == ["CONTACT_FIELD_REQUIRED"]
    assert await desk.book(guest={**say.GRACE, "phone": "+39 06 12345678"}) == []


async def test_mask_contacts_from(desk: Desk) -> None:
    reachable = {"email": "grace@example.com", "phone": "+390612345678"}
    await desk.book(guest={**say.GRACE, **reachable})
    await changed(desk.ada, maskContactsFrom=["AGENT"])
    hidden = {"email": "g•••@•••", "phone": "+39 ••• ••78", "isMasked": True}
    masked = {"guest": hidden, "attendees": [{"email": hidden["email"]}]}
    open_ = {"guest": {**reachable, "isMasked": False}, "attendees": [{"email": reachable["email"]}]}
    assert [await met(desk.anna), await met(desk.ada)] == [masked, open_]
    await changed(desk.ada, maskContactsFrom=["SUPERVISOR"])
    assert await met(desk.anna) == open_


async def met(client: Client) -> dict[str, Any]:
    [edge] = (await client.do(MET))["edges"]
    return dict(edge["node"])


async def test_max_meetings_per_guest_per_day(desk: Desk) -> None:
    await changed(desk.ada, maxMeetingsPerGuestPerDay=1)
    assert [await desk.book(say.TEN), await desk.book(say.ELEVEN)] == [[], ["LIMIT_REACHED"]]
    await changed(desk.ada, maxMeetingsPerGuestPerDay=None)
    assert await desk.book(say.ELEVEN) == []


async def test_max_upcoming_meetings_per_guest_and_agent(desk: Desk) -> None:
    await changed(desk.ada, maxUpcomingMeetingsPerGuestAndAgent=1)
    assert [await desk.book(say.TEN), await desk.book("2027-03-02T09:00:00Z")] == [[], ["LIMIT_REACHED"]]


async def test_public_booking_enabled(desk: Desk) -> None:
    await changed(desk.ada, publicBookingEnabled=False)
    assert (await desk.guest.run(say.BOOK, input=say.wish(say.TEN))).codes == ["FORBIDDEN"]
    assert codes(await desk.anna.do(say.BOOK, input=say.wish(say.TEN))) == []


async def test_where_the_public_does_not_book_it_is_told_no_slots_and_no_reasons(desk: Desk) -> None:
    asked = {"link": "acme/anna", "from": "2027-03-01", "to": "2027-03-01", "timeZone": "Europe/Rome"}
    await changed(desk.ada, publicBookingEnabled=False)
    for document in (say.SLOTS, say.EXPLAIN):
        assert (await desk.guest.run(document, input=asked)).codes == ["FORBIDDEN"]
        assert (await desk.anna.run(document, input=asked)).codes == []


async def a_busy_morning(anna: Agent) -> CalendarConnection:
    connection = await CalendarConnection.create(
        organization_id=anna.organization_id,
        agent=anna,
        provider=CalendarProvider.ICS,
        account="Own",
        status=ConnectionStatus.CONNECTED,
        sealed_address=b"sealed",
        next_refresh_at=MONDAY,
        known_until=MONDAY + timedelta(days=90),
    )
    await BusyTime.create(
        organization_id=anna.organization_id,
        connection=connection,
        agent=anna,
        starts_at=MONDAY,
        ends_at=MONDAY + timedelta(hours=4),
    )
    return connection


async def test_compute_availability_from_calendars(desk: Desk, anna: Agent) -> None:
    await a_busy_morning(anna)
    assert len(await desk.starts()) == 10
    await changed(desk.ada, computeAvailabilityFromCalendars=False)
    assert len(await desk.starts()) == 16


async def test_unknown_calendars_block(desk: Desk, anna: Agent) -> None:
    connection = await a_busy_morning(anna)
    await CalendarConnection.filter(id=connection.id).update(known_until=MONDAY)
    assert len(await desk.starts()) == 10
    await changed(desk.ada, unknownCalendarsBlock=True)
    assert await desk.starts() == []


async def test_busy_policy_and_how_often_and_far_calendars_are_read(desk: Desk, anna: Agent) -> None:
    connection = await a_busy_morning(anna)
    policy = {"tentativeIsBusy": False, "unansweredIsBusy": True, "outOfOfficeIsBusy": False}
    await changed(desk.ada, busyPolicy={**policy, "workingElsewhereIsBusy": True})
    await changed(desk.ada, calendarRefreshMinutes=100, bookableDaysAhead=100)
    due = await begin_refresh(connection.id, now=MONDAY)
    assert due is not None
    asked = due.policy
    assert (asked.tentative_is_busy, asked.unanswered_is_busy) == (False, True)
    assert (asked.out_of_office_is_busy, asked.working_elsewhere_is_busy) == (False, True)
    assert due.window.end > MONDAY + timedelta(days=100)
    assert policy_of((await Organization.get(slug="acme")).settings) == asked
    await store_reading(due, BusyReading(()), now=MONDAY)
    later = (await CalendarConnection.get(id=connection.id)).next_refresh_at
    assert later is not None
    assert timedelta(minutes=80) <= later - MONDAY <= timedelta(minutes=100)


async def test_guest_must_confirm_and_how_long_is_waited(desk: Desk) -> None:
    await changed(desk.ada, guestMustConfirm=True, guestConfirmationTimeoutMinutes=45)
    meeting = (await desk.guest.do(ANSWERED, input=say.wish(say.ELEVEN)))["meeting"]
    assert meeting["status"] == "AWAITING_GUEST"
    assert datetime.fromisoformat(meeting["confirmationDeadline"]) == MONDAY + timedelta(minutes=45)


async def test_show_unassigned_meetings(desk: Desk, anna: Agent, organization: Organization) -> None:
    await a_link(await a_service(organization, anna, assign_on_booking=False))
    assert await desk.book(slots={"link": "acme/support"}) == []
    asked = "{ meetings(unassigned: true) { totalCount } }"
    assert await desk.anna.do(asked) == {"totalCount": 1}
    await changed(desk.ada, showUnassignedMeetings=False)
    assert await desk.anna.do(asked) == {"totalCount": 0}
    assert await desk.ada.do(asked) == {"totalCount": 1}


Doing = Callable[[Desk, str], Awaitable[dict[str, Any]]]


async def cancels(desk: Desk, meeting: str) -> dict[str, Any]:
    return await desk.anna.do(say.CANCEL, input={"meetingId": meeting})


async def moves(desk: Desk, meeting: str) -> dict[str, Any]:
    return await desk.anna.do(say.MOVE, input={"meetingId": meeting, "start": say.ELEVEN})


async def books(desk: Desk, meeting: str) -> dict[str, Any]:
    return await desk.anna.do(say.BOOK, input=say.wish(say.NINE))


async def holds(desk: Desk, meeting: str) -> dict[str, Any]:
    return await desk.anna.do(HELD, input={"slots": {"link": "acme/anna"}, "start": say.NINE})


@pytest.mark.parametrize(
    ("setting", "does"),
    [
        ("canDeleteMeetings", cancels),
        ("canEditMeetings", moves),
        ("canCreateMeetings", books),
        ("canCreateMeetings", holds),
    ],
)
async def test_what_roles_may(desk: Desk, setting: str, does: Doing) -> None:
    booked = await desk.guest.do(say.BOOK, input=say.wish(say.TEN))
    meeting = booked["meeting"]["id"]
    only: dict[str, Any] = {setting: ["ADMINISTRATOR"]}
    await changed(desk.ada, **only)
    assert codes(await does(desk, meeting)) == ["FORBIDDEN"]
    every: dict[str, Any] = {setting: list(Role)}
    await changed(desk.ada, **every)
    assert codes(await does(desk, meeting)) == []
