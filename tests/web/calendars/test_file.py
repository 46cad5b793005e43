"""The calendar file of one meeting, behind the link that stands in letters."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from icalendar import Calendar
from starlette.applications import Starlette

from errors import Unauthenticated
from models.agent.agent import Agent
from models.keyring import Keyring
from models.meeting.changing import Change, cancel
from models.meeting.file_link import file_url
from models.meeting.link import manage_token, recognise_guest
from models.meeting.meeting import Attendee, Meeting
from models.words import MeetingStatus
from realtime.bus import MemoryBus
from realtime.cursors import Cursors
from realtime.hub import Hub
from realtime.store import DatabaseStore
from resolvers.context import World
from tests.builders import MONDAY, Clock, acting
from tests.jobs.conftest import books
from tests.models.meeting.groups import a_class, comes, go
from tests.providers.mail.samples import event_of
from tests.serving import serving
from web.calendars import file_routes

TEN = MONDAY + timedelta(hours=2)
Gets = Callable[[str], Awaitable[tuple[int, bytes]]]


@pytest.fixture
async def gets(db: None, keys: Keyring, clock: Clock) -> AsyncIterator[Gets]:
    hub = Hub(MemoryBus(), DatabaseStore())
    world = World(keys, Cursors(keys.key("cursors")), hub, clock=clock, public_url="https://desk.example")
    async with serving(Starlette(routes=file_routes(world))) as site, ClientSession(site) as session:

        async def get(path: str) -> tuple[int, bytes]:
            async with session.get(path) as answer:
                assert answer.headers["referrer-policy"] == "no-referrer"
                return answer.status, await answer.read()

        yield get


@pytest.fixture
async def meeting(anna: Agent, clock: Clock) -> Meeting:
    return await books(anna, TEN, now=clock())


def path_of(meeting: Meeting, attendee: Attendee | None, keys: Keyring) -> str:
    return file_url(meeting, attendee.id if attendee else None, keys=keys, public_url="")


async def test_the_file_has_the_meeting_and_asks_nobody(meeting: Meeting, gets: Gets, keys: Keyring) -> None:
    status, body = await gets(path_of(meeting, None, keys))
    calendar = Calendar.from_ical(body)
    event = event_of(body)
    assert (status, calendar["METHOD"]) == (200, "PUBLISH")
    assert (event["UID"], event["STATUS"]) == (meeting.uid, "CONFIRMED")
    assert (event.start, event.end) == (meeting.start, meeting.end)
    assert "ATTENDEE" not in event


async def test_who_has_the_file_or_its_address_cannot_change_the_meeting(
    meeting: Meeting, gets: Gets, keys: Keyring
) -> None:
    path = path_of(meeting, None, keys)
    _, body = await gets(path)
    assert b"guest_" not in body.replace(b"\r\n ", b"")
    token = path.removeprefix("/meetings/").removesuffix(".ics")
    for forged in (token, f"guest_{token}"):
        with pytest.raises(Unauthenticated):
            await recognise_guest(forged, keys=keys)
    managing = manage_token(meeting, meeting.guest_id, keys=keys)
    assert (await gets(f"/meetings/{managing}.ics"))[0] == 404


async def test_a_cancelled_meeting_is_cancelled_in_the_file_too(
    meeting: Meeting, anna: Agent, gets: Gets, keys: Keyring, clock: Clock
) -> None:
    await cancel(meeting.id, Change(), actor=acting(anna), now=clock())
    _, body = await gets(path_of(meeting, None, keys))
    event = event_of(body)
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)


async def test_what_is_not_settled_is_tentative(meeting: Meeting, gets: Gets, keys: Keyring) -> None:
    await Meeting.filter(id=meeting.id).update(status=MeetingStatus.REQUESTED)
    _, body = await gets(path_of(meeting, None, keys))
    event = event_of(body)
    assert event["STATUS"] == "TENTATIVE"


@pytest.mark.parametrize("token", ["x", "%00", "é", "A" * 51, "A" * 5000, "_" * 52])
async def test_a_forged_address_leads_nowhere(meeting: Meeting, gets: Gets, token: str) -> None:
    assert (await gets(f"/meetings/{token}.ics"))[0] == 404


async def test_a_renewed_link_ends_the_old_one(meeting: Meeting, gets: Gets, keys: Keyring) -> None:
    path = path_of(meeting, None, keys)
    await Meeting.filter(id=meeting.id).update(link_key=1)
    assert (await gets(path))[0] == 404


async def test_in_a_group_each_reads_of_their_own_party_until_they_leave(
    anna: Agent, gets: Gets, keys: Keyring
) -> None:
    yoga = await a_class(anna, seats=4)
    lesson = await comes(yoga, "Grace", brings=("Tom",))
    await comes(yoga, "Heidi")
    people = {one.name: one for one in await Attendee.filter(meeting_id=lesson.id)}
    for name in ("Grace", "Tom", "Heidi"):
        status, body = await gets(path_of(lesson, people[name], keys))
        assert status == 200
        assert not re.search(rb"Heidi|guest_" if name != "Heidi" else rb"Grace|Tom|guest_", body)
    assert (await gets(path_of(lesson, None, keys)))[0] == 404
    await go(lesson, "Grace")
    assert [(await gets(path_of(lesson, people[one], keys)))[0] for one in ("Grace", "Tom", "Heidi")] == [
        404,
        404,
        200,
    ]
